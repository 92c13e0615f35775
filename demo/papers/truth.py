"""What is true about a paper: what it is, whose, what is printed on it and what is wrong. For judging a reading only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from demo.model import Student


class Person(TypedDict):
    key: str
    school: str
    name: str
    id_no: str
    student_no: str


class LineTruth(TypedDict):
    text: str
    by_hand: bool


class PageTruth(TypedDict):
    """`kind` is none for a blank side; rotation is clockwise, as the page lies; `seals` are the texts of their rings."""

    no: int
    kind: str | None
    dpi: int | None
    rotation: int
    skew_deg: float
    lines: list[LineTruth]
    seals: list[str]


class Truth(TypedDict):
    """`values` are those printed, by the field names of the API, misprints included."""

    kind: str | None
    label: str
    student: Person | None
    second_student: Person | None
    filed_under: Person
    values: dict[str, str]
    faults: list[str]
    duplicate_of: str | None
    on: str
    profile: str
    pages: list[PageTruth]


def person(student: Student) -> Person:
    """Return what the registry says of the student, not what the paper says."""
    return Person(key=student.key, school=student.school, name=student.name, id_no=student.id_no, student_no=student.student_no)
