"""The ledger (台账): the only writer of events, and the sealer that chains them.

`write` is called by each use case inside its own transaction; `seal` runs in one process at a time; `verify` walks the chain and names
the first broken or missing link. Reading a child's paper is an event like writing one (HN-24.1, GZ-30.1).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.models.ledger import Event, EventLink
from archive_service.services.actor import Actor

GENESIS = hashlib.sha256(b"xueji-archive ledger").hexdigest()
# On PostgreSQL an event can become visible after a later-numbered one was sealed; no transaction here stays open long enough
# for ten thousand others to pass it.
LATE_EVENTS = 10_000
SEAL_AT_MOST = 2_000


@dataclass(frozen=True)
class Subject:
    """What an act was done to."""

    kind: str
    id: str | None = None
    student_id: str | None = None
    record_id: str | None = None
    case_id: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found; `fault` names the first broken or missing link in words."""

    events: int
    sealed: int
    unsealed: int
    head: str
    fault: str | None


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


def seal(archive: Archive) -> int:
    """Link events that are not yet in the chain; returns how many. One process at a time calls this (role `sealer`)."""
    now = archive.clock.now()
    with archive.begin() as session:
        seq, previous = _tip(session)
        waiting = _unsealed(session, SEAL_AT_MOST)
        for event in waiting:
            seq, previous = seq + 1, link_digest(previous, seq + 1, event)
            session.add(EventLink(seq=seq, event_id=event.id, digest=previous, sealed_at=now))
    return len(waiting)


def verify(archive: Archive) -> Verdict:
    """Walk the whole chain from its first link."""
    with archive.read() as session:
        events = session.scalar(select(func.count()).select_from(Event)) or 0
        sealed, head, fault = _walk(session)
        loose = list(session.scalars(_loose_ids()))
        if fault is None:
            fault = _inserted(session, loose)
    return Verdict(events=events, sealed=sealed, unsealed=len(loose), head=head, fault=fault)


def unsealed_since(archive: Archive, session: Session) -> timedelta | None:
    """Age of the oldest event that waits to be sealed."""
    waiting = _unsealed(session, 1)
    return archive.clock.now() - waiting[0].at if waiting else None


def link_digest(previous: str, seq: int, event: Event) -> str:
    """SHA-256 over the previous link's digest, the place in the chain, and the event's canonical form."""
    return hashlib.sha256(f"{previous}\n{seq}\n{canonical(event)}".encode()).hexdigest()


def canonical(event: Event) -> str:
    """The event as JSON with sorted keys: every column, so that no edit escapes."""
    values = {column.key: getattr(event, column.key) for column in Event.__table__.columns}
    values["at"] = event.at.isoformat(timespec="microseconds")
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _walk(session: Session) -> tuple[int, str, str | None]:
    rows = select(EventLink, Event).outerjoin(Event, Event.id == EventLink.event_id).order_by(EventLink.seq)
    previous, expected = GENESIS, 0
    with session.execute(rows.execution_options(yield_per=1000)) as chain:
        for link, event in chain:
            session.expunge_all()  # a million events must not stay in memory
            if fault := _broken(link, event, expected + 1, previous):
                return expected, previous, fault
            previous, expected = link.digest, expected + 1
    return expected, previous, None


def _broken(link: EventLink, event: Event | None, expected: int, previous: str) -> str | None:
    if link.seq != expected:
        return f"链上缺第 {expected} 环"
    if event is None:
        return f"第 {expected} 环所指事件 {link.event_id} 已不在台账中"
    if link_digest(previous, link.seq, event) != link.digest:
        return f"第 {expected} 环（事件 {event.id}，{event.act}）与摘要不符"
    return None


def _inserted(session: Session, loose: list[int]) -> str | None:
    newest = session.scalar(select(func.max(EventLink.event_id))) or 0
    slipped_in = [number for number in loose if number < newest - LATE_EVENTS]
    return f"事件 {slipped_in[0]} 不在链上，且早于已封存的事件" if slipped_in else None


def _tip(session: Session) -> tuple[int, str]:
    last = session.scalars(select(EventLink).order_by(EventLink.seq.desc()).limit(1)).first()
    return (last.seq, last.digest) if last else (0, GENESIS)


def _unsealed(session: Session, at_most: int) -> list[Event]:
    newest = session.scalar(select(func.max(EventLink.event_id))) or 0
    linked = select(EventLink.event_id).where(EventLink.event_id == Event.id).exists()
    waiting = select(Event).where(Event.id > newest - LATE_EVENTS, ~linked).order_by(Event.id).limit(at_most)
    return list(session.scalars(waiting))


def _loose_ids() -> Select[int]:
    linked = select(EventLink.event_id).where(EventLink.event_id == Event.id).exists()
    return select(Event.id).where(~linked).order_by(Event.id)
