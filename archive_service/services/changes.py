"""What has changed, in an order that never shifts: how a provincial system follows.

The sequence is that of the sealed chain, not of the event ids: an id can become visible after a later one, a link cannot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from archive_service.archive import Archive
from archive_service.models.case import Case
from archive_service.models.ledger import Event, EventLink
from archive_service.models.record import Record
from archive_service.services.actor import Actor
from archive_service.services.scope import Scope

# Acts that change something an outside system keeps; looking and signing in do not.
WHAT_CHANGED: Mapping[str, str] = {
    "record.received": "record",
    "record.judged": "record",
    "record.read": "record",
    "record.not_read": "record",
    "record.unreadable": "record",
    "record.kind_set": "record",
    "record.field_confirmed": "record",
    "record.reviewed": "record",
    "record.matched": "match",
    "record.filed": "match",
    "record.unfiled": "match",
    "case.opened": "case",
    "case.evidence_set": "case",
    "case.submitted": "case",
    "case.accepted": "case",
    "case.returned": "case",
    "case.withdrawn": "case",
    "case.forced": "case",
    "case.undone": "case",
    "custody.changed": "custody",
}


@dataclass(frozen=True)
class Change:
    """One change; `seq` is where to go on after it."""

    seq: int
    at: datetime
    what: str
    act: str
    record_id: str | None
    case_id: str | None
    student_id: str | None


def changes_after(archive: Archive, seq: int, *, actor: Actor, size: int = 200) -> list[Change]:
    """Changes after a place in the chain, in scope; an empty answer means that nothing is new yet."""
    with archive.read() as session:
        scope = Scope.of(session, actor)
        in_scope = or_(
            Event.record_id.in_(select(Record.id).where(scope.records())),
            Event.record_id.is_(None) & Event.case_id.in_(select(Case.id).where(scope.cases())),
        )
        wanted = (
            select(EventLink.seq, Event)
            .join(Event, Event.id == EventLink.event_id)
            .where(EventLink.seq > seq, Event.act.in_(WHAT_CHANGED), in_scope)
            .order_by(EventLink.seq)
            .limit(size)
        )
        return [
            Change(number, event.at, WHAT_CHANGED[event.act], event.act, event.record_id, event.case_id, event.student_id)
            for number, event in session.execute(wanted)
        ]
