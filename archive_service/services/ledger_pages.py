"""The ledger as its readers see it: by time, act and person; an administrator without rights over papers sees no personal data.

Source: GB/T 39784 (三员分立: the audit administrator reads the ledger, not the papers).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from archive_service.archive import Archive
from archive_service.errors import Denied
from archive_service.models.account import Account
from archive_service.models.ledger import Event, EventLink
from archive_service.rules.access import Right
from archive_service.services import ledger
from archive_service.services.actor import SERVICE, Actor
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope
from archive_service.services.sign_in import STRANGER
from archive_service.services.totals import counted

ROWS = 100
NAMELESS = (SERVICE.name, STRANGER, "命令行")  # who acts without an account: the service, a try with an unknown login, the command line


@dataclass(frozen=True)
class EventLine:
    """One event; `seq` and `digest` are absent until it is sealed.

    Of the ground of a look it says only whether one was given: people write names and illnesses into a purpose.
    """

    id: int
    seq: int | None
    digest: str | None
    at: datetime
    who: str
    unit: str | None
    act: str
    subject: str
    subject_id: str | None
    has_purpose: bool
    is_under_case: bool
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
    """Events of the actor's units and those below; reading the ledger is an event too. Raises Denied.

    What belongs to no unit, the service's own doings and the tries of strangers, is for who reads the ledger of all units.
    """
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        units = scope.units(Right.READ_LEDGER)
        if not units:
            raise Denied("台账由审计管理员查看。")
        conditions = [_within(units, scope)]
        conditions += [Event.act.startswith(act, autoescape=True)] if act else []
        conditions += [_by(who)] if who else []
        total = counted(session, select(Event.id).where(*conditions))
        if before:
            conditions.append(Event.id < before)
        wanted = select(Event, EventLink).outerjoin(EventLink, EventLink.event_id == Event.id).where(*conditions)
        found = session.execute(wanted.order_by(Event.id.desc()).limit(ROWS + 1)).all()
        sealed, sealed_at = ledger.sealed_to(session)
        names = {unit.id: unit.name for unit in scope.tree.units.values()}
        detail = {"act": act, "who": who, "shown": min(len(found), ROWS)}
        ledger.write(session, "ledger.read", Subject("ledger"), actor=actor, now=archive.clock.now(), detail=detail)
    rows = tuple(_line(event, link, names) for event, link in found[:ROWS])
    return LedgerPage(rows, rows[-1].id if len(found) > ROWS else None, total, sealed, sealed_at)


def _within(units: frozenset[str], scope: Scope) -> ColumnElement[bool]:
    of_units = Event.unit_id.in_(units)
    return of_units | Event.unit_id.is_(None) if units >= scope.tree.units.keys() else of_units


def _by(who: str) -> ColumnElement[bool]:
    """Acts of accounts that bear the name now, and of those without an account; ids, since names on events have no index."""
    accounts = select(Account.id).where(Account.name.contains(who, autoescape=True))
    nameless = [name for name in NAMELESS if who in name]
    by_none = [Event.account_id.is_(None) & Event.account_name.in_(nameless)] if nameless else []
    return or_(Event.account_id.in_(accounts), *by_none)


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
        has_purpose=event.purpose is not None,
        is_under_case=event.case_id is not None,
        address=event.address,
    )
