"""Identity numbers and registry numbers: what they say, whether they hold, which ones are one digit away.

Lives here: resident IDs (GB 11643), the other identity documents, registry numbers G/L/J, disagreements with them.
Not here: names and masks (names), who may see a number (access), alias history (models).
Faults are told, never raised: a number read from paper may be wrong in any way.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum.cn import ric

# First two digits of GB/T 2260 for each region of the country, 83 being residents of Taiwan with a permit.
_REGIONS = ("11-15", "21-23", "31-37", "41-46", "50-54", "61-65", "71-71", "81-83")
PROVINCES = frozenset(str(code) for span in _REGIONS for code in range(int(span[:2]), int(span[3:]) + 1))
_SEPARATORS = re.compile(r"[\s\-‐–—·.,，。、_]+")
_RESIDENT = re.compile(r"\d{17}[\dX]")
_BODY = re.compile(r"[GJL]\d{17}[\dX]")


class IdKind(StrEnum):
    """Type of identity document by its national code. Source: standards 19."""

    RESIDENT = "1"
    HONG_KONG = "6"
    MACAO = "7"
    TAIWAN = "8"
    PERMANENT_RESIDENCE = "9"
    PASSPORT = "A"
    OTHER = "Z"


class Sex(StrEnum):
    """Sex by its national code (GB/T 2261.1)."""

    MALE = "1"
    FEMALE = "2"


class NumberFault(StrEnum):
    """What is wrong with a number, in the words shown to the clerk."""

    EMPTY = "号码未填写"
    SHAPE = "位数或字符不符合规定"
    REGION = "行政区划代码不存在"
    BIRTH = "出生日期不成立"
    CHECK = "校验码不符"


class NumberKind(StrEnum):
    """First letter of a registry number. Source: standards 18.2."""

    FORMAL = "G"
    FORMAL_WITHOUT_ID = "J"
    TEMPORARY = "L"


@dataclass(frozen=True)
class ResidentId:
    """What an 18-character resident ID says about its holder."""

    no: str
    region_code: str
    birth_on: date
    sex: Sex


@dataclass(frozen=True)
class StudentNo:
    """A registry number taken apart; `birth_on` is what the body says."""

    no: str
    kind: NumberKind
    body: str
    birth_on: date


@dataclass(frozen=True)
class Disagreement:
    """A field on which the paper and the identity number do not agree; both values as text."""

    field: str
    paper: str
    number: str


# Documents without a check character have a shape at most. Source: standards 18.1; HN-28 (no checksum for them).
SHAPES: dict[IdKind, re.Pattern[str]] = {
    IdKind.HONG_KONG: re.compile(r"H\d{8}(\d{2})?|8100\d{13}[\dX]|81\d{15}[\dX]|[A-Z]{1,2}\d{6}[\dA]?|[A-Z]\d{8}"),
    IdKind.MACAO: re.compile(r"M\d{8}(\d{2})?|82\d{15}[\dX]|[157]\d{7}|[A-Z]{1,2}\d{7}"),
    IdKind.TAIWAN: re.compile(r"\d{8}(\d{2})?|83\d{15}[\dX]|[A-Z]\d{9}"),
    IdKind.PERMANENT_RESIDENCE: re.compile(r"9\d{16}[\dX]|[A-Z]{3}\d{12}"),
    IdKind.PASSPORT: re.compile(r"[A-Z0-9]{5,20}"),
    IdKind.OTHER: re.compile(r"[A-Z0-9()]{0,30}"),
}


def normalise(raw: str) -> str:
    """Fold width, drop spaces and separators, raise letters: the form in which numbers are stored and compared."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", raw)).upper()


def age_on(birth_on: date, on: date) -> int:
    """Whole years of age; a person born on 29 February turns on 1 March of a common year."""
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def id_faults(kind: IdKind, raw: str) -> tuple[NumberFault, ...]:
    """Everything wrong with an identity number; only a resident ID has a check character to fail.

    An empty number is no fault for `OTHER`: the school then gives a proof of attendance (standards 19, code Z).
    """
    no = normalise(raw)
    if not no:
        return () if kind is IdKind.OTHER else (NumberFault.EMPTY,)
    if kind is IdKind.RESIDENT:
        return _resident_faults(no)
    return () if SHAPES[kind].fullmatch(no) else (NumberFault.SHAPE,)


def read_resident_id(raw: str) -> ResidentId | None:
    """Region, birth date and sex of a resident ID, or None when it does not hold. Source: GB 11643."""
    no = normalise(raw)
    birth_on = _date_of(no[6:14])
    if _resident_faults(no) or birth_on is None:
        return None
    return ResidentId(no, no[:6], birth_on, Sex.MALE if int(no[16]) % 2 else Sex.FEMALE)


def student_no_faults(raw: str) -> tuple[NumberFault, ...]:
    """Everything wrong with a registry number; an L number carries no check character. Source: standards 18.2."""
    no = normalise(raw)
    if not no:
        return (NumberFault.EMPTY,)
    if not _BODY.fullmatch(no):
        return (NumberFault.SHAPE,)
    faults = list(_body_faults(no[1:]))
    if no[0] == NumberKind.TEMPORARY:
        faults = [fault for fault in faults if fault is not NumberFault.CHECK]
    return tuple(faults)


def read_student_no(raw: str) -> StudentNo | None:
    """A registry number taken apart, or None when it does not hold."""
    no = normalise(raw)
    if student_no_faults(no):
        return None
    birth_on = _date_of(no[7:15])
    return StudentNo(no, NumberKind(no[0]), no[1:], birth_on) if birth_on else None


def agrees_with_id(student_no: str, id_no: str) -> bool | None:
    """Whether a G number is built on this ID; None for J and L, which are not. Source: HN-7.1, GZ-9.

    A difference is not wrong in itself: the number stays when the ID changes later, and has to be explained.
    """
    no = normalise(student_no)
    return no[1:] == normalise(id_no) if no.startswith(NumberKind.FORMAL) else None


def one_digit_candidates(raw: str) -> tuple[str, ...]:
    """Every valid resident ID that differs in exactly one character: what a misread number may have been."""
    no = normalise(raw)
    if not _RESIDENT.fullmatch(no):
        return ()
    return tuple(sorted(candidate for candidate in _neighbours(no) if not _resident_faults(candidate)))


def disagreements(id_no: str, *, birth_on: date | None = None, sex: Sex | None = None) -> tuple[Disagreement, ...]:
    """Fields on paper that the holder's resident ID contradicts; nothing can be said of a number that does not hold."""
    holder = read_resident_id(id_no)
    if holder is None:
        return ()
    pairs = (("birth_on", birth_on, holder.birth_on), ("sex", sex, holder.sex))
    return tuple(Disagreement(field, str(paper), str(number)) for field, paper, number in pairs if paper not in (None, number))


def _resident_faults(no: str) -> tuple[NumberFault, ...]:
    return _body_faults(no) if _RESIDENT.fullmatch(no) else (NumberFault.SHAPE,)


def _body_faults(body: str) -> tuple[NumberFault, ...]:
    # Counties come and go, so only the province is held against a number (standards 18.1).
    checks = (
        (NumberFault.REGION, body[:2] in PROVINCES),
        (NumberFault.BIRTH, _date_of(body[6:14]) is not None),
        (NumberFault.CHECK, ric.calc_check_digit(body) == body[-1]),
    )
    return tuple(fault for fault, holds in checks if not holds)


def _date_of(digits: str) -> date | None:
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}")
    except ValueError:
        return None


def _neighbours(no: str) -> Iterator[str]:
    for at, old in enumerate(no):
        for new in "0123456789" + ("X" if at == len(no) - 1 else ""):
            if new != old:
                yield no[:at] + new + no[at + 1 :]
