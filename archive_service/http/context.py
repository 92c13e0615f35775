"""What a request knows: the archive, who acts, and the form a caller gave its purpose in.

Views and API calls use these instead of Flask's globals. Nothing here decides anything (guard, services.scope).
"""

from typing import cast
from urllib.parse import unquote

from flask import current_app, g, request

from archive_service.archive import Archive
from archive_service.errors import NotFound, NotSignedIn
from archive_service.ids import is_id
from archive_service.services.actor import Actor
from archive_service.services.doctor_quick import QuickLook
from archive_service.services.sessions import SignedIn

PURPOSE_LENGTH = 200


def archive() -> Archive:
    """The archive of this application."""
    return cast("Archive", current_app.extensions["archive"])


def quick_look() -> QuickLook:
    """The doctor's quick checks of this process."""
    return cast("QuickLook", current_app.extensions["quick_look"])


def person() -> Actor:
    """Who acts, whatever the request names: for the frame, which stands around refusals too. Raises NotSignedIn."""
    who: Actor | None = g.get("actor")
    if who is None:
        raise NotSignedIn
    return who


def actor() -> Actor:
    """Who acts, with the case or purpose the request names. Raises NotSignedIn, NotFound."""
    who = person()
    case_id = request.headers.get("X-Case") or request.args.get("case") or None
    if case_id and not is_id(case_id):
        raise NotFound("没有这项业务，或不在您的权限范围内。")
    return who.for_case(case_id, _purpose())


def _purpose() -> str | None:
    """The stated purpose, one line of at most 200 characters; in the header as UTF-8 bytes or percent-encoded."""
    header = request.headers.get("X-Purpose")
    text = _decoded(header) if header else request.args.get("purpose", "")
    line = "".join(char for char in text if char.isprintable()).strip()
    return line[:PURPOSE_LENGTH] or None


def _decoded(header: str) -> str:
    try:
        return unquote(header.encode("latin-1").decode("utf-8"))
    except UnicodeError:
        return unquote(header)


def signed_in() -> SignedIn | None:
    """The browser session behind the request; absent for a bearer token."""
    return cast("SignedIn | None", g.get("signed_in"))
