"""Conditions of the law by name: yes, no, or unknown while a fact is missing."""

from datetime import date

import pytest

from archive_service.rules.facts import Facts
from archive_service.rules.predicates import PREDICATES, evaluate, is_under_age
from archive_service.rules.vocabulary import Stage


@pytest.mark.parametrize(
    ("birth_on", "is_under"),
    [
        pytest.param(date(2020, 8, 31), False, id="HN-4.2 six on the last day that counts"),
        pytest.param(date(2020, 9, 1), True, id="HN-4.3 a day too young"),
        pytest.param(date(2019, 1, 1), False, id="GZ-24 older"),
    ],
)
def test_age_on_31_august(birth_on, is_under):
    assert is_under_age(Stage.PRIMARY, birth_on, date(2026, 9, 1)) is is_under


def test_age_counts_for_first_graders_only():
    assert not is_under_age(Stage.JUNIOR, date(2020, 9, 1), date(2026, 9, 1))


@pytest.mark.parametrize(
    ("names", "cross_province", "answer"),
    [
        ((), None, True),
        (("cross_province",), True, True),
        (("cross_province",), False, False),
        (("cross_province",), None, None),
        (("home_teaching", "cross_province"), True, True),
    ],
)
def test_any_of_the_named(names, cross_province, answer):
    assert evaluate(names, Facts(cross_province=cross_province)) is answer


def test_every_predicate_asks_for_facts_that_exist():
    known = set(Facts.model_fields)
    assert {need for predicate in PREDICATES.values() for need in predicate.needs} <= known
