"""Time limits: from an event and a rule of the law data to the last day, counted in working days or months.

Lives here: `due`, `remaining_working_days`, `window_of`, and the two ways of counting behind them.
Not here: which limits a procedure has (law data), when the event was (the caller), the clock.
Counting follows CC-201 to CC-203 (Civil Code): the day of the event is not counted, a month ends on the same-numbered day or the
last of the month, and a limit that ends on a day off moves to the next working day (backwards: to the one before).
"""

import calendar as month_lengths
from dataclasses import dataclass
from datetime import date, timedelta

from archive_service.rules.civil_calendar import Calendar
from archive_service.rules.procedure_data import Amount, Limit, Window
from archive_service.rules.vocabulary import Span, Status

_ONE_DAY = timedelta(days=1)
_MONTHS_A_YEAR = 12
_DAYS = {Span.DAYS: 1, Span.WEEKS: 7}


@dataclass(frozen=True)
class DueDate:
    """The last day of a limit. `is_provisional`: counted over a year whose holidays are not announced yet."""

    on: date
    articles: tuple[str, ...]
    status: Status
    is_provisional: bool


def due(rule: Limit, anchor: date, *, calendar: Calendar) -> DueDate:
    """The last day on which the limit is kept. Source: requirements Part 5."""
    sign = -1 if rule.before else 1
    if rule.amount is None:
        on = date.fromisoformat(f"{anchor.year}-{rule.day}")
    elif rule.amount.span is Span.WORKING_DAYS:
        on = add_working_days(anchor, sign * rule.amount.n, calendar=calendar)
    else:
        on = _off_rest_day(_plain(rule.amount, anchor, sign), sign, calendar)
    return DueDate(on, rule.articles, rule.status, any(map(calendar.is_provisional, (anchor, on))))


def remaining_working_days(today: date, due_on: date, *, calendar: Calendar) -> int:
    """Working days left after today up to the due day: 0 on the day itself, negative once overdue."""
    if due_on >= today:
        return _working_days_between(today, due_on, calendar)
    return -_working_days_between(due_on, today, calendar)


def window_of(window: Window, anchor: date) -> tuple[date, date]:
    """First and last day of a window; a window without `earliest` opens on the day of the event."""
    first = _plain(window.earliest, anchor, -1) if window.earliest else anchor
    return first, _plain(window.latest, anchor, 1)


def add_months(day: date, months: int) -> date:
    """The same-numbered day so many months on, or the last of that month. Source: CC-202."""
    year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 + months, _MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, month_lengths.monthrange(year, month + 1)[1]))


def add_working_days(day: date, working_days: int, *, calendar: Calendar) -> date:
    """The n-th working day after (negative: before) the day, which itself is not counted. Source: CC-201."""
    step = _ONE_DAY if working_days > 0 else -_ONE_DAY
    left = abs(working_days)
    while left:
        day += step
        left -= calendar.is_working_day(day)
    return day


def _plain(amount: Amount, anchor: date, sign: int) -> date:
    if amount.span in _DAYS:
        return anchor + timedelta(days=sign * amount.n * _DAYS[amount.span])
    return add_months(anchor, sign * amount.n * (_MONTHS_A_YEAR if amount.span is Span.YEARS else 1))


def _off_rest_day(day: date, sign: int, calendar: Calendar) -> date:
    while not calendar.is_working_day(day):
        day += sign * _ONE_DAY
    return day


def _working_days_between(after: date, until: date, calendar: Calendar) -> int:
    return sum(calendar.is_working_day(after + _ONE_DAY * count) for count in range(1, (until - after).days + 1))
