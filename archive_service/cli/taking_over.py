"""Taking the role `indexer` from a running keeper for as long as a rebuild lasts, and giving it back."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.archive import Archive
from archive_service.models.job import Job, JobState, Lease
from archive_service.worker import holder_name

ROLE = "indexer"
HELD_FOR = timedelta(seconds=60)  # after a kill the keeper has the role back within this
LENGTHEN_SECONDS = 15.0


@contextmanager
def as_indexer(archive: Archive) -> Iterator[None]:
    """Be the indexer; the keeper finishes the batch in hand, finds the role taken, and waits."""
    holder, over = holder_name("reindex"), threading.Event()
    with archive.begin() as session:
        session.execute(update(Lease).where(Lease.name == ROLE).values(held_until=archive.clock.now()))
        _hold(archive, session, holder)
    lengthening = threading.Thread(target=_lengthen, args=(archive, holder, over), daemon=True)
    lengthening.start()
    try:
        _await_batch_in_hand(archive)
        yield
    finally:
        over.set()
        lengthening.join()
        with archive.begin() as session:
            queue.leave_role(session, ROLE, holder=holder)


def _hold(archive: Archive, session: Session, holder: str) -> None:
    now = archive.clock.now()
    queue.hold_role(session, ROLE, holder=holder, now=now, until=now + HELD_FOR)


def _lengthen(archive: Archive, holder: str, over: threading.Event) -> None:
    while not over.wait(LENGTHEN_SECONDS):
        with archive.begin() as session:
            _hold(archive, session, holder)


def _await_batch_in_hand(archive: Archive) -> None:
    """Wait until the keeper has finished what it had begun; one that died holds nothing beyond its lease."""
    in_hand = select(func.count()).select_from(Job).where(Job.kind == "index", Job.state == JobState.RUNNING)
    while True:
        time.sleep(archive.settings.jobs.poll_seconds)
        with archive.read() as session:
            if not session.scalar(in_hand.where(Job.lease_until > archive.clock.now())):
                return
