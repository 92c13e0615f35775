"""What an act is done under is held against what it is about before anything is done; what a record points to is told in scope only."""

import pytest
from sqlalchemy import func, select

from archive_service.errors import NotFound, Refused
from archive_service.models.record import KindState, MatchState, Record
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction
from archive_service.services import intake, matching, records
from archive_service.services.records import Filter
from tests.functional.case_steps import Office
from tests.papers import hukou, jpeg


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def two(office, make):
    """Two children, and a case of the second."""
    one, other = make.student(office.school, name="张三"), make.student(office.school, name="李四")
    case, _ = office.illness_case(other)
    return one, other, case


def counted(archive):
    with archive.read() as session:
        return session.scalar(select(func.count()).select_from(Record))


def test_nothing_is_taken_in_for_one_child_under_the_case_of_another(archive, office, two):
    one, _, case = two
    before = counted(archive)
    paper = intake.Incoming(jpeg(hukou("张三", one.id_no)), "a.jpg", student_id=one.id)
    with pytest.raises(Refused, match="不是这份材料所属学生"):
        intake.receive(archive, paper, actor=office.registrar.for_case(case.id))
    assert counted(archive) == before


def test_nothing_is_filed_with_one_child_under_the_case_of_another(archive, office, two):
    one, other, case = two
    loose = office.paper(one, "hukou_page", student_id=None, match_state=MatchState.UNMATCHED)
    under = office.registrar.for_case(case.id)
    with pytest.raises(Refused, match="不是这份材料所属学生"):
        matching.set_match(archive, loose.id, student_id=one.id, reason="", actor=under)
    with archive.read() as session:
        assert session.get(Record, loose.id).student_id is None
    matching.set_match(archive, loose.id, student_id=other.id, reason="", actor=under)


def test_a_case_out_of_sight_is_no_ground_to_take_papers_in(archive, office, make, two):
    one, _, _ = two
    stranger = Office(archive, make)
    case, _ = stranger.illness_case(make.student(stranger.school, name="王五"))
    with pytest.raises(NotFound):
        intake.receive(archive, intake.Incoming(jpeg(hukou("张三", one.id_no)), "a.jpg"), actor=office.registrar.for_case(case.id))


def test_papers_before_and_after_are_told_in_scope_only(archive, office, make):
    """A settled paper may be read by the county, one of unsettled kind by the school alone."""
    child = make.student(office.school, name="张三")
    settled = office.paper(child, "award_certificate")
    unsettled = office.paper(child, "award_certificate", kind_state=KindState.UNSURE, supersedes_id=settled.id)
    at_school = records.view(archive, settled.id, actor=office.registrar)
    assert at_school.superseded_by == unsettled.id
    assert records.view(archive, unsettled.id, actor=office.registrar).supersedes == settled.id
    with pytest.raises(NotFound):
        records.view(archive, unsettled.id, actor=office.reviewer)
    assert records.view(archive, settled.id, actor=office.reviewer).superseded_by is None


def test_a_list_by_case_tells_nothing_of_a_case_out_of_sight(archive, office, make):
    child = make.student(office.school, name="张三")
    case, papers = office.illness_case(child)
    office.act(case.id, CaseAction.SUBMIT, office.registrar)
    teacher = make.actor(Role.HOMEROOM_TEACHER, office.school)
    with archive.begin() as session:
        for paper in session.scalars(select(Record).where(Record.student_id == child.id)):
            paper.received_by, paper.sensitivity = teacher.account_id, "M"
    assert records.listed(archive, Filter(), actor=teacher).total > 0
    assert records.listed(archive, Filter(case_id=case.id), actor=teacher).total == 0
    assert records.listed(archive, Filter(case_id=case.id), actor=office.registrar).total > 0
    assert papers
