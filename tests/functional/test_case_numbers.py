"""Numbers of cases when many are opened at once, and two people who decide at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from archive_service.errors import ArchiveError
from archive_service.rules.lifecycle import CaseAction
from archive_service.services.cases import open_case
from tests.functional.case_steps import ILLNESS_FACTS, Office


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


def test_numbers_are_given_once_and_without_gaps(archive, office, make):
    students = [make.student(office.school) for _ in range(6)]

    def opened(student):
        return open_case(
            archive, procedure="suspend", student_id=student.id, ground="illness", facts=ILLNESS_FACTS, actor=office.registrar
        ).serial

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(opened, students)) == [1, 2, 3, 4, 5, 6]


def test_of_two_who_decide_at_once_one_is_told(archive, office, make):
    case, _ = office.illness_case(make.student(office.school))
    version = office.act(case.id, CaseAction.SUBMIT, office.registrar).version

    def decide(_):
        try:
            return office.act(case.id, CaseAction.ACCEPT, office.reviewer, version=version).state
        except ArchiveError as error:
            return error.status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(map(str, pool.map(decide, range(2)))) == ["409", "in_review"]
