"""Refusals on their way out, put on the ledger: what was wanted of which thing, read from the request.

Lives here: which refusals count, and what the request names. Not here: the event (services.refusals), the answer (errors). At most
`api.requests_per_minute` of an account, as every look it makes.
"""

import structlog
from flask import g, request
from sqlalchemy.exc import DBAPIError

from archive_service.errors import ArchiveError
from archive_service.http.context import archive
from archive_service.services import refusals
from archive_service.services.refusals import CASE, RECORD, STUDENT

log = structlog.get_logger()
COUNTED = frozenset({"denied", "purpose_needed"})  # the codes of a right or a ground that is missing; a rule's no is advice
NAMED = {"record_id": RECORD, "student_id": STUDENT, "case_id": CASE}
COLLECTIONS = {"records": RECORD, "students": STUDENT, "cases": CASE}


def note(error: ArchiveError) -> None:
    """Put it on the ledger, if somebody known was refused. One that cannot be written is refused all the same."""
    actor = g.get("actor")
    if actor is None or error.this_code not in COUNTED:
        return
    try:
        refusals.note(archive(), f"{request.method} {request.url_rule}", error.this_code, _thing(), actor=actor)
    except DBAPIError as failure:
        log.error("refusal not written", endpoint=request.endpoint, error=type(failure.orig).__name__)  # noqa: TRY400 (the kind tells it all)


def _thing() -> tuple[str, str] | None:
    """The kind and id of what the address names: pages by the name of the variable, the API by its collection."""
    named = request.view_args or {}
    for name, kind in NAMED.items():
        if name in named:
            return kind, str(named[name])
    collection = str(request.url_rule).removeprefix("/api/v1/").partition("/")[0]
    return (COLLECTIONS[collection], str(named["id"])) if "id" in named and collection in COLLECTIONS else None
