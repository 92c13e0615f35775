"""What can be opened for a student, and what is asked."""

from datetime import date

import pytest

from archive_service.errors import NotFound, Refused
from archive_service.rules.access import Role
from archive_service.rules.facts import Declared
from archive_service.services.case_openings import openings
from archive_service.services.cases_offer import AnswerKind, _kind, offers
from tests.functional.case_steps import Office


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


def test_for_a_student_of_the_school(archive, office, make):
    student = make.student(office.school)
    found = {each.offer.code: each.offer for each in openings(archive, student.id, actor=office.registrar).items}
    assert list(found) == ["enrol", "transfer", "suspend"]
    suspend = found["suspend"]
    assert [ground.code for ground in suspend.grounds] == ["illness", "special"]
    illness, special = suspend.grounds
    assert {"treatment_months"} == {each.fact for each in illness.questions} - {each.fact for each in special.questions}
    assert {"E-DX": ("illness",), "E-CAUSE": ("special",)}.items() <= {each.code: each.grounds for each in suspend.papers}.items()
    assert (found["transfer"].receiver_opens, suspend.receiver_opens) == (True, False)
    with pytest.raises(NotFound):
        openings(archive, student.id, actor=make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3]))


def test_a_law_that_is_not_in_force(archive):
    assert offers(archive.law, "GZ", date(2020, 1, 1))
    with pytest.raises(Refused):
        offers(archive.law, "GZ", date(2010, 1, 1))


def test_every_question_has_a_way_to_answer_it():
    kinds = {fact: _kind(fact) for fact in Declared.model_fields}
    assert kinds["applicant"] is AnswerKind.CHOICE
    assert kinds["treatment_months"] is AnswerKind.NUMBER
    assert [fact for fact, kind in kinds.items() if kind is AnswerKind.CHOICES] == ["enrolment_faults"]
