"""The worker: takes jobs, runs the service each kind names, and says how it went.

Lives here: the table from job kind to service, the loop, heartbeats. Not here: what a job does (services), the queue's rules (queue).
The one broad `except` of the project is here: whatever a job raises is kept with the job, which waits for its next try or lies with
the dead letters. A database that is away is waited out; any other fault of a heart or a role ends the process, which is started again.
"""

import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError

from archive_service import queue
from archive_service.archive import Archive
from archive_service.errors import ArchiveError, StoreUnavailable
from archive_service.models.job import Job, JobState
from archive_service.services import failures, ingest_pages, likeness, matching, organisations_import, roster, transcription

log = structlog.get_logger()

Handler = Callable[[Archive, Job], None]


def _match(archive: Archive, job: Job) -> None:
    """Whose paper it is, and then whether that student has it already."""
    matching.match_record(archive, str(job.record_id))
    likeness.look(archive, str(job.record_id))


HANDLERS: Mapping[str, Handler] = {
    "judge": lambda archive, job: transcription.judge_record(archive, str(job.record_id)),
    "read": lambda archive, job: transcription.read_record(archive, str(job.record_id)),
    "match": _match,
    "roster": lambda archive, job: roster.run(archive, str(job.arguments["task_id"])),
    "page_count": lambda archive, job: ingest_pages.check(archive, str(job.record_id), int(str(job.arguments["pages"]))),
    "organisations": lambda archive, job: organisations_import.run(archive, str(job.arguments["task_id"])),
}
READING = frozenset({"read"})
GATE = frozenset({"judge", "match", "page_count"}) | failures.WATCHED
ALL = READING | GATE
STORE_AWAY = timedelta(seconds=15)  # how long a job waits while the store is away


@dataclass
class Heart:
    """Keeps the leases of running jobs, and roles in use, alive while the work is done elsewhere."""

    archive: Archive
    holder: str

    def __post_init__(self) -> None:
        self._ids: set[int] = set()
        self._roles: set[str] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="heart")
        self._thread.start()

    def hold(self, ids: Collection[int]) -> None:
        with self._lock:
            self._ids |= set(ids)

    def release(self, ids: Collection[int]) -> None:
        with self._lock:
            self._ids -= set(ids)

    @contextmanager
    def in_role(self, name: str) -> Iterator[None]:
        """Keep a role while a long turn of work lasts."""
        with self._lock:
            self._roles.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._roles.discard(name)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(self.archive.settings.jobs.heartbeat_seconds):
            with self._lock:
                ids, roles = set(self._ids), set(self._roles)
            if ids or roles:
                try:
                    self._lengthen(ids, roles)
                except OperationalError as error:
                    log.warning("heart waits", holder=self.holder, error=type(error.orig).__name__)

    def _lengthen(self, ids: Collection[int], roles: Collection[str]) -> None:
        now = self.archive.clock.now()
        until = now + timedelta(seconds=self.archive.settings.jobs.lease_seconds)
        with self.archive.begin() as session:
            queue.keep_alive(session, ids, holder=self.holder, until=until)
            for name in roles:
                queue.hold_role(session, name, holder=self.holder, now=now, until=until)


def holder_name(role: str) -> str:
    """A name for this process that no other has, nor a later one with the same number."""
    return f"{role}@{socket.gethostname()}:{os.getpid()}:{time.monotonic_ns() % 1_000_000}"[:64]


def claimed(archive: Archive, kinds: Collection[str], *, holder: str, at_most: int = 1) -> list[Job]:
    """Take jobs; those that every holder so far was killed over are laid down first, and whoever waits for them is told."""
    jobs, now = archive.settings.jobs, archive.clock.now()
    with archive.begin() as session:
        for job in queue.lay_down(session, kinds, attempts=jobs.attempts, reason=failures.KILLED, now=now):
            failures.tell(archive, session, job, failures.KILLED, is_final=True)
            log.error("job laid down", kind=job.kind, job=job.id, record=job.record_id, attempts=job.attempts)
        return queue.claim(session, kinds, holder=holder, now=now, lease=timedelta(seconds=jobs.lease_seconds), at_most=at_most)


def error_of(work: Callable[[], object]) -> Exception | None:
    """Do a job's work; what it raises is given back instead of raised."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 (the one place: nothing a job raises may end the worker)
        return error
    return None


def failed(archive: Archive, job: Job, error: Exception, *, holder: str) -> None:
    """Keep the reason with the job and with the record or task it was for; in one transaction, or a kill would leave these waiting.

    While the store is away no try is counted: an outage of an hour must not lay down what could be done afterwards.
    """
    reason, now = _reason(error), archive.clock.now()
    retry = queue.Retry(archive.settings.jobs.attempts, archive.settings.jobs.backoff_seconds)
    with archive.begin() as session:
        if isinstance(error, StoreUnavailable):
            state: JobState | None = JobState.READY
            queue.give_back(session, {job.id}, holder=holder, run_at=now + STORE_AWAY)
        elif (state := queue.fail(session, job, holder=holder, error=reason, now=now, retry=retry)) is not None:
            failures.tell(archive, session, job, reason, is_final=state is JobState.DEAD)
    log.warning(
        "job failed",
        kind=job.kind,
        job=job.id,
        record=job.record_id,
        attempts=job.attempts,
        state=state.value if state else "lost",
        error=type(error).__name__,
    )


def _reason(error: Exception) -> str:
    """Our own errors speak for themselves; of others only kind and place, since their words may hold names and numbers."""
    if isinstance(error, ArchiveError):
        return error.message
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "-"
    return f"{type(error).__name__} ({place})"


class Worker:
    """Runs jobs of some kinds, one at a time, until told to stop."""

    def __init__(self, archive: Archive, kinds: Collection[str] = ALL, *, role: str = "worker") -> None:
        self.archive, self.kinds = archive, frozenset(kinds)
        self.holder = holder_name(role)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Finish the job in hand and end."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped; an idle worker looks again after `jobs.poll_seconds`."""
        heart = Heart(self.archive, self.holder)
        try:
            while not self._stopping.is_set():
                if not self._worked(heart):
                    self._stopping.wait(self.archive.settings.jobs.poll_seconds)
        finally:
            heart.stop()

    def _worked(self, heart: Heart) -> bool:
        """While the database is away or locked the worker waits; a job it was at is taken over when its lease ends."""
        try:
            return self.work_once(heart)
        except OperationalError as error:
            log.warning("worker waits", holder=self.holder, error=type(error.orig).__name__)
            return False

    def work_once(self, heart: Heart | None = None) -> bool:
        """Take and run one job; false when there was none."""
        taken = claimed(self.archive, self.kinds, holder=self.holder)
        for job in taken:
            if heart:
                heart.hold({job.id})
            try:
                self._run(job)
            finally:
                if heart:
                    heart.release({job.id})
        return bool(taken)

    def drain(self) -> int:
        """Run everything that is due, for tests and the command line; returns how many jobs were run."""
        done = 0
        while self.work_once():
            done += 1
        return done

    def _run(self, job: Job) -> None:
        started = time.monotonic()
        error = error_of(lambda: HANDLERS[job.kind](self.archive, job))
        if error is not None:
            failed(self.archive, job, error, holder=self.holder)
            return
        with self.archive.begin() as session:
            queue.finish(session, {job.id}, holder=self.holder, now=self.archive.clock.now())
        log.info("job done", kind=job.kind, job=job.id, record=job.record_id, seconds=round(time.monotonic() - started, 3))
