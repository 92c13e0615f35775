"""Keeping the search index equal to the rows: the jobs `index`, taken in batches by one indexer at a time, and the rebuild.

Lives here: from records to index entries. Not here: finding (search), the engine (`adapters.search_index`).
The index is a cache of the rows and can be thrown away at any time.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

from archive_service.adapters.search_index.entries import PageEntry
from archive_service.adapters.search_index.interface import Batch, Rebuild
from archive_service.archive import Archive
from archive_service.errors import IndexUnavailable
from archive_service.models.job import Job
from archive_service.models.organisation import Organisation
from archive_service.models.record import Page, PageField, Record, ReviewState
from archive_service.models.search import IndexLabel
from archive_service.models.student import Student
from archive_service.services.sensitivity import is_settled

STATUS_NUMBERS = {ReviewState.PENDING: 1, ReviewState.ACCEPTED: 2, ReviewState.RETURNED: 3}
# Papers closed to all but the parties, and those whose kind is not settled, are found by the unit that took them in as long as they
# lie in its scope, the closed ones for a purpose; once they lie elsewhere nobody finds them by words (but through their case).
OPEN_NUMBERS = {"L": 1, "M": 2}
CLOSED_AT_HOME, UNSETTLED_AT_HOME, ELSEWHERE = 3, 4, 9
NAME_FIELDS, NUMBER_FIELDS = ("name", "former_name"), ("id_no", "student_no")
REBUILD_RECORDS = 1000


def index_records(archive: Archive, record_ids: Collection[str], *, job_id: int) -> int:
    """Bring the pages of some records into the index; returns how many pages. Searchable from when this returns.

    Raises: IndexUnavailable (the jobs stay and are tried again).
    """
    with archive.begin() as session:
        kinds = kind_numbers(session, archive)
    with archive.read() as session:
        entries = list(entries_of(session, record_ids, kinds))
    archive.index.apply(Batch(upserts=entries, job_id=job_id))
    now = archive.clock.now()
    with archive.begin() as session:
        fresh = update(Record).where(Record.id.in_(record_ids), Record.searchable_at.is_(None), Record.page_count.is_not(None))
        session.execute(fresh.values(searchable_at=now))
    return len(entries)


def rebuild(archive: Archive) -> int:
    """Fill a new index from the rows beside the one that serves, then switch; returns the number of pages.

    Only the holder of the role `indexer` calls this, so that no batch slips in between; jobs that come meanwhile wait.
    """
    with archive.begin() as session:
        kinds = kind_numbers(session, archive)
    work = archive.index.begin_rebuild()
    with ExitStack() as unfinished:
        unfinished.callback(work.abandon)
        pages = _fill(archive, work, kinds)
        if not archive.index.finish_rebuild(work):
            raise IndexUnavailable("重建期间检索索引被另一进程改写，将重新开始。")
        unfinished.pop_all()
    return pages


def _fill(archive: Archive, work: Rebuild, kinds: dict[str, int]) -> int:
    pages, after = 0, ""
    while True:
        with archive.read() as session:
            job_id = session.scalar(select(func.max(Job.id))) or 0
            ids = list(session.scalars(select(Record.id).where(Record.id > after).order_by(Record.id).limit(REBUILD_RECORDS)))
            entries = list(entries_of(session, ids, kinds))
        work.add(Batch(upserts=entries, job_id=job_id))
        pages += len(entries)
        if not ids:
            return pages
        after = ids[-1]


def entries_of(session: Session, record_ids: Collection[str], kinds: dict[str, int]) -> Iterable[PageEntry]:
    """What the index should hold of some records; the number of statements does not depend on how many."""
    records = {row.id: row for row in session.scalars(select(Record).where(Record.id.in_(record_ids)))}
    units = dict(session.execute(select(Organisation.id, Organisation.number)).all())
    students = _students(session, {row.student_id for row in records.values() if row.student_id})
    read = _fields(session, record_ids)
    for page in session.scalars(select(Page).where(Page.record_id.in_(record_ids))):
        record = records[page.record_id]
        student = students.get(record.student_id or "")
        fields = read.get(record.id, [])
        names = [student.name, student.former_name or ""] if student else []
        numbers = [*(number.number for number in student.numbers), student.id_no or ""] if student else []
        yield PageEntry(
            page_id=page.id,
            text=page.text or "",
            names=_distinct([*names, *(field.value or "" for field in fields if field.name in NAME_FIELDS)]),
            numbers=_distinct([*numbers, *(field.value or "" for field in fields if field.name in NUMBER_FIELDS)]),
            school=units[record.organisation_id],
            kind=kinds.get(record.kind or "", 0),
            status=STATUS_NUMBERS[record.review_state],
            sensitivity=sensitivity_number(record),
            made_on=_as_number(record.received_on),
            version=record.version,
        )


def sensitivity_number(record: Record) -> int:
    """Under which number of the sensitivity column a record is found."""
    is_open = record.sensitivity in OPEN_NUMBERS
    if is_open and is_settled(record):
        return OPEN_NUMBERS[record.sensitivity]
    if record.organisation_id != record.received_unit_id:
        return ELSEWHERE
    return UNSETTLED_AT_HOME if is_open else CLOSED_AT_HOME


def kind_numbers(session: Session, archive: Archive) -> dict[str, int]:
    """The small number of each kind, given at first need."""
    known = dict(session.execute(select(IndexLabel.code, IndexLabel.number)).all())
    fresh = [IndexLabel(code=kind.code) for kind in archive.kinds if kind.code not in known]
    session.add_all(fresh)
    session.flush()
    return known | {label.code: label.number for label in fresh}


def _students(session: Session, ids: Collection[str]) -> dict[str, Student]:
    rows = session.scalars(select(Student).where(Student.id.in_(ids)).options(selectinload(Student.numbers)))
    return {row.id: row for row in rows}


def _fields(session: Session, record_ids: Collection[str]) -> dict[str, list[PageField]]:
    wanted = select(PageField).where(PageField.record_id.in_(record_ids), PageField.name.in_(NAME_FIELDS + NUMBER_FIELDS))
    found: dict[str, list[PageField]] = {}
    for field in session.scalars(wanted):
        found.setdefault(field.record_id, []).append(field)
    return found


def _distinct(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _as_number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
