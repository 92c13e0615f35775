"""How values look: dates of China, minutes, numbers cut for the eye."""

from datetime import UTC, date, datetime

import pytest

from archive_service.web import formats

LATE_IN_UTC = datetime(2026, 11, 23, 16, 5, 9, tzinfo=UTC)  # already the next day in China


def test_an_instant_is_shown_on_the_day_it_is_in_china() -> None:
    assert formats.day(LATE_IN_UTC) == "2026年11月24日"
    assert formats.minute(LATE_IN_UTC) == "2026年11月24日 00:05"
    assert formats.second(LATE_IN_UTC) == "2026年11月24日 00:05:09"


def test_a_civil_date_is_shown_as_it_is() -> None:
    assert formats.day(date(2010, 3, 5)) == "2010年3月5日"


def test_what_is_not_known_is_a_dash() -> None:
    assert {formats.day(None), formats.minute(None), formats.second(None)} == {"—"}


@pytest.mark.parametrize(
    ("number", "groups"),
    [
        ("520102201003051234", ["520102", "20100305", "1234"]),
        ("52010220100305123X", ["520102", "20100305", "123X"]),
        ("G520102201003051234", ["G", "520102", "20100305", "1234"]),
        ("G5201**********1234", ["G", "5201**", "********", "1234"]),
        ("H12345678", ["H12345678"]),
        ("尚无学籍号尚无学籍号尚无学籍号尚无学", ["尚无学籍号尚无学籍号尚无学籍号尚无学"]),
    ],
)
def test_numbers_are_cut_for_the_eye_and_join_to_the_bare_number(number: str, groups: list[str]) -> None:
    assert formats.number_groups(number) == groups
    assert "".join(formats.number_groups(number)) == number


@pytest.mark.parametrize(
    ("value_bytes", "words"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KB"), (1_843_200, "1.8 MB"), (5 * 1024**5, "5120.0 TB")]
)
def test_sizes_take_the_largest_unit_that_fits(value_bytes: int, words: str) -> None:
    assert formats.size(value_bytes) == words


@pytest.mark.parametrize(("value_seconds", "words"), [(8, "8 秒"), (720, "12 分钟"), (7300, "2 小时"), (200_000, "2 天")])
def test_waiting_is_told_in_the_largest_unit_that_fits(value_seconds: float, words: str) -> None:
    assert formats.waited(value_seconds) == words


def test_counts_and_shares() -> None:
    assert formats.thousands(10_432) == "10,432"
    assert formats.percent(0.873) == "87 %"


@pytest.mark.parametrize(
    ("grade", "class_name", "words"),
    [("三年级", "2班", "三年级2班"), ("七年级", "七年级2班", "七年级2班"), ("", "2班", "2班"), ("三年级", "", "三年级"), ("", "", "")],
)
def test_a_class_is_named_with_its_grade(grade: str, class_name: str, words: str) -> None:
    assert formats.class_in_words(grade, class_name) == words
