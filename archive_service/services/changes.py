"""What has changed, in an order that never shifts: how a provincial system follows.

The sequence is that of the sealed chain, not of the event ids: an id can become visible after a later one, a link cannot.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.models.ledger import Event, EventLink
from archive_service.models.student import Student
from archive_service.services.actor import Actor
from archive_service.services.acts import ACTS, FOLLOWED, Effect
from archive_service.services.scope import Scope

LOOKED_AT_MOST = 5_000  # links of the chain that one call looks at; who sees little of a long chain calls again


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
    """Changes in order; `next` is where to go on, past everything that was looked at. Nothing is new when it does not move."""

    items: tuple[Change, ...]
    next: int


def changes_after(archive: Archive, seq: int, *, actor: Actor, size: int = 200) -> Changes:
    """Changes after a place in the chain, in scope, of a stretch of it; without items there may be some further on."""
    with archive.read() as session:
        # The end is read first: what is sealed while this looks comes with the next call.
        last = min(session.scalar(select(func.max(EventLink.seq))) or 0, seq + LOOKED_AT_MOST)
        found = _between(session, Scope.of(session, actor), seq, last, size)
    return Changes(tuple(found), found[-1].seq if len(found) == size else max(seq, last))


def _between(session: Session, scope: Scope, after: int, last: int, at_most: int) -> list[Change]:
    act = func.coalesce(Event.act, "")  # not by the index of acts, which leads to the same act of all times
    wanted = (
        select(EventLink.seq, Event)
        .join(Event, Event.id == EventLink.event_id)
        .where(EventLink.seq > after, EventLink.seq <= last, act.in_(FOLLOWED), _in_scope(scope))
        .order_by(EventLink.seq)
        .limit(at_most)
    )
    return [
        Change(number, event.at, ACTS[event.act], event.act, event.record_id, event.case_id, event.student_id)
        for number, event in session.execute(wanted)
    ]


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    """Acts on records by their record, on cases by their case, on whole dossiers by their student."""
    no_record, no_case = Event.record_id.is_(None), Event.case_id.is_(None)
    return or_(
        scope.sees_record(Event.record_id),
        no_record & scope.sees_case(Event.case_id),
        no_record & no_case & select(Student.id).where(Student.id == Event.student_id, scope.students()).correlate_except(Student).exists(),
    )
