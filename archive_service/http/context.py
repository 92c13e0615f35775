"""What a request knows: the archive, who acts, and the form a caller gave its purpose in.

Views and API calls use these instead of Flask's globals. Nothing here decides anything (guard, services.scope).
"""

from typing import cast

from flask import current_app, g, request

from archive_service.archive import Archive
from archive_service.errors import NotSignedIn
from archive_service.services.actor import Actor
from archive_service.services.sessions import SignedIn


def archive() -> Archive:
    """The archive of this application."""
    return cast("Archive", current_app.extensions["archive"])


def actor() -> Actor:
    """Who acts, with the case or purpose the request names. Raises NotSignedIn."""
    who: Actor | None = g.get("actor")
    if who is None:
        raise NotSignedIn
    case_id = request.headers.get("X-Case") or request.args.get("case") or None
    purpose = request.headers.get("X-Purpose") or request.args.get("purpose") or None
    return who.for_case(case_id, purpose)


def signed_in() -> SignedIn | None:
    """The browser session behind the request; absent for a bearer token."""
    return cast("SignedIn | None", g.get("signed_in"))
