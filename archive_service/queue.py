"""The job table as a queue: put, claim, keep alive, finish, fail, lay down; and the leases of roles held by one process at a time.

`put` takes the session of the act that causes the work, so that work and cause are committed together.
Claiming is a guarded update: sound on SQLite and PostgreSQL; SKIP LOCKED there only keeps claimers from queueing.
Called by services (put) and by the worker loop (the rest).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update
from sqlalchemy.orm import Session

from archive_service.models.job import Job, JobState, Lease


@dataclass(frozen=True)
class Retry:
    """How often a job is tried and how long it waits in between, doubling each time, an hour at most."""

    attempts: int
    backoff_seconds: float

    def wait(self, attempts: int) -> timedelta:
        """Wait after the given number of failed attempts."""
        return timedelta(seconds=min(self.backoff_seconds * 2 ** max(attempts - 1, 0), 3600))


def put(
    session: Session,
    kind: str,
    *,
    now: datetime,
    record_id: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    priority: int = 0,
) -> Job:
    """Put work into the queue, in the caller's transaction."""
    job = Job(
        kind=kind, record_id=record_id, arguments=dict(arguments or {}), priority=priority, state=JobState.READY, run_at=now, created_at=now
    )
    session.add(job)
    return job


def claim(session: Session, kinds: Collection[str], *, holder: str, now: datetime, lease: timedelta, at_most: int = 1) -> list[Job]:
    """Take jobs that are due, oldest first within a priority; a job whose lease ran out is taken over.

    What failed before, or was left by a killed process, is taken alone: a poison job harms no other.
    """
    due = or_((Job.state == JobState.READY) & (Job.run_at <= now), (Job.state == JobState.RUNNING) & (Job.lease_until < now))
    wanted = (
        select(Job.id, Job.attempts)
        .where(Job.kind.in_(kinds), due)
        .order_by(Job.priority.desc(), Job.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    ids = _together(session.execute(wanted).all())
    if not ids:
        return []
    session.execute(
        update(Job)
        .where(Job.id.in_(ids), due)
        .values(state=JobState.RUNNING, leased_by=holder, lease_until=now + lease, attempts=Job.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(select(Job).where(Job.id.in_(ids), Job.leased_by == holder).order_by(Job.id)))


def _together(found: Sequence[Row[int, int]]) -> list[int]:
    untried = next((place for place, (_, attempts) in enumerate(found) if attempts), len(found))
    return [job_id for job_id, _ in found[: max(untried, 1)]]


def lay_down(session: Session, kinds: Collection[str], *, attempts: int, reason: str, now: datetime) -> list[Job]:
    """Lay with the dead letters what every holder so far was killed over, rather than let it kill the next one; returns those jobs."""
    lost = select(Job).where(Job.kind.in_(kinds), Job.state == JobState.RUNNING, Job.lease_until < now, Job.attempts >= attempts)
    jobs = list(session.scalars(lost.with_for_update(skip_locked=True)))
    for job in jobs:
        job.state, job.last_error, job.leased_by, job.lease_until = JobState.DEAD, reason, None, None
    session.flush()
    return jobs


def give_back(session: Session, ids: Collection[int], *, holder: str, run_at: datetime) -> None:
    """Put back, untried, what could not be worked on since a part was away."""
    session.execute(
        update(Job)
        .where(Job.id.in_(ids), Job.leased_by == holder, Job.state == JobState.RUNNING)
        .values(state=JobState.READY, attempts=Job.attempts - 1, run_at=run_at, lease_until=None, leased_by=None)
    )


def keep_alive(session: Session, ids: Collection[int], *, holder: str, until: datetime) -> int:
    """Lengthen leases; returns how many were still the holder's."""
    changed = session.execute(
        update(Job).where(Job.id.in_(ids), Job.leased_by == holder, Job.state == JobState.RUNNING).values(lease_until=until)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it, the annotated base class does not


def holders(session: Session) -> set[str]:
    """Who holds jobs or roles."""
    of_jobs = select(Job.leased_by).where(Job.state == JobState.RUNNING, Job.leased_by.is_not(None))
    return {str(holder) for holder in (*session.scalars(of_jobs), *session.scalars(select(Lease.held_by)))}


def take_back(session: Session, gone: Iterable[str], *, now: datetime) -> tuple[int, int]:
    """Let the leases of holders that are gone run out now: jobs and roles, how many of each.

    A job's try still counts, or one that kills its workers would never be laid down.
    """
    names = set(gone)
    jobs = session.execute(update(Job).where(Job.leased_by.in_(names), Job.state == JobState.RUNNING).values(lease_until=now))
    roles = session.execute(delete(Lease).where(Lease.held_by.in_(names)))
    return int(jobs.rowcount), int(roles.rowcount)  # type: ignore[attr-defined]  # as in `keep_alive`


def finish(session: Session, ids: Collection[int], *, holder: str, now: datetime) -> int:
    """Mark done what is still the holder's; a lost lease means that somebody else does it again."""
    changed = session.execute(
        update(Job)
        .where(Job.id.in_(ids), Job.leased_by == holder, Job.state == JobState.RUNNING)
        .values(state=JobState.DONE, finished_at=now, lease_until=None, last_error=None)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]  # as above


def fail(session: Session, job: Job, *, holder: str, error: str, now: datetime, retry: Retry) -> JobState | None:
    """Record why a job failed; it waits for its next try, or lies with the dead letters. None: its lease was lost to another."""
    state = JobState.DEAD if job.attempts >= retry.attempts else JobState.READY
    changed = session.execute(
        update(Job)
        .where(Job.id == job.id, Job.leased_by == holder, Job.state == JobState.RUNNING)
        .values(state=state, last_error=error[:2000], lease_until=None, leased_by=None, run_at=now + retry.wait(job.attempts))
    )
    return state if changed.rowcount else None  # type: ignore[attr-defined]  # as above


def revive(session: Session, ids: Collection[int], *, now: datetime) -> int:
    """Give dead letters a new start."""
    changed = session.execute(
        update(Job).where(Job.id.in_(ids), Job.state == JobState.DEAD).values(state=JobState.READY, attempts=0, run_at=now, leased_by=None)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]  # as above


def settle(session: Session, record_id: str, kinds: Collection[str], *, now: datetime) -> int:
    """End dead letters of a record whose work somebody has asked for anew; why they failed stays with them."""
    dead = update(Job).where(Job.record_id == record_id, Job.kind.in_(kinds), Job.state == JobState.DEAD)
    return int(session.execute(dead.values(state=JobState.DONE, finished_at=now)).rowcount)  # type: ignore[attr-defined]  # as above


def forget(session: Session, *, before: datetime) -> None:
    """Drop finished jobs older than an instant; dead letters stay until someone decides."""
    session.execute(delete(Job).where(Job.state == JobState.DONE, Job.finished_at < before))


def counts(session: Session) -> dict[str, dict[str, int]]:
    """Jobs by kind and state."""
    table: dict[str, dict[str, int]] = {}
    for kind, state, number in session.execute(select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state)):
        table.setdefault(kind, {})[state.value] = number
    return table


def hold_role(session: Session, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
    """Take or lengthen a role (indexer, sealer, scheduler); false while another process holds it."""
    lease = session.get(Lease, name, with_for_update=True)
    if lease is None:
        session.add(Lease(name=name, held_by=holder, held_until=until))
        session.flush()
        return True
    if lease.held_by != holder and lease.held_until > now:
        return False
    if lease.held_by == holder and lease.held_until - now > (until - now) / 2:
        return True  # still long enough: no need to write at every turn
    lease.held_by, lease.held_until = holder, until
    return True


def leave_role(session: Session, name: str, *, holder: str) -> None:
    """Give a role back at a clean stop, so that the next process need not wait."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.held_by == holder))
