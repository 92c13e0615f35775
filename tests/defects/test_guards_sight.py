"""Guards that no other test held when their removal was first planted: rows behind the index, totals, events of looks, names of files."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from archive_service.adapters.search_index.entries import PageEntry
from archive_service.adapters.search_index.interface import Batch
from archive_service.models.ledger import Event
from archive_service.models.organisation import Organisation
from archive_service.models.record import Page
from archive_service.rules.access import Role
from archive_service.services import indexing, intake, papers, records, search, students, transcription
from archive_service.services.intake import Incoming, clean_name
from archive_service.services.records import Filter
from archive_service.services.search import Query
from archive_service.services.students import Criteria
from tests.functional.case_steps import Office
from tests.papers import jpeg

REFUSES_EVENTS = {
    "sqlite": ("create trigger event_refused before insert on event begin select raise(abort, 'the ledger is full'); end",),
    "postgresql": (
        "create function refuse_event() returns trigger language plpgsql as $$ begin raise exception 'the ledger is full'; end $$",
        "create trigger event_refused before insert on event for each row execute function refuse_event()",
    ),
}


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def found_by(archive, office, make):
    """A paper with one page of text, in the index under the school it lies in or another number."""
    archive.index.finish_rebuild(archive.index.begin_rebuild())

    def paper(student, words, school_number=None):
        with archive.read() as session:
            taker = make.actor(Role.SCHOOL_REGISTRAR, session.get_one(Organisation, student.school_id))
        record = office.paper(student, "award_certificate", by=taker)
        page = make._add(Page(record_id=record.id, no=1, text=words, width_px=9, height_px=9, rotation=0, skew_deg=0, blank=False))
        if school_number is None:
            indexing.index_records(archive, {record.id}, job_id=1)
        else:
            entry = PageEntry(page.id, words, (), (), school_number, 1, 1, indexing.OPEN_NUMBERS["L"], 20260901, 1)
            archive.index.apply(Batch(upserts=[entry], job_id=1))
        return record

    return paper


def test_what_the_index_proposes_passes_the_rows(office, make, archive, found_by):
    elsewhere = make.organisation(parent=office.county)
    found_by(make.student(elsewhere), "三好学生", school_number=office.school.number)
    assert search.find(archive, Query("三好学生"), actor=office.registrar).hits == ()


def test_totals_and_facets_count_nothing_of_another_school(office, make, archive, found_by):
    elsewhere = make.organisation(parent=office.county)
    mine = found_by(make.student(office.school), "三好学生")
    found_by(make.student(elsewhere), "三好学生")
    answer = search.find(archive, Query("三好学生"), actor=office.registrar)
    assert ([hit.record_id for hit in answer.hits], answer.total) == ([mine.id], 1)
    assert [[count.count for count in counts] for counts in answer.facets.values()] == [[1], [1], [1]]
    assert search.find(archive, Query("三好学生"), actor=office.reviewer).total == 2


@pytest.fixture
def paper(archive, make):
    """A paper that was judged, and its registrar."""
    registrar = make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3])
    record = intake.receive(archive, Incoming(jpeg("户口簿"), "户口簿.jpg"), actor=registrar)
    transcription.judge_record(archive, record.id)
    return record, registrar


def test_a_page_is_a_look(archive, paper):
    record, registrar = paper
    papers.page_image(archive, record.id, 1, width_px=None, actor=registrar)
    papers.master(archive, record.id, actor=registrar)
    with archive.read() as session:
        looks = session.scalars(select(Event).where(Event.act.in_(("page.viewed", "master.taken"))).order_by(Event.id)).all()
    assert [(look.act, look.record_id, look.account_id) for look in looks] == [
        ("page.viewed", record.id, registrar.account_id),
        ("master.taken", record.id, registrar.account_id),
    ]


LOOKS = {
    "page": lambda archive, record, who: papers.page_image(archive, record.id, 1, width_px=None, actor=who),
    "master": lambda archive, record, who: papers.master(archive, record.id, actor=who),
    "record": lambda archive, record, who: records.view(archive, record.id, actor=who),
    "records": lambda archive, _, who: records.listed(archive, Filter(), actor=who),
    "students": lambda archive, _, who: students.find(archive, Criteria(), who),
    "search": lambda archive, _, who: search.find(archive, Query("户口"), actor=who),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_look_that_cannot_be_written_down_is_refused(archive, paper, look):
    archive.index.finish_rebuild(archive.index.begin_rebuild())
    record, registrar = paper
    with archive.engine.begin() as connection:
        for statement in REFUSES_EVENTS[connection.dialect.name]:
            connection.execute(text(statement))
    with pytest.raises(DBAPIError, match="the ledger is full"):
        look(archive, record, registrar)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\扫描\\户口簿.jpg", "户口簿.jpg"),
        ("/var/spool/a.pdf", "a.pdf"),
        ("户口\r\nSet-Cookie: x.jpg", "户口Set-Cookie: x.jpg"),
        ("\x00\x1b[2J", "[2J"),
        ("..", "未命名"),
        ("", "未命名"),
        ("长" * 300 + ".jpg", "长" * 196 + ".jpg"),
    ],
)
def test_a_files_name_is_never_a_path(sent, kept):
    assert clean_name(sent) == kept
