"""The keeper: holds the roles that one process has at a time, sealing the ledger, keeping the index, doing what is due by the clock.

Lives here: the three roles and their turns. Not here: what they do (services.ledger, indexing, upkeep), jobs of other kinds (worker).
"""

import threading
import time
from collections.abc import Callable, Collection
from datetime import timedelta

import structlog
from sqlalchemy.exc import OperationalError

from archive_service import queue
from archive_service.adapters.search_index.interface import Batch
from archive_service.archive import Archive
from archive_service.errors import ArchiveError, IndexUnavailable
from archive_service.models.job import Job
from archive_service.services import indexing, ledger, ledger_anchors, upkeep
from archive_service.worker import Heart, claimed, error_of, failed, holder_name

log = structlog.get_logger()
TIDY_SECONDS = 60
SWEEP_SECONDS = 600


class Keeper:
    """Holds the roles that one process has at a time: sealer, indexer, scheduler."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.holder = holder_name("keeper")
        self._tidied = time.monotonic()
        self._swept = float("-inf")
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End after the round in hand."""
        self._stopping.set()

    def run(self) -> None:
        """Keep the roles until stopped, each in a thread of its own so that a long rebuild does not hold up the ledger."""
        pause = min(self.archive.settings.jobs.poll_seconds, 0.25)
        roles = (
            ("sealer", self.seal, self.archive.settings.ledger.seal_seconds),
            ("indexer", self.index, pause),
            ("scheduler", self.schedule, 30.0),
        )
        heart = Heart(self.archive, self.holder)
        threads = [threading.Thread(target=self._keep, args=(*role, heart), name=role[0]) for role in roles]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        heart.stop()

    def seal(self) -> int:
        """Link new events into the chain; now and then also the late ones, and write the anchors that are due.

        Returns how many where more may wait. Otherwise the sealer pauses: a turn for every few events would take the writers' turns.
        """
        if time.monotonic() - self._swept > SWEEP_SECONDS:
            self._swept = time.monotonic()
            self._anchor()
        number = ledger.seal(self.archive)
        return number if number == ledger.SEAL_AT_MOST else 0

    def _anchor(self) -> None:
        while ledger.seal(self.archive, sweeping=True):
            pass
        for file in ledger_anchors.write_due(self.archive):
            log.info("ledger anchored", file=file.name, seq=file.anchor.seq)

    def index(self) -> int:
        """Bring waiting records into the index; a missing or unsound index is rebuilt first."""
        if self.archive.index.health().needs_rebuild:
            log.info("index rebuild", pages=indexing.rebuild(self.archive))
        taken = claimed(self.archive, {"index"}, holder=self.holder, at_most=self.archive.settings.search.batch_pages)
        if not taken:
            return self._tidy()
        error = error_of(lambda: self._index(taken))
        if isinstance(error, IndexUnavailable):
            self._give_back(taken)
            raise error
        if error is not None:
            for job in taken:
                failed(self.archive, job, error, holder=self.holder)
        return len(taken)

    def _index(self, taken: Collection[Job]) -> None:
        records = {str(job.record_id) for job in taken}
        indexing.index_records(self.archive, records, job_id=max(job.id for job in taken))
        with self.archive.begin() as session:
            queue.finish(session, {job.id for job in taken}, holder=self.holder, now=self.archive.clock.now())

    def _give_back(self, taken: Collection[Job]) -> None:
        run_at = self.archive.clock.now() + timedelta(seconds=self.archive.settings.jobs.backoff_seconds)
        with self.archive.begin() as session:
            queue.give_back(session, {job.id for job in taken}, holder=self.holder, run_at=run_at)

    def _tidy(self) -> int:
        """Join small segments of the index now and then while nothing waits."""
        if time.monotonic() - self._tidied > TIDY_SECONDS:
            self._tidied = time.monotonic()
            self.archive.index.apply(Batch())
        return 0

    def schedule(self) -> int:
        """What is due by the clock."""
        return upkeep.sweep(self.archive)

    def _keep(self, name: str, work: Callable[[], int], pause_seconds: float, heart: Heart) -> None:
        while not self._stopping.is_set():
            busy = self._turn(name, work, heart)
            if not busy:
                self._stopping.wait(pause_seconds)
        with self.archive.begin() as session:
            queue.leave_role(session, name, holder=self.holder)

    def _turn(self, name: str, work: Callable[[], int], heart: Heart) -> bool:
        """One round, if the role is ours; a part that is away for now is tried again, anything else ends the process."""
        try:
            if not self._holds(name):
                return False
            with heart.in_role(name):
                return work() > 0
        except ArchiveError as error:
            log.warning("keeper waits", role=name, error=error.this_code)
        except OperationalError as error:
            log.warning("keeper waits", role=name, error=type(error.orig).__name__)
        return False

    def _holds(self, name: str) -> bool:
        now = self.archive.clock.now()
        until = now + timedelta(seconds=self.archive.settings.jobs.lease_seconds)
        with self.archive.begin() as session:
            return queue.hold_role(session, name, holder=self.holder, now=now, until=until)
