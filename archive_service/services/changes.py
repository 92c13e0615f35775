"""What has changed, in an order that never shifts: how a provincial system follows.

The sequence is that of the sealed chain, not of the event ids: an id can become visible after a later one, a link cannot.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from archive_service.archive import Archive
from archive_service.models.case import Case
from archive_service.models.ledger import Event, EventLink
from archive_service.models.record import Record
from archive_service.models.student import Student
from archive_service.services.actor import Actor
from archive_service.services.acts import ACTS, FOLLOWED, Effect
from archive_service.services.scope import Scope


@dataclass(frozen=True)
class Change:
    """One change; `seq` is where to go on after it."""

    seq: int
    at: datetime
    what: Effect
    act: str
    record_id: str | None
    case_id: str | None
    student_id: str | None


@dataclass(frozen=True)
class Changes:
    """Changes in order; `next` is where to go on, past everything that was looked at."""

    items: tuple[Change, ...]
    next: int


def changes_after(archive: Archive, seq: int, *, actor: Actor, size: int = 200) -> Changes:
    """Changes after a place in the chain, in scope; without items nothing is new yet."""
    with archive.read() as session:
        # The end is read first: what is sealed while this looks comes with the next call.
        end = session.scalar(select(func.max(EventLink.seq))) or 0
        wanted = (
            select(EventLink.seq, Event)
            .join(Event, Event.id == EventLink.event_id)
            .where(EventLink.seq > seq, EventLink.seq <= end, Event.act.in_(FOLLOWED), _in_scope(Scope.of(session, actor)))
            .order_by(EventLink.seq)
            .limit(size)
        )
        found = tuple(
            Change(number, event.at, ACTS[event.act], event.act, event.record_id, event.case_id, event.student_id)
            for number, event in session.execute(wanted)
        )
    return Changes(found, found[-1].seq if len(found) == size else max(seq, end))


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    """Acts on records by their record, on cases by their case, on whole dossiers by their student."""
    no_record, no_case = Event.record_id.is_(None), Event.case_id.is_(None)
    return or_(
        Event.record_id.in_(select(Record.id).where(scope.records())),
        no_record & Event.case_id.in_(select(Case.id).where(scope.cases())),
        no_record & no_case & Event.student_id.in_(select(Student.id).where(scope.students())),
    )
