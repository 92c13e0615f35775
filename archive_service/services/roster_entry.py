"""One row of a roster: what its columns mean, and everything that is wrong with it by itself.

Lives here: the columns of `POST /students/import`, their readers, checks between columns of one row.
Not here: the sheet (roster_sheet), comparing with other rows and with the registry (roster_plan). Pure.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from archive_service.rules.identity import IdKind, Sex, disagreements, id_faults, normalise, student_no_faults
from archive_service.rules.names import fold_name
from archive_service.rules.vocabulary import Stage
from archive_service.services.roster_sheet import CellFault, SheetRow

NUMBER, NAME, FORMER_NAME, SEX, ETHNICITY, BIRTH = "学籍号", "姓名", "曾用名", "性别", "民族", "出生日期"
ID_TYPE, ID_NO, GRADE, CLASS, ENTERED, GUARDIANS, ADDRESS = "身份证件类型", "身份证件号", "年级", "班级", "入学年月", "监护人", "户籍地址"
COLUMNS = (NUMBER, NAME, FORMER_NAME, SEX, ETHNICITY, BIRTH, ID_TYPE, ID_NO, GRADE, CLASS, ENTERED, GUARDIANS, ADDRESS)
REQUIRED = (NAME, SEX, BIRTH, ID_TYPE, ID_NO, GRADE, CLASS)
NEVER_EMPTY = (NAME, SEX, BIRTH, ID_TYPE, GRADE, CLASS)

# The national codes, and the words clerks write for them. Source: standards 19.
ID_WORDS: tuple[tuple[str, IdKind], ...] = (
    ("香港", IdKind.HONG_KONG),
    ("澳门", IdKind.MACAO),
    ("台湾", IdKind.TAIWAN),
    ("永久居留", IdKind.PERMANENT_RESIDENCE),
    ("护照", IdKind.PASSPORT),
    ("身份证", IdKind.RESIDENT),
    ("其他", IdKind.OTHER),
    ("户口", IdKind.OTHER),
    ("无", IdKind.OTHER),
)
_EITHER = "港澳"
# What clerks write where there is nothing to write.
_NOTHING = frozenset({"无", "/", "-", "—", "——"})
_MAY_BE_NONE = frozenset({NUMBER, FORMER_NAME, ID_NO, GUARDIANS, ADDRESS})
_SEXES = {"男": Sex.MALE, "1": Sex.MALE, "男性": Sex.MALE, "女": Sex.FEMALE, "2": Sex.FEMALE, "女性": Sex.FEMALE}
SEX_WORDS = {Sex.MALE: "男", Sex.FEMALE: "女"}
_CODE_AT_MOST = 64
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})(?:[-/.月](?:\d{1,2}日?)?)?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_LATIN = re.compile(r"[A-Za-z]")
_EARLIEST_YEAR = 1980
_GRADE_STAGES: tuple[tuple[re.Pattern[str], Stage], ...] = (
    (re.compile(r"高中|高[一二三123]|普高"), Stage.SENIOR),
    (re.compile(r"初中|初[一二三四1234]|(?<!\d)[七八九789]年级"), Stage.JUNIOR),
    (re.compile(r"小学|(?<![十\d])[一二三四五六1-6]年级"), Stage.PRIMARY),
)
_GUARDIAN = re.compile(r"(?:(?P<before>[^:：()（）]+)[:：])?(?P<name>[^:：()（）]+)(?:[(（](?P<after>[^()（）]*)[)）])?")


@dataclass(frozen=True)
class GuardianName:
    """A guardian as a roster names them; the relation stands before a colon or in brackets."""

    name: str
    relation: str


@dataclass(frozen=True)
class Entry:
    """A row read; empty cells are empty text or None."""

    row: SheetRow
    student_no: str
    name: str
    former_name: str
    sex: Sex
    ethnicity: str
    birth_on: date
    id_type: IdKind
    id_no: str
    grade: str
    class_name: str
    entered_on: date | None
    guardians: tuple[GuardianName, ...]
    address: str
    section: str

    @property
    def person(self) -> tuple[str, str, date]:
        """Name, sex and birth date: who it seems to be where no number tells. Source: HN-8.1."""
        return (fold_name(self.name), SEX_WORDS[self.sex], self.birth_on)


class _BadCell(ValueError):
    """A reader's no: code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def read_entry(row: SheetRow, sections: Collection[str], today: date) -> tuple[Entry | None, list[CellFault]]:
    """The row as an entry, or everything that is wrong with it."""
    faults = [row.fault(column, "empty", f"“{column}”不能为空") for column in NEVER_EMPTY if not row.cells.get(column)]
    values: dict[str, object] = {}
    for column, reader in _READERS.items():
        text = _told(row, column)
        try:
            values[column] = reader(text) if text else None
        except _BadCell as bad:
            faults.append(row.fault(column, bad.code, bad.message))
    if faults:
        return None, faults
    entry, faults = _entry(row, values, _section(row.cells[GRADE], sections)), []
    faults += _number_faults(entry) + _id_faults(entry) + _day_faults(entry, today)
    if not entry.section:
        faults.append(row.fault(GRADE, "grade", "年级与本校学段不符，或看不出属于哪个学段"))
    return (None if faults else entry), faults


def _told(row: SheetRow, column: str) -> str:
    text = row.cells.get(column, "")
    if column == ID_TYPE and _EITHER in text:
        return _of_hong_kong_or_macao(normalise(row.cells.get(ID_NO, "")))
    return "" if column in _MAY_BE_NONE and text in _NOTHING else text


def _of_hong_kong_or_macao(number: str) -> str:
    # One kind of permit for both; the first letter or the region code of the residence permit tells them apart.
    if number.startswith("83"):
        return IdKind.TAIWAN.value
    return IdKind.MACAO.value if number.startswith(("M", "82")) else IdKind.HONG_KONG.value


def read_id_type(text: str) -> IdKind:
    """The type of a document by code or by word. Raises ValueError."""
    if text.upper() in tuple(IdKind):
        return IdKind(text.upper())
    found = next((kind for word, kind in ID_WORDS if word in text), None)
    if found is None:
        raise _BadCell("id_type", "身份证件类型不认识；可填居民身份证、香港、澳门、台湾居民证件、永久居留证、护照、其他")
    return found


def _entry(row: SheetRow, values: Mapping[str, object], section: str) -> Entry:
    texts = {column: str(values[column] or "") for column in COLUMNS}
    sex, birth_on, id_type, entered_on, guardians = (values[column] for column in (SEX, BIRTH, ID_TYPE, ENTERED, GUARDIANS))
    if not isinstance(sex, Sex) or not isinstance(birth_on, date) or not isinstance(id_type, IdKind):
        raise TypeError("a column that is never empty was read as nothing")
    return Entry(
        row=row,
        student_no=texts[NUMBER],
        name=texts[NAME],
        former_name=texts[FORMER_NAME],
        sex=sex,
        ethnicity=texts[ETHNICITY],
        birth_on=birth_on,
        id_type=id_type,
        id_no=texts[ID_NO],
        grade=texts[GRADE],
        class_name=texts[CLASS],
        entered_on=entered_on if isinstance(entered_on, date) else None,
        guardians=guardians if isinstance(guardians, tuple) else (),
        address=texts[ADDRESS],
        section=section,
    )


def _number_faults(entry: Entry) -> list[CellFault]:
    faults = student_no_faults(entry.student_no) if entry.student_no else ()
    return [entry.row.fault(NUMBER, f"student_no_{fault.name.lower()}", f"学籍号{fault.value}") for fault in faults]


def _id_faults(entry: Entry) -> list[CellFault]:
    found = id_faults(entry.id_type, entry.id_no)
    faults = [entry.row.fault(ID_NO, f"id_no_{fault.name.lower()}", f"身份证件号{fault.value}") for fault in found]
    if entry.id_type is not IdKind.RESIDENT:
        return faults
    for each in disagreements(entry.id_no, birth_on=entry.birth_on, sex=entry.sex):
        column = BIRTH if each.field == "birth_on" else SEX
        faults.append(entry.row.fault(column, "disagrees_with_id", f"{column}与身份证号不符"))
    return faults


def _day_faults(entry: Entry, today: date) -> list[CellFault]:
    rules = (
        (not date(_EARLIEST_YEAR, 1, 1) <= entry.birth_on <= today, BIRTH, "出生日期不在合理范围内"),
        (entry.entered_on is not None and entry.entered_on <= entry.birth_on, ENTERED, "入学年月早于出生日期"),
    )
    return [entry.row.fault(column, "date_range", message) for wrong, column, message in rules if wrong]


def _section(grade: str, sections: Collection[str]) -> str:
    if Stage.SPECIAL in sections:
        return Stage.SPECIAL.value
    told = next((stage.value for pattern, stage in _GRADE_STAGES if pattern.search(grade)), "")
    if not told and len(sections) == 1:
        return next(iter(sections))
    return told if told in sections or not sections else ""


def _short(column: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > _CODE_AT_MOST:
            raise _BadCell("too_long", f"“{column}”超过 {_CODE_AT_MOST} 个字")
        return text

    return read


def _name(text: str) -> str:
    # Spaces between Han characters only align columns; in a foreign name they are part of it.
    return text if _LATIN.search(text) else fold_name(text)


def _number(text: str) -> str:
    return _short(NUMBER)(normalise(text))


def _sex(text: str) -> Sex:
    if text not in _SEXES:
        raise _BadCell("sex", "性别填“男”或“女”")
    return _SEXES[text]


def _day(text: str) -> date:
    found = _COMPACT_DAY.fullmatch(text) or _DAY.fullmatch(text.replace(" ", ""))
    return _date(found, "日期", "2013-03-05")


def _month(text: str) -> date:
    found = _COMPACT_DAY.fullmatch(text) or _MONTH.fullmatch(text.replace(" ", ""))
    return _date(found, "年月", "2025-09").replace(day=1)


def _date(found: re.Match[str] | None, word: str, example: str) -> date:
    try:
        year, month, *rest = (int(part) for part in (found.groups() if found else ()))
        return date(year, month, rest[0] if rest else 1)
    except ValueError as error:
        raise _BadCell("date", f"{word}读不懂，按 {example} 的样子填写") from error


def _guardians(text: str) -> tuple[GuardianName, ...]:
    parts = [part.strip() for part in re.split(r"[、,，;；/]", text) if part.strip()]
    found = [_GUARDIAN.fullmatch(part) for part in parts]
    names = [match for match in found if match is not None]
    if len(names) < len(parts):
        raise _BadCell("guardian", "监护人按“张伟（父亲）、李芳（母亲）”的样子填写")
    return tuple(GuardianName(each["name"].strip(), (each["before"] or each["after"] or "监护人").strip()) for each in names)


_READERS: Mapping[str, Callable[[str], object]] = {
    NUMBER: _number,
    NAME: _name,
    FORMER_NAME: _name,
    SEX: _sex,
    ETHNICITY: _short(ETHNICITY),
    BIRTH: _day,
    ID_TYPE: read_id_type,
    ID_NO: _number,
    GRADE: _short(GRADE),
    CLASS: _short(CLASS),
    ENTERED: _month,
    GUARDIANS: _guardians,
    ADDRESS: str,
}
