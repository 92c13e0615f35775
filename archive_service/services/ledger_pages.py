"""The ledger as its readers see it: by time, act and person; an administrator without rights over papers sees no personal data.

Source: GB/T 39784 (三员分立: the audit administrator reads the ledger, not the papers).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from archive_service.archive import Archive
from archive_service.errors import Denied
from archive_service.models.ledger import Event, EventLink
from archive_service.rules.access import Right
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope

ROWS = 100


@dataclass(frozen=True)
class EventLine:
    """One event; `seq` and `digest` are absent until it is sealed."""

    id: int
    seq: int | None
    digest: str | None
    at: datetime
    who: str
    unit: str | None
    act: str
    subject: str
    subject_id: str | None
    purpose: str | None
    address: str


@dataclass(frozen=True)
class LedgerPage:
    """A page of events, newest first, and how far the chain goes."""

    rows: tuple[EventLine, ...]
    next: int | None
    total: int
    sealed: int
    sealed_at: datetime | None


def page(archive: Archive, *, actor: Actor, act: str = "", who: str = "", before: int | None = None) -> LedgerPage:
    """Events of the actor's units and those below; reading the ledger is an event too. Raises Denied."""
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        units = scope.units(Right.READ_LEDGER)
        if not units:
            raise Denied("台账由审计管理员查看。")
        conditions: list[ColumnElement[bool]] = [Event.unit_id.in_(units) | Event.unit_id.is_(None)]
        conditions += [Event.act.startswith(act, autoescape=True)] if act else []
        conditions += [Event.account_name.contains(who, autoescape=True)] if who else []
        total = session.scalar(select(func.count()).select_from(Event).where(*conditions)) or 0
        if before:
            conditions.append(Event.id < before)
        wanted = select(Event, EventLink).outerjoin(EventLink, EventLink.event_id == Event.id).where(*conditions)
        found = session.execute(wanted.order_by(Event.id.desc()).limit(ROWS + 1)).all()
        sealed, sealed_at = session.execute(select(func.count(), func.max(EventLink.sealed_at)).select_from(EventLink)).one()
        names = {unit.id: unit.name for unit in scope.tree.units.values()}
        detail = {"act": act, "who": who, "shown": min(len(found), ROWS)}
        ledger.write(session, "ledger.read", Subject("ledger"), actor=actor, now=archive.clock.now(), detail=detail)
    rows = tuple(_line(event, link, names) for event, link in found[:ROWS])
    return LedgerPage(rows, rows[-1].id if len(found) > ROWS else None, total, sealed, sealed_at)


def _line(event: Event, link: EventLink | None, names: dict[str, str]) -> EventLine:
    return EventLine(
        id=event.id,
        seq=link.seq if link else None,
        digest=link.digest if link else None,
        at=event.at,
        who=event.account_name,
        unit=names.get(event.unit_id or ""),
        act=event.act,
        subject=event.subject,
        subject_id=event.subject_id,
        purpose=event.purpose,
        address=event.address,
    )
