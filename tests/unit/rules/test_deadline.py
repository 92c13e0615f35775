"""Time limits as tables: what the law says, from which day, until which day."""

from datetime import date

import pytest

from archive_service.rules.civil_calendar import Calendar
from archive_service.rules.deadline import (
    add_months,
    add_working_days,
    due,
    remaining_working_days,
    window_of,
)
from archive_service.rules.law import Law
from archive_service.rules.procedure_data import Amount, Limit, Window
from archive_service.rules.vocabulary import Anchor, Span, Status


@pytest.fixture(scope="module")
def calendar(law: Law) -> Calendar:
    return law.calendar


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param("2024-02-18", True, id="2024 Sunday worked after Spring Festival"),
        pytest.param("2024-02-17", False, id="2024 last day of Spring Festival"),
        pytest.param("2025-01-28", False, id="2025 New Year's Eve, a holiday since 2025"),
        pytest.param("2025-10-11", True, id="2025 Saturday worked after National Day"),
        pytest.param("2026-01-04", True, id="2026 Sunday worked"),
        pytest.param("2026-10-10", True, id="2026 Saturday worked"),
        pytest.param("2026-10-08", True, id="2026 first day after National Day"),
        pytest.param("2026-10-07", False, id="2026 National Day"),
        pytest.param("2026-11-21", False, id="an ordinary Saturday"),
        pytest.param("2027-02-05", False, id="2027 New Year's Eve by statute"),
        pytest.param("2030-05-02", False, id="a year without data: fixed statutory day"),
        pytest.param("2030-05-03", True, id="a year without data: ordinary Friday"),
        pytest.param("2030-05-04", False, id="a year without data: Saturday"),
    ],
)
def test_working_days(calendar: Calendar, day: str, *, works: bool) -> None:
    assert calendar.is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("year", "days", "moved"),
    [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6)],
)
def test_announced_years_are_whole(law: Law, year: int, days: int, moved: int) -> None:
    off = law.calendar._years[year].holidays
    assert sum((run.last - run.first).days + 1 for run in off) == days
    working = law.calendar._years[year].working_weekend_days
    assert len(working) == moved
    assert all(day.weekday() >= 5 for day in working)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        pytest.param("2026-09-21", 10, "2026-10-12", id="standards 20: over National Day"),
        pytest.param("2026-09-01", 10, "2026-09-15", id="standards 20: plain fortnight"),
        pytest.param("2026-09-30", 2, "2026-10-09", id="GZ-16.4: two days over National Day"),
        pytest.param("2026-10-12", -10, "2026-09-21", id="YK-14.4: backwards"),
        pytest.param("2026-10-12", 0, "2026-10-12", id="no days"),
    ],
)
def test_counting_working_days(calendar: Calendar, start: str, n: int, end: str) -> None:
    assert add_working_days(date.fromisoformat(start), n, calendar=calendar) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        pytest.param("2026-09-01", 1, "2026-10-01", id="CC-202 same-numbered day"),
        pytest.param("2026-01-31", 1, "2026-02-28", id="CC-202 end of a short month"),
        pytest.param("2028-01-31", 1, "2028-02-29", id="CC-202 leap year"),
        pytest.param("2026-12-15", 1, "2027-01-15", id="over the year end"),
        pytest.param("2026-01-15", -2, "2025-11-15", id="backwards over the year end"),
    ],
)
def test_counting_months(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


def limit(n: int, span: Span, **more: object) -> Limit:
    fields = {"what": "期限", "anchor": Anchor.RECEIVED, "amount": Amount(n=n, span=span), "articles": ("X-1",)}
    return Limit.model_validate({**fields, **more})


@pytest.mark.parametrize(
    ("rule", "anchor", "on", "provisional"),
    [
        pytest.param(limit(1, Span.MONTHS), "2026-09-01", "2026-10-08", False, id="CC-203 month ends on a holiday"),
        pytest.param(limit(10, Span.DAYS), "2026-09-16", "2026-09-28", False, id="CC-203 days end on a Saturday"),
        pytest.param(limit(2, Span.WEEKS), "2026-09-01", "2026-09-15", False, id="weeks"),
        pytest.param(limit(1, Span.YEARS), "2026-03-02", "2027-03-02", True, id="HN-13.3 a year, 2027 provisional"),
        pytest.param(limit(1, Span.MONTHS, before=True), "2026-11-01", "2026-09-30", False, id="backwards off holidays"),
        pytest.param(limit(10, Span.WORKING_DAYS, before=True), "2026-10-12", "2026-09-21", False, id="YK-14.4"),
        pytest.param(
            Limit(what="建档", anchor=Anchor.ENTRY, day="09-30", articles=("YK-8.1",)),
            "2026-09-01",
            "2026-09-30",
            False,
            id="YK-8.1 fixed day",
        ),
    ],
)
def test_due(calendar: Calendar, rule: Limit, anchor: str, on: str, *, provisional: bool) -> None:
    found = due(rule, date.fromisoformat(anchor), calendar=calendar)
    assert (found.on, found.is_provisional) == (date.fromisoformat(on), provisional)
    assert found.articles == rule.articles


@pytest.mark.parametrize(
    ("step", "anchor", "on", "article", "status"),
    [
        pytest.param(("enrol", "HN", "open_dossier"), "2026-09-01", "2026-10-08", "HN-6.2", "rule", id="HN-6.2"),
        pytest.param(("enrol", "YK", "submit"), "2026-09-01", "2026-09-30", "YK-4.4", "rule", id="YK-4.4"),
        pytest.param(("enrol", "NAT", "open_dossier"), "2026-09-01", "2026-10-08", "ME-7", "default", id="ME-7 blank"),
        pytest.param(("transfer", "HN", "review_out"), "2026-09-21", "2026-10-12", "HN-11.5", "rule", id="HN-11.5"),
        pytest.param(("transfer", "GZ", "review_out"), "2026-09-30", "2026-10-09", "GZ-16.4", "rule", id="GZ-16.4"),
        pytest.param(("transfer", "GZ", "start_and_upload"), "2026-09-01", "2026-09-03", "GZ-16.3", "rule", id="GZ-16.3"),
        pytest.param(("transfer_in_yk", "YK", "review_and_assign"), "2026-09-01", "2026-09-15", "YK-13.7", "rule", id="YK-13.7"),
        pytest.param(("suspend", "YK", "upload_proofs"), "2026-09-21", "2026-10-12", "YK-14.2", "rule", id="YK-14.2"),
        pytest.param(("suspend", "HN", "confirm"), "2026-09-01", "2026-09-15", "C-09", "default", id="C-09"),
    ],
)
def test_limits_of_the_law_data(law: Law, step: tuple[str, str, str], anchor: str, on: str, article: str, status: str) -> None:
    procedure, profile, act = step
    chain = law.procedure(procedure, profile, date(2026, 9, 1)).chain
    rule = next(each.limit for each in chain if each.act == act)
    assert rule is not None
    found = due(rule, date.fromisoformat(anchor), calendar=law.calendar)
    assert found.on == date.fromisoformat(on)
    assert article in found.articles
    assert found.status == Status(status)


@pytest.mark.parametrize(
    ("today", "until", "left"),
    [
        ("2026-09-21", "2026-10-12", 10),
        ("2026-10-12", "2026-10-12", 0),
        ("2026-10-13", "2026-10-12", -1),
        ("2026-10-10", "2026-10-08", -2),
    ],
)
def test_remaining_working_days(calendar: Calendar, today: str, until: str, left: int) -> None:
    found = remaining_working_days(date.fromisoformat(today), date.fromisoformat(until), calendar=calendar)
    assert found == left


def test_window_with_and_without_a_first_day() -> None:
    fortnight = Amount(n=2, span=Span.WEEKS)
    both = Window(anchor=Anchor.TERM_START, earliest=fortnight, latest=fortnight, hard=True, articles=("YK-13.7",))
    after = Window(anchor=Anchor.TERM_START, latest=Amount(n=2, span=Span.MONTHS), hard=False, articles=("HN-11.4",))
    start = date(2026, 9, 1)
    assert window_of(both, start) == (date(2026, 8, 18), date(2026, 9, 15))
    assert window_of(after, start) == (start, date(2026, 11, 1))
