"""What the registry already knows of the people on a roster, read in a bounded number of statements.

Lives here: `look_up` and what it gives. Not here: what follows from it (roster_plan).
The look-up goes across all schools: a number or a person exists once in the registry (HN-8.1), whoever asks.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive_service.models.student import Dossier, Guardian, Student, StudentNumber, StudentPeriod
from archive_service.rules.names import fold_name
from archive_service.services.roster_entry import Entry
from archive_service.services.students import number_in_force

AT_ONCE = 1000  # values in one IN list; SQLite takes 32,766 parameters
Item = TypeVar("Item")


@dataclass
class Known:
    """A student in the registry with what a roster may touch."""

    student: Student
    numbers: list[StudentNumber] = field(default_factory=list)
    guardians: set[str] = field(default_factory=set)
    period: StudentPeriod | None = None
    has_dossier: bool = False

    @property
    def current_number(self) -> StudentNumber | None:
        """The number in force."""
        return number_in_force(self.numbers)


@dataclass
class Registry:
    """Known students by id, and the ways to find them."""

    known: dict[str, Known] = field(default_factory=dict)
    by_number: dict[str, str] = field(default_factory=dict)
    by_id_no: dict[str, list[str]] = field(default_factory=dict)
    by_person: dict[tuple[str, str, date], list[str]] = field(default_factory=dict)


def look_up(session: Session, entries: Sequence[Entry]) -> Registry:
    """Everyone in the registry with a number, an identity number or a name of the roster."""
    registry = Registry()
    numbers = {entry.student_no for entry in entries if entry.student_no}
    pairs = select(StudentNumber.number, StudentNumber.student_id)
    for chunk in chunks(numbers):
        for number, student_id in session.execute(pairs.where(StudentNumber.number.in_(chunk))):
            registry.by_number[number] = student_id
    _students(session, registry, Student.id, set(registry.by_number.values()))
    _students(session, registry, Student.id_no, {entry.id_no for entry in entries if entry.id_no})
    _students(session, registry, Student.name, {entry.name for entry in entries})
    _details(session, registry)
    return registry


def chunks(items: Collection[Item]) -> Iterator[list[Item]]:
    """The items in lists short enough for one statement."""
    ordered = list(items)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def _students(session: Session, registry: Registry, column: object, values: set[str]) -> None:
    for chunk in chunks(values):
        for student in session.scalars(select(Student).where(_within(column, chunk))):
            if student.id in registry.known:
                continue
            registry.known[student.id] = Known(student)
            if student.id_no:
                registry.by_id_no.setdefault(student.id_no, []).append(student.id)
            if student.birth_on:
                registry.by_person.setdefault((fold_name(student.name), student.sex, student.birth_on), []).append(student.id)


def _within(column: object, chunk: list[str]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.in_(chunk)  # type: ignore[attr-defined]  # columns of different nullability share no type
    return condition


def _details(session: Session, registry: Registry) -> None:
    known = registry.known
    for chunk in chunks(known):
        for number in session.scalars(select(StudentNumber).where(StudentNumber.student_id.in_(chunk)).order_by(StudentNumber.id)):
            known[number.student_id].numbers.append(number)
        for student_id, name in session.execute(select(Guardian.student_id, Guardian.name).where(Guardian.student_id.in_(chunk))):
            known[student_id].guardians.add(fold_name(name))
        open_periods = select(StudentPeriod).where(StudentPeriod.student_id.in_(chunk), StudentPeriod.to_on.is_(None))
        for period in session.scalars(open_periods.order_by(StudentPeriod.id)):
            known[period.student_id].period = period
        for student_id in session.scalars(select(Dossier.student_id).where(Dossier.student_id.in_(chunk))):
            known[student_id].has_dossier = True
