"""Dates in the forms papers write them; a lost month or day is never made up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.dates import find_dates


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024年3月5日", "2024-03-05"),
        ("2024年03月05日", "2024-03-05"),
        ("2024年3月5号", "2024-03-05"),
        ("2024-03-05", "2024-03-05"),
        ("2024.3.5", "2024-03-05"),
        ("2024/3/5", "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("二〇二四年三月五日", "2024-03-05"),
        ("二○二四年三月十五日", "2024-03-15"),
        ("二O二四年十一月二十日", "2024-11-20"),
        ("二零一九年十二月三十一日", "2019-12-31"),
        ("一九九八年十月十日", "1998-10-10"),
        ("2012年5月", "2012-05"),
        ("2024年月16日", None),
        ("2014年7月0日", None),
        ("2024年7月日", None),
        ("2024年13月5日", None),
        ("2023年2月29日", None),
        ("2024年2月29日", "2024-02-29"),
    ],
)
def test_a_date_is_read_or_reported_broken(text, value):
    assert [hit.value for hit in find_dates(f"日期{text}。")] == [value]


@pytest.mark.parametrize("text", ["520302201205161222", "电话0851-28220240305", "第2024号", "2024级3班"])
def test_numbers_are_no_dates(text):
    assert find_dates(text) == []


def test_a_range_gives_both_ends_in_order():
    hits = find_dates("自2024年3月1日至2025年2月28日休学")
    assert [hit.value for hit in hits] == ["2024-03-01", "2025-02-28"]


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2049, 12, 31)))
def test_every_real_day_is_read_back(day):
    hit = find_dates(f"{day.year}年{day.month}月{day.day}日")[0]
    assert (hit.value, hit.is_whole) == (day.isoformat(), True)
