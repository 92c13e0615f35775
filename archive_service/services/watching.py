"""How the service is doing, for operators: queues, dead letters, stores, index, ledger, versions. No paper, no names.

Source: GB/T 39784 (三员分立: the system administrator sees no student material).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from archive_service import __version__, migrations, queue
from archive_service.adapters.blobs import StoreHealth
from archive_service.adapters.search_index.interface import Health
from archive_service.archive import Archive
from archive_service.errors import Denied
from archive_service.models.job import Job, JobState, Lease
from archive_service.models.ledger import Event
from archive_service.rules.access import Right
from archive_service.services import fixity_choice, ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope

DEAD_SHOWN = 100
PROOFS_LOOKED_AT = 10_000
KIND_LABELS = {"judge": "检查", "read": "识别", "match": "归属", "index": "入检索", "roster": "名册导入"}


@dataclass(frozen=True)
class QueueState:
    """Jobs by kind and state, and how long the oldest one that is due has waited."""

    kinds: dict[str, dict[str, int]]
    oldest_wait_seconds: float
    oldest_by_kind: dict[str, float]

    @property
    def dead(self) -> int:
        """Dead letters of all kinds."""
        return sum(states.get(JobState.DEAD, 0) for states in self.kinds.values())


@dataclass(frozen=True)
class LedgerState:
    """How many events there are and how many are chained."""

    events: int
    sealed: int
    tail_age: timedelta | None
    is_late: bool
    sealed_at: datetime | None


@dataclass(frozen=True)
class Operations:
    """Everything on the operator's page."""

    queue: QueueState
    dead: tuple[Job, ...]
    roles: tuple[Lease, ...]
    store: StoreHealth
    index: Health
    ledger: LedgerState
    database: str
    schema: str | None
    version: str
    rules_version: str
    room_wanted_bytes: int
    backup_at: datetime | None
    proof_at: datetime | None  # when every blob was last compared with its row
    now: datetime


def operations(archive: Archive, *, actor: Actor) -> Operations:
    """The state of all parts. Raises Denied for anyone but a system administrator."""
    with archive.read() as session:
        _require_operator(session, actor)
        state = queue_state(archive, session)
        dead = tuple(session.scalars(select(Job).where(Job.state == JobState.DEAD).order_by(Job.id.desc()).limit(DEAD_SHOWN)))
        roles = tuple(session.scalars(select(Lease).order_by(Lease.name)))
        chained = ledger_state(archive, session)
        backup_at, proof_at = _newest(session, "backup.made"), _newest_whole_proof(session)
    return Operations(
        queue=state,
        dead=dead,
        roles=roles,
        store=archive.blobs.health(),
        index=archive.index.health(),
        ledger=chained,
        database=archive.engine.dialect.name,
        schema=migrations.current(archive.engine),
        version=__version__,
        rules_version=archive.law.version,
        room_wanted_bytes=archive.settings.intake.free_bytes,
        backup_at=backup_at,
        proof_at=proof_at,
        now=archive.clock.now(),
    )


def parts(archive: Archive) -> dict[str, str]:
    """Whether each part answers: `ok`, or a word for what is wrong; tells nobody anything else."""
    store, index = archive.blobs.health(), archive.index.health()
    return {
        "database": _database(archive),
        "store": "ok" if store.reachable else "unreachable",
        "index": "rebuilding" if index.needs_rebuild else "ok",
    }


def _database(archive: Archive) -> str:
    try:
        with archive.read() as session:
            session.execute(select(1))
    except DBAPIError:
        return "unreachable"
    return "ok"


def _require_operator(session: Session, actor: Actor) -> None:
    if not Scope.of(session, actor).units(Right.MANAGE_SYSTEM):
        raise Denied("运行状况由系统管理员查看。")


def queue_state(archive: Archive, session: Session) -> QueueState:
    """Counts and the oldest wait."""
    now = archive.clock.now()
    due = select(Job.kind, func.min(Job.run_at)).where(Job.state == JobState.READY, Job.run_at <= now).group_by(Job.kind)
    waits = {kind: (now - oldest).total_seconds() for kind, oldest in session.execute(due)}
    return QueueState(queue.counts(session), max(waits.values(), default=0.0), waits)


def ledger_state(archive: Archive, session: Session) -> LedgerState:
    """Counts, and the age of the oldest event outside the chain."""
    sealed, sealed_at = ledger.sealed_to(session)
    age = ledger.unsealed_since(archive, session)
    alarm = timedelta(seconds=archive.settings.ledger.alarm_seconds)
    return LedgerState(sealed + ledger.waiting(archive, session), sealed, age, is_late=age is not None and age > alarm, sealed_at=sealed_at)


def _newest(session: Session, act: str) -> datetime | None:
    return session.scalar(select(Event.at).where(Event.act == act).order_by(Event.id.desc()).limit(1))


def _newest_whole_proof(session: Session) -> datetime | None:
    """A sample says nothing of the rest; there is a run a day or so, and the newest come first."""
    runs = session.execute(
        select(Event.at, Event.detail).where(Event.act == "store.verified").order_by(Event.id.desc()).limit(PROOFS_LOOKED_AT)
    )
    return next((at for at, detail in runs if fixity_choice.is_whole(detail)), None)


def revive(archive: Archive, job_ids: Collection[int], *, actor: Actor) -> int:
    """Give dead letters a new start; returns how many. Raises Denied."""
    now = archive.clock.now()
    with archive.begin() as session:
        _require_operator(session, actor)
        number = queue.revive(session, job_ids, now=now)
        ledger.write(session, "job.revived", Subject("job"), actor=actor, now=now, detail={"jobs": sorted(job_ids)})
    return number
