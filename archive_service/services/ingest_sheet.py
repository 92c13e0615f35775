"""The catalogue of a folder (目录挂接): which student, kind, date and number of pages goes with which file.

Lives here: reading the sheet, checking every cell against the folder, the registry and the kinds. Not here: the sheet's format
(roster_sheet), taking in (ingest). All faults are told at once, before anything is taken in.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.student import Student, StudentNumber
from archive_service.rules.identity import normalise
from archive_service.rules.names import fold_name
from archive_service.services.actor import Actor
from archive_service.services.ingest import Slip
from archive_service.services.ingest_folder import FolderFile
from archive_service.services.roster_registry import chunks
from archive_service.services.roster_sheet import CellFault, SheetRow, read_sheets, refuse_hostile
from archive_service.services.scope import Scope
from scanners.kinds import Kinds

FILE, NUMBER, NAME, KIND, DAY, PAGES = "文件名", "学籍号", "姓名", "材料种类", "日期", "页数"
COLUMNS = (FILE, NUMBER, NAME, KIND, DAY, PAGES)
_DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?")
_HOW_KEPT = re.compile(r"[(（]?(复印件|原件|扫描件)[)）]?$")


@dataclass(frozen=True)
class Catalogue:
    """Slips by file name for rows without a fault, and every fault."""

    slips: Mapping[str, Slip]
    faults: tuple[CellFault, ...]


@dataclass(frozen=True)
class _Registry:
    """Students the actor may see, as far as the catalogue names them."""

    by_number: Mapping[str, Student]
    by_name: Mapping[str, list[Student]]


def read_catalogue(archive: Archive, sheet: Path, files: Collection[FolderFile], *, actor: Actor) -> Catalogue:
    """Read the catalogue of these files.

    Raises:
        Rejected: it is no safe .xlsx, or has no headings.
        FileNotFoundError: there is no such file.
    """
    refuse_hostile(sheet.read_bytes())
    read = read_sheets(sheet, COLUMNS, (FILE,))
    with archive.read() as session:
        registry = _look_up(session, Scope.of(session, actor), read.rows)
    reader = _Reader(_names(files), registry, archive.kinds, today(archive.clock), archive.settings.intake.max_pages)
    for row in read.rows:
        reader.read(row)
    faults = [*read.faults, *reader.faults]
    faults += [] if faults else _unlisted(files, reader.slips, read.rows)
    return Catalogue(reader.slips, tuple(sorted(faults, key=lambda fault: (fault.sheet, fault.row))))


class _Reader:
    """Reads row by row, collecting slips and faults."""

    def __init__(self, names: Mapping[str, str | None], registry: _Registry, kinds: Kinds, on: date, max_pages: int) -> None:
        self._names, self._registry, self._kinds, self._today, self._max_pages = names, registry, kinds, on, max_pages
        self.slips: dict[str, Slip] = {}
        self.faults: list[CellFault] = []
        self._seen: set[str] = set()

    def read(self, row: SheetRow) -> None:
        """Take one row in."""
        before = len(self.faults)
        file = self._file(row)
        slip = Slip(student_id=self._student(row), kind=self._kind(row), received_on=self._day(row), pages=self._pages(row))
        if file is not None and len(self.faults) == before:
            self.slips[file] = slip

    def _fault(self, row: SheetRow, column: str, code: str, message: str) -> None:
        self.faults.append(row.fault(column, code, message))

    def _file(self, row: SheetRow) -> str | None:
        given = unicodedata.normalize("NFC", row.cells.get(FILE, "").replace("\\", "/"))
        found = self._names.get(given)
        if not given:
            self._fault(row, FILE, "empty", "文件名不能为空")
        elif given not in self._names:
            self._fault(row, FILE, "no_file", "目录中没有这个文件")
        elif found is None:
            self._fault(row, FILE, "ambiguous", "有几个文件同名，写上所在的子目录")
        elif found in self._seen:
            self._fault(row, FILE, "twice", "这个文件已在前面列出")
        else:
            self._seen.add(found)
            return found
        return None

    def _student(self, row: SheetRow) -> str | None:
        number, name = normalise(row.cells.get(NUMBER, "")), fold_name(row.cells.get(NAME, ""))
        if number:
            return self._numbered(row, number, name)
        named = self._registry.by_name.get(name, []) if name else []
        if name and not named:
            self._fault(row, NAME, "no_student", "本单位没有这个学生")
        elif len(named) > 1:
            self._fault(row, NAME, "namesakes", f"有 {len(named)} 名同名学生，填上学籍号")
        return named[0].id if len(named) == 1 else None

    def _numbered(self, row: SheetRow, number: str, name: str) -> str | None:
        student = self._registry.by_number.get(number)
        if student is None:
            self._fault(row, NUMBER, "no_student", "没有找到这个学籍号，或不在本单位范围内")
        elif name and name not in (fold_name(student.name), fold_name(student.former_name or "")):
            self._fault(row, NAME, "another_student", "姓名与学籍号不是同一名学生")
        else:
            return student.id
        return None

    def _kind(self, row: SheetRow) -> str | None:
        given = row.cells.get(KIND, "")
        found = kinds_named(self._kinds, given) if given else []
        if given and len(found) != 1:
            labels = "、".join(kind.label for kind in self._kinds if kind.code in found)
            near = f"，可能是：{labels}" if labels else ""
            self._fault(row, KIND, "no_kind", f"没有这种材料{near}")
            return None
        return found[0] if found else None

    def _day(self, row: SheetRow) -> date | None:
        given = row.cells.get(DAY, "")
        if not given:
            return None
        found = _DAY.fullmatch(given)
        try:
            day = date(*(int(part) for part in found.groups())) if found else None
        except ValueError:
            day = None
        if day is None or day > self._today:
            self._fault(row, DAY, "date", "日期读不懂或晚于今天，按 2026-03-05 的样子填写")
        return day

    def _pages(self, row: SheetRow) -> int | None:
        given = row.cells.get(PAGES, "").removesuffix("页").strip()
        if not given:
            return None
        if not given.isdecimal() or not 1 <= int(given) <= self._max_pages:
            self._fault(row, PAGES, "pages", f"页数填 1 至 {self._max_pages} 的整数")
            return None
        return int(given)


def kinds_named(kinds: Kinds, word: str) -> list[str]:
    """Codes of the kinds a clerk may mean: by code or label, else by a title that holds the word or is held by it."""
    exact = [kind.code for kind in kinds if word in (kind.code, kind.label)]
    bare = _HOW_KEPT.sub("", word.strip())
    if exact or not bare:
        return exact
    return [kind.code for kind in kinds if any(bare in title or title in bare for title in (kind.label, *kind.titles))]


def _names(files: Iterable[FolderFile]) -> dict[str, str | None]:
    """How a file may be written in the catalogue: by its path, or by its bare name where that is the only one (None: it is not)."""
    files = list(files)
    bare = Counter(file.bare_name for file in files)
    names: dict[str, str | None] = {file.bare_name: file.name if bare[file.bare_name] == 1 else None for file in files}
    return names | {file.name: file.name for file in files}


def _look_up(session: Session, scope: Scope, rows: Iterable[SheetRow]) -> _Registry:
    rows = list(rows)
    numbers = {normalise(row.cells.get(NUMBER, "")) for row in rows} - {""}
    names = {fold_name(row.cells.get(NAME, "")) for row in rows} - {""}
    by_number: dict[str, Student] = {}
    by_name: dict[str, list[Student]] = {}
    for chunk in chunks(numbers):
        pairs = select(StudentNumber.number, Student).join(Student, Student.id == StudentNumber.student_id)
        by_number |= dict(session.execute(pairs.where(StudentNumber.number.in_(chunk), scope.students())).all())
    for chunk in chunks(names):
        for student in session.scalars(select(Student).where(Student.name.in_(chunk), scope.students())):
            by_name.setdefault(fold_name(student.name), []).append(student)
    return _Registry(by_number, by_name)


def _unlisted(files: Iterable[FolderFile], slips: Mapping[str, Slip], rows: Iterable[SheetRow]) -> list[CellFault]:
    sheet = next((row.sheet for row in rows), "")
    missing = [file.name for file in files if file.name not in slips]
    return [CellFault(sheet, 0, FILE, "not_listed", f"目录表中没有列出文件 {name}") for name in missing]
