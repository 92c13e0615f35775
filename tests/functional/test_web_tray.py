"""待归位 and the page of a paper: candidates by their own school, names only as far as one's unit has to do with them."""

import pytest

from archive_service.models.record import Match, MatchState, RecordState
from archive_service.rules.access import Role
from archive_service.services.counts import of_work
from archive_service.services.review_work import my_work
from tests.conftest import NOON
from tests.functional.case_steps import Office
from tests.functional.web_client import signed_in


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def reviewer(app, archive, office):
    return signed_in(app, archive, office.reviewer)


def doubted(office, make, student, holder=None):
    """A paper in the tray of a school, with the student as its candidate."""
    paper = office.paper(holder or student, None, match_state=MatchState.PROPOSED, student_id=None)
    one = {"student_id": student.id, "score": 0.8, "grounds": ["姓名相同"]}
    make._add(
        Match(record_id=paper.id, first_page=1, last_page=1, state="proposed", candidates=[one], disagreements=[], decided_at=NOON),
    )
    return paper


def test_names_elsewhere_are_masked_in_the_tray_too(office, make, reviewer):
    student = make.student(office.school, name="张小明")
    paper = doubted(office, make, student)
    for path in (f"/tray/{paper.id}", f"/tray/{paper.id}/students?q=张小", f"/tray/{paper.id}/candidates"):
        reviewer.get(path)
        assert "张**" in reviewer.text(), path
        assert "张小明" not in reviewer.last.text
        assert student.id_no not in reviewer.last.text


def test_names_elsewhere_are_masked_beside_their_paper(office, make, reviewer):
    student = make.student(office.school, name="张小明")
    paper = office.paper(student, "register_form")
    office.field(paper, "name", "张晓明")
    office.field(paper, "id_no", "520102201303050000")
    reviewer.get(f"/records/{paper.id}")
    assert "张**" in reviewer.text()
    assert "张小明" not in reviewer.last.text
    assert student.id_no not in reviewer.last.text


def test_a_school_sees_its_own_whole(app, archive, office, make):
    registrar = signed_in(app, archive, office.registrar)
    student = make.student(office.school, name="张小明")
    registrar.get(f"/tray/{doubted(office, make, student).id}")
    assert "张小明" in registrar.text()
    registrar.get(f"/records/{office.paper(student, 'register_form').id}")
    assert "张小明" in registrar.text()


def test_a_candidate_stands_with_their_own_school(office, make, reviewer):
    elsewhere = make.organisation(parent=office.county, name="第九中学")
    student = make.student(elsewhere, name="张小明")
    paper = doubted(office, make, student, holder=make.student(office.school))
    reviewer.get(f"/tray/{paper.id}")
    assert "第九中学" in reviewer.text()


def test_the_rail_and_the_day_count_the_same_tray(archive, office, make):
    student = make.student(office.school)
    for state in RecordState:
        office.paper(student, None, match_state=MatchState.PROPOSED, state=state)
    county = make.actor(Role.COUNTY_REVIEWER, office.county)
    for actor in (office.registrar, office.reviewer, county):
        assert my_work(archive, actor=actor).tray == of_work(archive, actor=actor).get("tray", 0)
    assert my_work(archive, actor=office.registrar).tray == 2
