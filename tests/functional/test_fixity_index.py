"""The index proved against the rows: a page it lost, a page without a row, a page of yesterday; what is on its way is no fault."""

import pytest
from sqlalchemy import delete, select, update

from archive_service import queue
from archive_service.adapters.search_index.entries import PageEntry
from archive_service.adapters.search_index.interface import Batch
from archive_service.errors import IndexUnavailable
from archive_service.models.job import Job
from archive_service.models.record import Page, Record
from archive_service.rules.access import Role
from archive_service.services import indexing, intake
from archive_service.services.fixity_index import verify_index
from archive_service.services.intake import Incoming
from archive_service.worker import Worker
from tests.papers import jpeg


@pytest.fixture
def records(archive, make):
    """Three papers, read and searchable, none of which waits for the indexer."""
    registrar = make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3])
    taken = [intake.receive(archive, Incoming(jpeg(f"户口簿 {number}"), "a.jpg"), actor=registrar).id for number in range(3)]
    Worker(archive).drain()
    indexing.rebuild(archive)
    indexing.index_records(archive, taken, job_id=1)
    with archive.begin() as session:
        session.execute(delete(Job).where(Job.kind == "index"))
    return taken


def page_of(archive, record_id):
    with archive.read() as session:
        return session.scalars(select(Page).where(Page.record_id == record_id)).one()


def faults(archive):
    return [(fault.code, fault.page_id, fault.record_id, fault.page_no) for fault in verify_index(archive).faults]


def test_an_index_equal_to_its_rows_has_nothing_to_tell(archive, records):
    verdict = verify_index(archive)
    assert (verdict.held, verdict.compared, verdict.faults) == (3, 3, [])


def test_a_page_the_index_lost_is_named(archive, records):
    lost = page_of(archive, records[1])
    archive.index.apply(Batch(deletes=[lost.id], job_id=2))
    assert faults(archive) == [("not_indexed", lost.id, records[1], 1)]


def test_a_page_without_a_row_is_named(archive, records):
    archive.index.apply(Batch(upserts=[PageEntry(999, "没有这份", (), (), 4, 0, 1, 1, 20260901, 1)], job_id=2))
    assert faults(archive) == [("no_row", 999, None, None)]


@pytest.mark.parametrize("change", ["text", "sensitivity", "kind"])
def test_a_page_of_yesterday_is_named(archive, records, change):
    page = page_of(archive, records[0])
    with archive.begin() as session:
        if change == "text":
            session.execute(update(Page).where(Page.id == page.id).values(text="别的字"))
        else:
            value = {"sensitivity": "H", "kind": "award_certificate"}[change]
            session.execute(update(Record).where(Record.id == records[0]).values({change: value}))
    assert faults(archive) == [("stale", page.id, records[0], 1)]


def test_what_waits_for_the_indexer_is_no_fault(archive, records):
    page = page_of(archive, records[0])
    with archive.begin() as session:
        session.execute(update(Page).where(Page.id == page.id).values(text="别的字"))
        queue.put(session, "index", record_id=records[0], now=archive.clock.now())
    assert faults(archive) == []


def test_without_an_index_nothing_is_said_of_it(archive):
    with pytest.raises(IndexUnavailable):
        verify_index(archive)
