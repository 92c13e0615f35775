"""The issue date stands alone by signature and seal; the prose's other days do not count."""

import pytest

from scanners.issue_date import issue_date
from scanners.words import TextPage
from tests.unit.scanners.drawing import line, text_page


def found(*rows, taken=()):
    date = issue_date([text_page(rows)], taken)
    return (date.span.text, date.is_alone) if date else None


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (["建议休息至2024年8月31日。", "2024年2月27日"], "2024年2月27日"),
        (["2024年2月27日", "建议休学治疗(2024年2月27日至2024年8月31日)，", "定期复查。"], "2024年2月27日"),
        ([["入学时间", "2018年9月1日"], "2024年3月5日"], "2024年3月5日"),
        (["2024年3月5日", ["有效期", "2030年1月1日"]], "2024年3月5日"),
        (["2023年12月1日起", "医师签名：侯雅琴2024年3月5日"], "2024年3月5日"),
        (["某某市第一中学2024年3月5日"], "2024年3月5日"),
        (["(盖章)2024年3月5日型专用章"], "2024年3月5日"),
        (["2024年3月", "2024年3月5日"], "2024年3月5日"),
        (["2023年1月1日", ["2024年", "3月", "5日"]], "2024年3月5日"),
    ],
)
def test_the_lowest_date_that_stands_alone(rows, text):
    assert found(*rows) == (text, True)


def test_of_one_height_the_right_one():
    left, right = line("2024年3月1日", 100, 900), line("2024年3月5日", 900, 900)
    assert issue_date([TextPage(1, 1654, 2339, (right, left))], ()).span.text == "2024年3月5日"


def test_a_date_in_prose_is_a_guess_and_a_periods_end_not_even_that():
    assert found("兹于2024年3月5日核实，情况属实。") is None
    assert found("经2024年3月5日核实，情况属实。") == ("2024年3月5日", False)
    assert found("休息至2024年8月31日。") is None


def test_taken_dates_are_left_out():
    assert found("2012年5月16日", taken={"2012-05-16"}) is None
