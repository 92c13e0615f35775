"""Walking the chain: every link against its event, every event against the chain; each fault named by link and event.

Lives here: `verify`, and `unguarded`: whether the database still refuses edits. Not here: sealing (ledger), files that vouch for the
chain from outside (ledger_anchors).
`faults` cannot come from the service's own doing. `doubts` can: a clock that was set back looks like an event put in later.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import CHINA
from archive_service.migrations import guards
from archive_service.models.ledger import Event, EventLink
from archive_service.services import ledger
from archive_service.services.ledger_chain import GENESIS, link_digest

NAMED_AT_MOST = 200
UNGUARDED = "数据库里防止改动和删除的触发器缺失、停用或被改（表 {tables}）；这些表可能已被人改动"
OUT_OF_TIME = timedelta(hours=1)  # no transaction of the service takes so long


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found, in words; at most `NAMED_AT_MOST` of each."""

    events: int
    sealed: int
    unsealed: int
    head: str
    faults: tuple[str, ...]
    doubts: tuple[str, ...] = ()

    @property
    def fault(self) -> str | None:
        """The first fault."""
        return self.faults[0] if self.faults else None


@dataclass
class _Walk:
    seq: int = 0
    head: str = GENESIS
    latest: datetime | None = None
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def step(self, link: EventLink, event: Event | None) -> None:
        """Hold one link against the one before and its event, and go on from what it says."""
        is_next = link.seq == self.seq + 1
        if not is_next:
            self.faults.append(f"链上缺{places(self.seq + 1, link.seq - 1)}")
        if event is None:
            self.faults.append(f"第 {link.seq} 环所指事件 {link.event_id} 已不在台账中")
        else:
            # After a gap the digest before is not known; the link is taken as a new beginning.
            if is_next and link_digest(self.head, link.seq, event) != link.digest:
                self.faults.append(f"第 {link.seq} 环（事件 {event.id}，{event.act}）与摘要不符")
            self._look_at_time(link, event)
        self.seq, self.head = link.seq, link.digest

    def _look_at_time(self, link: EventLink, event: Event) -> None:
        if self.latest and event.at < self.latest - OUT_OF_TIME:
            told = f"第 {link.seq} 环（事件 {event.id}，{event.act}）写明的时间 {minute(event.at)} 早于此前已封存的 {minute(self.latest)}"
            self.doubts.append(told)
        self.latest = max(self.latest or event.at, event.at)


def verify(archive: Archive) -> Verdict:
    """Walk the whole chain from its first link."""
    with archive.read() as session:
        events = session.scalar(select(func.count()).select_from(Event)) or 0
        sealed = session.scalar(select(func.count()).select_from(EventLink)) or 0
        walk = _walk(session)
        unsealed = session.scalar(select(func.count()).select_from(Event).where(ledger.unlinked())) or 0
        slipped_in = _slipped_in(session, archive.clock.now())
    faults = (*walk.faults, *(f"事件 {number} 不在链上，且早于已封存的事件" for number in slipped_in))
    return Verdict(events, sealed, unsealed, walk.head, faults[:NAMED_AT_MOST], tuple(walk.doubts[:NAMED_AT_MOST]))


def unguarded(archive: Archive) -> str | None:
    """Which tables the database would let anybody edit or empty, in words: their triggers are gone, switched off or hollow."""
    with archive.read() as session:
        tables = guards.missing(session.connection())
    return UNGUARDED.format(tables="、".join(tables)) if tables else None


def places(first: int, last: int) -> str:
    """A stretch of the chain in words."""
    return f"第 {first} 环" if first == last else f"第 {first}–{last} 环"


def minute(instant: datetime) -> str:
    """An instant as the ledger's readers see it: China time, to the minute."""
    return f"{instant.astimezone(CHINA):%Y-%m-%d %H:%M}"


def _walk(session: Session) -> _Walk:
    walk = _Walk()
    for link, event in _rows(session):
        walk.step(link, event)
        if len(walk.faults) >= NAMED_AT_MOST:
            break
    return walk


def _rows(session: Session) -> Iterator[tuple[EventLink, Event | None]]:
    rows = select(EventLink, Event).outerjoin(Event, Event.id == EventLink.event_id).order_by(EventLink.seq)
    with session.execute(rows.execution_options(yield_per=1000)) as chain:
        for link, event in chain:
            for row in filter(None, (link, event)):  # a million must not stay in memory; expunge_all would break the rows still to come
                session.expunge(row)
            yield link, event


def _slipped_in(session: Session, now: datetime) -> list[int]:
    below = Event.id <= ledger.newest_sealed(session)
    waits = ledger.may_be_sealed(ledger.newest_sealed(session), now)
    return list(session.scalars(select(Event.id).where(ledger.unlinked(), below, ~waits).order_by(Event.id).limit(NAMED_AT_MOST)))
