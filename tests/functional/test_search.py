"""What a search tells: sensitive papers for a purpose only, totals no larger than the rows, names masked where one need not know them."""

import pytest
from sqlalchemy import select

from archive_service.ids import new_id
from archive_service.models.ledger import Event
from archive_service.models.record import Page, Rendition, RenditionRole
from archive_service.rules.access import Role
from archive_service.services import corrections, indexing, search
from archive_service.services.indexing import CLOSED_AT_HOME
from archive_service.services.scope import Scope
from archive_service.services.search import Query
from archive_service.services.search_scope import search_scope
from tests.functional.case_steps import Office

WORDS = "抑郁症 王小雨 复学"


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def paper(archive, office, make):
    """Makes a paper that was read, with its words in the index."""
    archive.index.finish_rebuild(archive.index.begin_rebuild())

    def paper(student, text=WORDS, kind="award_certificate", **values):
        record = office.paper(student, kind, **values)
        make._add(Page(record_id=record.id, no=1, text=text, width_px=100, height_px=100, rotation=0, skew_deg=0, blank=False))
        indexing.index_records(archive, {record.id}, job_id=1)
        return record

    return paper


@pytest.fixture
def find(archive):
    return lambda actor, words="抑郁症": search.find(archive, Query(words), actor=actor)


def test_a_search_without_a_purpose_says_nothing_of_health(archive, office, make, paper, find):
    student = make.student(office.school)
    record = paper(student, kind="diagnosis_certificate", sensitivity="H")
    plain = find(office.registrar)
    assert (plain.total, plain.hits, plain.facets["kind"], plain.closed_left_out) == (0, (), [], True)
    assert find(office.registrar, "没有的词").closed_left_out  # it tells nothing of what is there
    case, _ = office.illness_case(student)
    assert find(office.registrar.for_case(case.id)).total == 0
    stated = find(office.registrar.for_case(None, "核对休学材料"))
    [hit] = stated.hits
    assert (stated.total, hit.record_id, "抑郁症" in hit.snippet, hit.is_closed, stated.closed_left_out) == (
        1,
        record.id,
        True,
        True,
        False,
    )
    with archive.read() as session:
        told = session.scalars(select(Event).where(Event.act == "search.made").order_by(Event.id.desc())).first()
    assert (told.purpose, told.detail["records"]) == ("核对休学材料", [record.id])
    superior = find(office.reviewer.for_case(None, "核对休学材料"))
    assert (superior.total, superior.closed_left_out) == (0, False)


def test_a_lost_transcript_costs_the_boxes_and_not_the_answer(archive, office, make, paper, find):
    """The page is found by its row; the places of its words stand in a blob that may be gone or damaged."""
    lost, sound = paper(make.student(office.school)), paper(make.student(office.school))
    made = {"bucket": "working", "bytes": 1, "sha256": "0" * 64, "sm3": "0" * 64, "media_type": "application/json", "engine": "canned"}
    make._add(
        Rendition(
            id=new_id(), record_id=lost.id, role=RenditionRole.TRANSCRIPT, blob_key=f"{lost.id}/t", made_at=archive.clock.now(), **made
        )
    )
    answer = find(office.registrar)
    assert {hit.record_id for hit in answer.hits} == {lost.id, sound.id}
    assert all(hit.boxes == () and "抑郁症" in hit.snippet for hit in answer.hits)


def test_the_index_is_not_even_asked_for_what_is_not_told(archive, office):
    """Other schools, and closed papers without a purpose. The rows would refuse them, but only for the pages that are held against them."""
    with archive.read() as session:
        plain, stated = (
            search_scope(Scope.of(session, who)) for who in (office.registrar, office.registrar.for_case(None, "核对休学材料"))
        )
    assert stated.sensitivities - plain.sensitivities == {CLOSED_AT_HOME}
    assert plain.schools == stated.schools == {office.school.number}


def test_totals_follow_the_rows_before_the_index_does(archive, office, make, paper, find):
    student = make.student(office.school)
    record, other = paper(student), paper(student)
    assert find(office.reviewer).total == 2
    corrections.set_kind(archive, record.id, kind="diagnosis_certificate", reason="", actor=office.registrar)
    for actor in (office.reviewer, office.registrar):
        answer = find(actor)
        assert ([hit.record_id for hit in answer.hits], answer.total) == ([other.id], 1)
        assert {name: [count.count for count in counts] for name, counts in answer.facets.items()} == {
            "school": [1],
            "kind": [1],
            "status": [1],
        }
    assert find(office.registrar.for_case(None, "核对")).total == 2
    indexing.index_records(archive, {record.id}, job_id=2)
    assert find(office.reviewer).total == 1


def test_names_are_masked_where_the_unit_has_nothing_to_do_with_the_student(office, make, paper, find):
    student = make.student(office.school, name="王小雨")
    paper(student)
    [own], [below] = find(office.registrar).hits, find(make.actor(Role.CITY_REVIEWER, office.units[1])).hits
    assert (own.name, own.student_no, own.is_masked) == ("王小雨", f"G{student.id_no}", False)
    assert (below.name, below.is_masked) == ("王**", True)
    assert "*" in below.student_no
