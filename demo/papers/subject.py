"""What a form is filled in with: the child as printed, the offices that stamp it, the day of the paper and the present day.

A fault on paper ("birth date differs") is a `Subject` whose student was changed before drawing; forms never know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo import names
from demo.papers.hand import Writer
from demo.places import DISTRICTS

if TYPE_CHECKING:
    from datetime import date

    from demo.dice import Dice
    from demo.model import Guardian, Organisation, Student, World
    from demo.papers.sheet import Sheet
    from demo.places import District

Values = dict[str, str]


@dataclass(frozen=True)
class Subject:
    student: Student
    school: Organisation
    bureau: Organisation
    on: date
    as_of: date

    @property
    def guardian(self) -> Guardian:
        return self.student.guardians[0]

    @property
    def district(self) -> District:
        return DISTRICTS[self.school.region]

    @property
    def level(self) -> str:
        """Grade and class as an office writes them together."""
        return f"{self.student.grade}{self.student.class_name}"


def subject_of(student: Student, world: World, on: date) -> Subject:
    """Return the student with the school and its registry authority."""
    school = world.by_code[student.school]
    if school.authority is None:
        raise ValueError(f"school {school.code} has no registry authority")
    return Subject(student=student, school=school, bureau=world.by_code[school.authority], on=on, as_of=world.as_of)


class Draft:
    """A form while it is being filled in: the sheet, the subject, chance, and one writer for all hands of a kind."""

    def __init__(self, sheet: Sheet, subject: Subject, dice: Dice) -> None:
        self.sheet = sheet
        self.subject = subject
        self.dice = dice
        self.parent = Writer(sheet, dice.child("parent"))
        self.official = Writer(sheet, dice.child("official"))

    def official_name(self, office: str) -> str:
        """Return the same made-up official for the same office and organisation."""
        fixed = self.dice.child("office")
        return fixed.choice(names.SURNAMES) + fixed.child(office).choice(names.OFFICIALS)


def identity_values(student: Student) -> Values:
    """The values nearly every form carries, by the field names of the API."""
    values = {"name": student.name, "sex": student.sex.value, "id_no": student.id_no, "student_no": student.student_no}
    return {name: value for name, value in values.items() if value}


def chinese_date(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


CHINESE_DIGITS = "〇一二三四五六七八九"


def formal_date(on: date) -> str:
    """The date as red-headed papers and certificates write it: 二〇二六年三月十五日."""
    year = "".join(CHINESE_DIGITS[int(digit)] for digit in str(on.year))
    return f"{year}年{_small(on.month)}月{_small(on.day)}日"


def _small(number: int) -> str:
    tens, ones = divmod(number, 10)
    ten = ("" if tens <= 1 else CHINESE_DIGITS[tens]) + ("十" if tens else "")
    return ten + (CHINESE_DIGITS[ones] if ones or not tens else "")
