"""What the failure of a job means for the record or the task it was about: told in the transaction that lays the job down.

Lives here: `tell`, called by the worker loop, and `reconcile`, called by upkeep for dead letters nobody was told of.
Not here: the queue's own rules (queue), what a failed reading looks like (transcription), the end of a task (tasks).
"""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from archive_service.archive import Archive
from archive_service.models.job import Job, JobState
from archive_service.models.record import Record, TranscriptState
from archive_service.services import tasks, transcription

ON_RECORD = frozenset({"judge", "read"})  # kinds whose failure shows on the record
WATCHED = frozenset({"roster", "organisations"})  # kinds that a person watches as a task
KILLED = "处理这项工作的进程多次意外终止（多为内存不足），系统不再自动重试。原件完好，请联系系统管理员。"
_AT_ONCE = 200
_ALIVE = (JobState.READY, JobState.RUNNING)


def tell(archive: Archive, session: Session, job: Job, reason: str, *, is_final: bool) -> None:
    """Let the record show why its job failed, and after the last try end what waits for it; in the caller's transaction."""
    if job.kind in ON_RECORD and job.record_id:
        transcription.note_failure(session, job.record_id, reason, is_final=is_final, now=archive.clock.now())
    if job.kind in WATCHED and is_final:
        tasks.end_failed(archive, session, str(job.arguments["task_id"]), reason)


def reconcile(archive: Archive) -> int:
    """Tell records and tasks that still wait for a job among the dead letters; returns how many dead letters were looked at."""
    with archive.begin() as session:
        untold = [*session.scalars(_of_waiting_records()), *session.scalars(_of_watched())]
        for job in untold:
            tell(archive, session, job, job.last_error or KILLED, is_final=True)
    return len(untold)


def _of_waiting_records() -> Select[Job]:
    other = aliased(Job)
    under_way = select(other.id).where(other.record_id == Job.record_id, other.kind.in_(ON_RECORD), other.state.in_(_ALIVE))
    return (
        select(Job)
        .join(Record, Record.id == Job.record_id)
        .where(Job.state == JobState.DEAD, Job.kind.in_(ON_RECORD), Record.transcript_state == TranscriptState.PENDING)
        .where(~under_way.exists())
        .limit(_AT_ONCE)
    )


def _of_watched() -> Select[Job]:
    """Ended tasks are left alone by `end_failed`; there are few of these jobs."""
    return select(Job).where(Job.state == JobState.DEAD, Job.kind.in_(WATCHED)).limit(_AT_ONCE)
