"""How values look on screens: dates, minutes, numbers, sizes; the filters of all templates.

Lives here: Chinese forms of plain values. Not here: what a person may see (masking is decided by services), markup.
Called by app.py through `init_formats`.
"""

import re
from datetime import date, datetime
from typing import Final

from flask import Flask

from archive_service.clock import CHINA
from archive_service.services.totals import AtLeast

_ID_GROUPS: Final = (6, 8, 4)
_NUMBER_GROUPS: Final = {18: _ID_GROUPS, 19: (1, *_ID_GROUPS), 20: (2, *_ID_GROUPS)}
_KILO: Final = 1024
_NUMBER: Final = re.compile(r"[0-9A-Z*]{8,}")


def day(value: date | datetime | None) -> str:
    """2026年11月23日, in China time; a dash for a date that is not known."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(CHINA).date()
    return f"{value.year}年{value.month}月{value.day}日"


def class_in_words(grade: str, class_name: str) -> str:
    """三年级 and 2班 as 三年级2班; a class whose name tells its grade already stays as the registry writes it."""
    return class_name if class_name.startswith(grade) else f"{grade}{class_name}"


def minute(value: datetime | None) -> str:
    """2026年11月23日 14:05, in China time."""
    return "—" if value is None else f"{day(value)} {value.astimezone(CHINA):%H:%M}"


def second(value: datetime | None) -> str:
    """2026年11月23日 14:05:09: only the ledger is this exact."""
    return "—" if value is None else f"{day(value)} {value.astimezone(CHINA):%H:%M:%S}"


def number_groups(number: str) -> list[str]:
    """An official number cut for the eye (520102 20100305 1234); joined again it is the bare number.

    Numbers of unknown length, and anything that is not one, come back whole.
    """
    sizes = _NUMBER_GROUPS.get(len(number))
    if sizes is None or not _NUMBER.fullmatch(number):
        return [number]
    groups, start = [], 0
    for size in sizes:
        groups.append(number[start : start + size])
        start += size
    return groups


def size(value_bytes: int) -> str:
    """1.5 MB: one figure after the point from a kilobyte up."""
    amount, units = float(value_bytes), iter(("B", "KB", "MB", "GB", "TB"))
    unit = next(units)
    while amount >= _KILO and unit != "TB":
        amount, unit = amount / _KILO, next(units)
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def thousands(value: int) -> str:
    """12,345: thousands parted, as the screens show how many; with a plus where nobody counted further."""
    return f"{value:,}+" if isinstance(value, AtLeast) else f"{value:,}"


def figure(value: float) -> str:
    """1.3, but 2 instead of 2.0, as a person writes what was measured."""
    return f"{value:.4g}" if value % 1 else f"{value:.0f}"


def percent(value: float) -> str:
    """0.873 as 87 %."""
    return f"{value * 100:.0f} %"


def waited(value_seconds: float) -> str:
    """How long something has waited, in the largest unit that fits: 3 天, 2 小时, 5 分钟, 40 秒."""
    for unit_seconds, word in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if value_seconds >= unit_seconds:
            return f"{int(value_seconds // unit_seconds)} {word}"
    return f"{int(value_seconds)} 秒"


def init_formats(app: Flask) -> None:
    """Give every template the filters of this module."""
    for form in (day, minute, second, number_groups, size, thousands, figure, percent, waited):
        app.add_template_filter(form)
