"""Working days of China: statutory holidays and make-up days by year, with years not yet announced marked.

Lives here: the shape of `config/calendar/`, and Calendar, which answers for one day at a time.
Not here: counting limits (deadline). No package is asked at run time for a year it may not know.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from pydantic import Field

from archive_service.rules.law_data import Entry

SATURDAY = 5
# Statutory days with a fixed date, for years without a file. Source: 全国年节及纪念日放假办法 (2024 revision, 13 days).
_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


class CalendarStatus(StrEnum):
    """Announced by the State Council, or worked out from the statute until it is."""

    OFFICIAL = "official"
    PROVISIONAL = "provisional"


class Holiday(Entry):
    """A run of days off, first and last included."""

    name: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")


class CalendarYear(Entry):
    """One file of `config/calendar`: the days off and the weekend days worked instead."""

    year: int
    status: CalendarStatus
    source: str
    holidays: tuple[Holiday, ...]
    working_weekend_days: tuple[date, ...]


class Calendar:
    """Which days are worked. A year without data counts Monday to Friday less the fixed statutory days."""

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        self._years = {year.year: year for year in years}

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on the day; a moved weekend day that is worked counts. Source: standards 20."""
        year = self._years.get(day.year)
        if year is None:
            return day.weekday() < SATURDAY and (day.month, day.day) not in _FIXED_HOLIDAYS
        if day in year.working_weekend_days:
            return True
        return day.weekday() < SATURDAY and not any(run.first <= day <= run.last for run in year.holidays)

    def is_provisional(self, day: date) -> bool:
        """Whether the year of the day is not announced yet, so that the answer may still move."""
        year = self._years.get(day.year)
        return year is None or year.status is CalendarStatus.PROVISIONAL
