"""Dates in the forms Chinese papers write them, checked against the calendar.

Lives here: find_dates, DateHit. Not here: which date is which (scanners.fields). A date with a lost month or day is
reported as such and never completed: "2024年月16日" reads with a score of 0.97.
"""

import re
from dataclasses import dataclass
from datetime import date

_DIGITS = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")} | {"零": "0", "O": "0", "o": "0", "○": "0"}
_HAN = "〇○零Oo0一二三四五六七八九"
_FORMS = re.compile(
    rf"(?P<year>(?:19|20)\d\d)(?:年(?P<month>\d{{0,2}})月(?:(?P<day>\d{{0,2}})[日号])?"
    r"|(?P<mark>[-./])(?P<month2>\d{1,2})(?P=mark)(?P<day2>\d{1,2})(?!\d)"
    r"|(?P<month3>(?:0[1-9]|1[0-2]))(?P<day3>(?:0[1-9]|[12]\d|3[01]))(?!\d))"
    rf"|(?P<han_year>[一二][{_HAN}]{{3}})年(?P<han_month>[一二三四五六七八九十]{{0,2}})月"
    r"(?:(?P<han_day>[一二三四五六七八九十]{0,3})[日号])?"
)


@dataclass(frozen=True)
class DateHit:
    """A date at text[start:stop]; `value` is YYYY-MM-DD, or YYYY-MM where no day is written; None where it is broken."""

    value: str | None
    start: int
    stop: int

    @property
    def is_whole(self) -> bool:
        return self.value is not None and len(self.value) == len("2000-01-01")


def find_dates(text: str) -> list[DateHit]:
    """Every date-like stretch of folded text, left to right; digits running on at its left are no date."""
    return [
        DateHit(_value(match), match.start(), match.end())
        for match in _FORMS.finditer(text)
        if not (match.start() and text[match.start() - 1].isdigit() and text[match.start()].isdigit())
    ]


def _value(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    if parts["han_year"]:
        year = int("".join(_DIGITS.get(char, char) for char in parts["han_year"]))
        month, day = _han_number(parts["han_month"]), _han_number(parts["han_day"])
    else:
        year = int(parts["year"])
        month = parts["month"] or parts["month2"] or parts["month3"] or ""
        day = next((found for found in (parts["day"], parts["day2"], parts["day3"]) if found is not None), None)
    return _checked(year, month, day)


def _checked(year: int, month: str | None, day: str | None) -> str | None:
    if not month or day == "":
        return None
    try:
        found = date(year, int(month), int(day or 1))
    except ValueError:
        return None
    return found.isoformat() if day else found.isoformat()[:7]


def _han_number(text: str | None) -> str | None:
    """十一 and 一一 are both eleven; None stays None (not written), "" stays "" (lost)."""
    if not text:
        return text
    tens, has_ten, ones = text.partition("十")
    if has_ten:
        return str(int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0")))
    return "".join(_DIGITS[char] for char in text)
