"""A paper nobody has recognised yet may be a diagnosis: it stays with its unit until its kind is settled."""

import pytest

from archive_service.errors import NotFound
from archive_service.models.record import KindState
from archive_service.rules.access import Role
from archive_service.services import corrections, intake, records, search
from archive_service.services.indexing import index_records
from archive_service.services.records import Filter
from archive_service.services.search import Query
from archive_service.worker import Worker
from tests.functional.case_steps import Office
from tests.papers import jpeg


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def hand_in(archive, office):
    def hand_in(**about):
        incoming = intake.Incoming(jpeg("门诊 多动 医嘱"), "a.jpg", **about)
        return intake.receive(archive, incoming, actor=office.registrar).id

    return hand_in


def seen_by(archive, actor):
    return [view.record.id for view in records.listed(archive, Filter(), actor=actor).items]


def found_by(archive, actor):
    answer = search.find(archive, Query("多动"), actor=actor)
    return answer.total, [hit.record_id for hit in answer.hits]


def test_superiors_see_a_paper_once_its_kind_is_settled(archive, make, office, hand_in):
    superior = make.actor(Role.COUNTY_REVIEWER, office.county)
    record_id = hand_in()
    archive.index.finish_rebuild(archive.index.begin_rebuild())
    for _ in range(2):  # at the door, and when it was read without being recognised
        assert seen_by(archive, superior) == []
        with pytest.raises(NotFound):
            records.view(archive, record_id, actor=superior)
        assert records.view(archive, record_id, actor=office.registrar).record.kind_state is KindState.UNSURE
        Worker(archive).drain()
        index_records(archive, {record_id}, job_id=1)
    assert (found_by(archive, superior), found_by(archive, office.registrar)) == ((0, []), (1, [record_id]))
    corrections.set_kind(archive, record_id, kind="hukou_page", reason="", actor=office.registrar)
    index_records(archive, {record_id}, job_id=2)
    assert seen_by(archive, superior) == [record_id]
    assert (found_by(archive, superior), found_by(archive, office.registrar)) == ((1, [record_id]), (1, [record_id]))


def test_what_a_person_named_at_the_door_is_settled(archive, make, office, hand_in):
    superior = make.actor(Role.COUNTY_REVIEWER, office.county)
    named, diagnosis = hand_in(kind="hukou_page"), hand_in(kind="diagnosis_certificate")
    assert seen_by(archive, superior) == [named]
    assert set(seen_by(archive, office.registrar)) == {named, diagnosis}


def test_the_unit_where_a_paper_lies_says_what_it_is(archive, make, office):
    student = make.student(office.school)
    elsewhere = make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=office.county))
    paper = office.paper(student, "hukou_page", by=elsewhere, kind_state=KindState.UNSURE)
    assert seen_by(archive, make.actor(Role.COUNTY_REVIEWER, office.county)) == []
    corrections.set_kind(archive, paper.id, kind="hukou_page", reason="", actor=office.registrar)
    assert seen_by(archive, make.actor(Role.COUNTY_REVIEWER, office.county)) == [paper.id]
