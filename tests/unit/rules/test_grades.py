"""Grades under their names: stage, and the year of school."""

import pytest

from archive_service.rules.grades import GRADES, YEAR_OF_SCHOOL
from archive_service.rules.vocabulary import Stage


@pytest.mark.parametrize(
    ("grade", "stage", "number", "year"),
    [
        ("一年级", Stage.PRIMARY, 1, 1),
        ("六年级", Stage.PRIMARY, 6, 6),
        ("七年级", Stage.JUNIOR, 1, 7),
        ("初一", Stage.JUNIOR, 1, 7),
        ("九年级", Stage.JUNIOR, 3, 9),
        ("高一", Stage.SENIOR, 1, 10),
        ("高三年级", Stage.SENIOR, 3, 12),
    ],
)
def test_a_grade_has_its_stage_and_year(grade: str, stage: Stage, number: int, year: int) -> None:
    assert (GRADES[grade], YEAR_OF_SCHOOL[grade]) == ((stage, number), year)
