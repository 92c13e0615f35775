"""The ledger (台账): the only writer of events, and the sealer that chains them.

`write` is called by each use case inside its own transaction; `seal` runs in one process at a time. Not here: how digests are computed
(ledger_chain), walking the chain (ledger_verify). Reading a child's paper is an event like writing one (HN-24.1, GZ-30.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.models.ledger import Event, EventLink
from archive_service.services.actor import Actor
from archive_service.services.ledger_chain import GENESIS, link_digest

# On PostgreSQL an event can become visible after later-numbered ones were sealed. The usual turn looks back this many numbers,
# which is cheap; the sweep looks back over this time, which also finds what a long import left below that.
LATE_EVENTS = 10_000
LATE = timedelta(days=2)
SEAL_AT_MOST = 500  # links a transaction: on SQLite writers wait that long


@dataclass(frozen=True)
class Subject:
    """What an act was done to."""

    kind: str
    id: str | None = None
    student_id: str | None = None
    record_id: str | None = None
    case_id: str | None = None


def write(session: Session, act: str, subject: Subject, *, actor: Actor, now: datetime, detail: Mapping[str, Any] | None = None) -> Event:
    """Put an act on the ledger, in the caller's transaction: if it cannot be written, the act does not happen."""
    event = Event(
        at=now,
        act=act,
        account_id=actor.account_id,
        account_name=actor.name,
        unit_id=actor.unit_id,
        address=actor.address,
        subject=subject.kind,
        subject_id=subject.id,
        student_id=subject.student_id,
        record_id=subject.record_id,
        case_id=subject.case_id or actor.case_id,
        purpose=actor.purpose,
        detail=dict(detail or {}),
    )
    session.add(event)
    return event


def seal(archive: Archive, *, sweeping: bool = False) -> int:
    """Link events that are not yet in the chain; returns how many. One process at a time calls this (role `sealer`).

    Finding and hashing hold nobody up; the transaction only inserts. `sweeping` looks for late events over `LATE`, not over the last
    numbers: dearer, so the keeper does it now and then.
    """
    now = archive.clock.now()
    with archive.read() as session:
        tip = _tip(session)
        waiting = session.scalars(
            select(Event).where(_waiting(session, now, sweeping=sweeping)).order_by(Event.id).limit(SEAL_AT_MOST)
        ).all()
    links = _linked(tip, waiting, now)
    if not links:
        return 0
    try:
        with archive.begin() as session:
            if _tip(session) != tip:
                return 0  # another sealer took over while this one slept; the next turn starts from its links
            session.add_all(links)
    except IntegrityError:
        with archive.read() as session:
            if _tip(session) == tip:
                raise
        return 0  # it wrote them in this very moment: PostgreSQL lets both look before either commits
    return len(links)


def unsealed_since(archive: Archive, session: Session) -> timedelta | None:
    """Age of the first event that waits to be sealed, by its number: the index of times would be gone through to the end."""
    now = archive.clock.now()
    oldest = session.scalar(select(Event.at).where(_waiting(session, now, sweeping=False)).order_by(Event.id).limit(1))
    return now - oldest if oldest else None


def sealed_to(session: Session) -> tuple[int, datetime | None]:
    """How many links the chain has and when the last was made; without gaps, as `verify` proves, the last one's number tells."""
    last = session.execute(select(EventLink.seq, EventLink.sealed_at).order_by(EventLink.seq.desc()).limit(1)).first()
    return (last.seq, last.sealed_at) if last else (0, None)


def waiting(archive: Archive, session: Session) -> int:
    """How many events wait to be sealed."""
    unsealed = _waiting(session, archive.clock.now(), sweeping=False)
    return session.scalar(select(func.count()).select_from(Event).where(unsealed)) or 0


def unlinked() -> ColumnElement[bool]:
    """The condition that an event has no place in the chain."""
    return ~select(EventLink.event_id).where(EventLink.event_id == Event.id).exists()


def may_be_sealed(newest: int, now: datetime) -> ColumnElement[bool]:
    """The condition that an event outside the chain waits for the sealer: it is new, or late by a transaction's time.

    Anything else below the newest sealed number was put in behind the service's back, stays outside the chain, and is named.
    """
    return or_(Event.id > newest, Event.at >= now - LATE)


def newest_sealed(session: Session) -> int:
    """The highest number of an event in the chain."""
    return session.scalar(select(func.max(EventLink.event_id))) or 0


def _waiting(session: Session, now: datetime, *, sweeping: bool) -> ColumnElement[bool]:
    newest = newest_sealed(session)
    near = or_(Event.id > newest, Event.at >= now - LATE) if sweeping else Event.id > newest - LATE_EVENTS
    return and_(near, may_be_sealed(newest, now), unlinked())


def _linked(tip: tuple[int, str], waiting: Sequence[Event], now: datetime) -> list[EventLink]:
    (seq, previous), links = tip, []
    for event in waiting:
        seq, previous = seq + 1, link_digest(previous, seq + 1, event)
        links.append(EventLink(seq=seq, event_id=event.id, digest=previous, sealed_at=now))
    return links


def _tip(session: Session) -> tuple[int, str]:
    last = session.scalars(select(EventLink).order_by(EventLink.seq.desc()).limit(1)).first()
    return (last.seq, last.digest) if last else (0, GENESIS)
