"""Acts that were refused to somebody known: who wanted what, and was told that they may not.

Lives here: `note`, called by `http/errors.py` once an answer is a refusal. Not here: refusing (scope, the use cases). The act itself left
nothing, its transaction is over; the refusal is an event of its own. What somebody may not see is not found rather than refused, and
leaves no event, so that nobody fills the ledger with ids they guess.
"""

from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.errors import NotFound, Refused
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope

RECORD, STUDENT, CASE = "record", "student", "case"


def note(archive: Archive, wanted: str, code: str, thing: tuple[str, str] | None, *, actor: Actor) -> None:
    """Put a refusal on the ledger: `wanted` is what was called, `code` the refusal's, `thing` the kind and id it was wanted for.

    The thing is named only where the actor may see it: an id is otherwise whatever they wrote.
    """
    with archive.begin() as session:
        subject = _seen(session, Scope.of(session, actor), *thing) if thing else None
        detail = {"wanted": wanted, "code": code}
        ledger.write(session, "access.refused", subject or Subject("access"), actor=actor, now=archive.clock.now(), detail=detail)


def _seen(session: Session, scope: Scope, kind: str, thing_id: str) -> Subject | None:
    try:
        if kind == RECORD:
            record = scope.record(session, thing_id)
            return Subject(kind, record.id, record.student_id, record.id)
        if kind == STUDENT:
            return Subject(kind, thing_id, scope.student(session, thing_id).id)
        case = scope.case(session, thing_id)
        return Subject(kind, case.id, case.student_id, case_id=case.id)
    except (NotFound, Refused):
        return None
