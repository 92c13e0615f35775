"""Whether a paper has as many pages as the catalogue says: asked when it is taken in, answered once it was opened.

Lives here: the job `page_count` and its handler. Not here: counting (transcription). A difference is a finding, never a refusal:
a catalogue can be wrong as well as a scan.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.archive import Archive
from archive_service.models.job import Job
from archive_service.models.record import PageFinding, Record, RecordState

KIND = "page_count"
CODE = "page_count_differs"
ADVICE = "目录登记 {limit} 页，实际 {value} 页；核对是否漏扫、多扫，或目录填错。"
LOOK_AGAIN = timedelta(seconds=15)
UNOPENED = (RecordState.RECEIVED, RecordState.JUDGING)


def expect(archive: Archive, record_id: str, pages: int) -> None:
    """Have the number of pages checked; asking twice is no harm."""
    with archive.begin() as session:
        if session.scalars(select(Job.id).where(Job.record_id == record_id, Job.kind == KIND)).first() is None:
            queue.put(session, KIND, record_id=record_id, now=archive.clock.now() + LOOK_AGAIN, arguments={"pages": pages})


def check(archive: Archive, record_id: str, pages: int) -> None:
    """The job: compare, or look again later when the paper has not been opened yet."""
    now = archive.clock.now()
    with archive.begin() as session:
        record = session.get_one(Record, record_id)
        if record.state in UNOPENED:
            queue.put(session, KIND, record_id=record_id, now=now + LOOK_AGAIN, arguments={"pages": pages})
        elif record.page_count is not None:
            _compare(session, record, record.page_count, pages)


def _compare(session: Session, record: Record, found: int, expected: int) -> None:
    noted = session.scalars(select(PageFinding.id).where(PageFinding.record_id == record.id, PageFinding.code == CODE)).first()
    if found == expected or noted is not None:
        return
    session.add(
        PageFinding(
            record_id=record.id,
            page_no=None,
            code=CODE,
            value=found,
            limit=expected,
            unit="page",
            severity="warn",
            advice=ADVICE.format(limit=expected, value=found),
        )
    )
