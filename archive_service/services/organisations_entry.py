"""One row of a sheet of units: its columns, and everything that is wrong with it by itself. Pure.

Not here: the sheet (roster_sheet), comparing with the tree and writing (organisations_import).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from archive_service.models.organisation import Level
from archive_service.rules.vocabulary import Stage
from archive_service.services.roster_sheet import CellFault, SheetRow

CODE, NAME, LEVEL, PARENT, AUTHORITY, ASSISTING = "代码", "名称", "层级", "上级代码", "主管代码", "协管代码"
SECTIONS, PROFILE, FROM, TO = "学段", "省域", "起始日期", "终止日期"
COLUMNS = (CODE, NAME, LEVEL, PARENT, AUTHORITY, ASSISTING, SECTIONS, PROFILE, FROM, TO)
REQUIRED = (CODE, NAME, LEVEL, PARENT, AUTHORITY)

RANKS: Mapping[Level, int] = {Level.SCHOOL: 0, Level.COUNTY: 1, Level.CITY: 2, Level.PROVINCE: 3}
_LEVELS: Mapping[str, Level] = {
    **{level.value: level for level in Level},
    "学校": Level.SCHOOL, "县": Level.COUNTY, "区县": Level.COUNTY, "县级": Level.COUNTY, "市": Level.CITY, "市级": Level.CITY,
    "省": Level.PROVINCE, "省级": Level.PROVINCE,
}  # fmt: skip
_SECTIONS: Mapping[str, Stage] = {
    **{stage.value: stage for stage in Stage},
    "小学": Stage.PRIMARY, "初中": Stage.JUNIOR, "高中": Stage.SENIOR, "普通高中": Stage.SENIOR,
    "特殊教育": Stage.SPECIAL, "特教": Stage.SPECIAL,
}  # fmt: skip
_CODE = re.compile(r"[0-9A-Za-z_-]{2,64}")
_LONG_AGO = date(1949, 10, 1)


@dataclass(frozen=True)
class UnitEntry:
    """A row read; an empty profile is that of the superior. `assisting` is None where the sheet has no such column: it stays as it is."""

    row: SheetRow
    code: str
    name: str
    level: Level
    parent: str
    authority: str
    assisting: str | None
    sections: tuple[str, ...]
    profile: str
    valid_from_on: date | None
    valid_to_on: date | None


def read_unit(row: SheetRow, profiles: Mapping[str, str]) -> tuple[UnitEntry | None, list[CellFault]]:
    """The row as a unit, or everything that is wrong with it; `profiles` gives codes by code and by label."""
    cells = {column: row.cells.get(column, "") for column in COLUMNS}
    level = _LEVELS.get(cells[LEVEL].lower())
    sections = [_SECTIONS.get(word.lower()) for word in re.split(r"[、,，;；/\s]+", cells[SECTIONS]) if word]
    starts, ends = _day(cells[FROM]), _day(cells[TO])
    is_school = level is Level.SCHOOL
    rules = (
        (not _CODE.fullmatch(cells[CODE]), CODE, "code", "代码为 2 至 64 位字母或数字"),
        (not cells[NAME], NAME, "empty", "“名称”不能为空"),
        (level is None, LEVEL, "level", "层级填省、市、县或学校"),
        (bool(level) and level is not Level.PROVINCE and not cells[PARENT], PARENT, "empty", "省级以下单位须填写上级代码"),
        (is_school and not cells[AUTHORITY], AUTHORITY, "empty", "学校须填写学籍主管部门的代码"),
        (None in sections or (is_school and not sections), SECTIONS, "sections", "学段填小学、初中、高中或特殊教育，多个用顿号分开"),
        (bool(cells[PROFILE]) and cells[PROFILE] not in profiles, PROFILE, "profile", "没有这个省域的学籍规定"),
        (bool(cells[FROM]) and starts is None, FROM, "date", "日期读不懂，按 2014-03-01 的样子填写"),
        (bool(cells[TO]) and ends is None, TO, "date", "日期读不懂，按 2014-03-01 的样子填写"),
        (ends is not None and ends < (starts or _LONG_AGO), TO, "date_range", "终止日期早于起始日期"),
    )
    faults = [row.fault(column, code, message) for wrong, column, code, message in rules if wrong]
    if faults or level is None:
        return None, faults
    unit = UnitEntry(
        row=row, code=cells[CODE], name=cells[NAME], level=level, parent=cells[PARENT], authority=cells[AUTHORITY],
        assisting=row.cells.get(ASSISTING), sections=tuple(stage.value for stage in sections if stage),
        profile=profiles.get(cells[PROFILE], ""), valid_from_on=starts, valid_to_on=ends,
    )  # fmt: skip
    return unit, []


def _day(text: str) -> date | None:
    parts = re.fullmatch(r"(\d{4})[-/.年]?(\d{2}|\d(?=\D))[-/.月]?(\d{1,2})日?", text)
    try:
        return date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        return None
