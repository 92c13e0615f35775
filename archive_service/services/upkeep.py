"""What is done by the clock: forgetting finished jobs, unfinished uploads, old sessions, remembered answers; dead letters told."""

from datetime import timedelta

from sqlalchemy import delete

from archive_service import queue
from archive_service.archive import Archive
from archive_service.models.account import SignInFailure
from archive_service.models.upload import RememberedAnswer
from archive_service.services import failures, sessions, tasks, uploads


def sweep(archive: Archive) -> int:
    """Forget what is past its time; returns 0, since nothing waits behind it."""
    settings, now = archive.settings, archive.clock.now()
    with archive.begin() as session:
        queue.forget(session, before=now - timedelta(days=settings.jobs.keep_days))
        session.execute(delete(SignInFailure).where(SignInFailure.at < now - timedelta(days=1)))
        hours = timedelta(hours=settings.api.idempotency_hours)
        session.execute(delete(RememberedAnswer).where(RememberedAnswer.created_at < now - hours))
    failures.reconcile(archive)
    sessions.forget_ended(archive)
    tasks.sweep_sheets(archive)
    uploads.sweep(archive)
    return 0
