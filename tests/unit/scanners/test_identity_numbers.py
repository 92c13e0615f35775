"""Numbers are believed by their own rule; what breaks it is kept as read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from scanners.identity_numbers import birth_on, find_numbers, has_right_check, sex
from tests.unit.scanners.drawing import CHILD_ID

TEMPORARY = "L520302201205160417"


@st.composite
def bodies(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1950, 1, 1), date(2020, 12, 31)))
    stem = f"{draw(st.integers(110101, 659004))}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return stem + ric.calc_check_digit(f"{stem}0")


def seen(text: str) -> list[tuple[str, str, bool, bool]]:
    return [(hit.kind, hit.value, hit.is_valid, hit.is_mapped) for hit in find_numbers(text)]


@given(bodies())
def test_a_right_number_is_found_in_running_text(body):
    assert seen(f"身份证号{body},学籍号G{body}。") == [
        ("id_no", body, True, False),
        ("student_no", f"G{body}", True, False),
    ]


@given(bodies(), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_revealed(body, at, step):
    wrong = "0123456789"[(int(body[at].replace("X", "0")) + step) % 10]
    spoiled = body[:at] + wrong + body[at + 1 :]
    assert spoiled == body or not has_right_check(spoiled)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CHILD_ID, [("id_no", CHILD_ID, True, False)]),
        (f"G{CHILD_ID}", [("student_no", f"G{CHILD_ID}", True, False)]),
        (f"J{CHILD_ID}", [("student_no", f"J{CHILD_ID}", True, False)]),
        (TEMPORARY, [("student_no", TEMPORARY, True, False)]),
        (f"6{CHILD_ID}", [("student_no", f"G{CHILD_ID}", True, True)]),
        ("52O30220120516I222", [("id_no", CHILD_ID, True, True)]),
        ("11010519491231002x", [("id_no", "11010519491231002X", True, False)]),
        ("11010519491231002×", [("id_no", "11010519491231002X", True, False)]),
        ("5203022012051612||22", [("id_no", CHILD_ID, True, False)]),
        (CHILD_ID[:-1] + "3", [("id_no", CHILD_ID[:-1] + "3", False, False)]),
        (f"G{CHILD_ID[:-1]}3", [("student_no", f"G{CHILD_ID[:-1]}3", False, False)]),
        (CHILD_ID[:-1], [("id_no", CHILD_ID[:-1], False, False)]),
        ("13800001234", []),
        ("OLIVERBSMITHQUEEN", []),
        ("622202400010012345678", []),
    ],
)
def test_numbers_are_told_apart(text, expected):
    assert seen(text) == expected


def test_a_number_says_birth_date_and_sex():
    assert (birth_on(CHILD_ID), sex(CHILD_ID)) == ("2012-05-16", "女")
