"""Finding students in the registry: by any number they ever had, by identity number, name or school, within one's scope.

Lives here: lookup and lists with cursors. Not here: the page of one student (student_page), masks (rules.names: the caller decides).
A look at a list of children is on the ledger; identity numbers stand there masked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, CompoundSelect, Select, case, func, select, tuple_, union
from sqlalchemy.orm import Session, selectinload

from archive_service.archive import Archive
from archive_service.errors import NotFound
from archive_service.models.organisation import Organisation
from archive_service.models.student import NumberKind, Student, StudentNumber
from archive_service.rules.grades import YEAR_OF_SCHOOL
from archive_service.rules.identity import normalise
from archive_service.rules.names import fold_name, mask_number
from archive_service.rules.standing import StudentState
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.scope import Scope
from archive_service.services.totals import counted

_YEAR = case(YEAR_OF_SCHOOL, value=Student.grade, else_=len(YEAR_OF_SCHOOL))  # by their signs 三 would come before 二
_CLASS = (func.length(Student.class_name), Student.class_name)  # 2班 before 10班
_ORDER = (Student.school_id, _YEAR, Student.grade, *_CLASS, Student.name, Student.id)
LAST_SIGN = chr(0x10FFFF)  # no name has it, so that everything that begins like it comes before it
_IN_FORCE = (NumberKind.FORMAL, NumberKind.TEMPORARY)  # an alias finds its student, but is no number to write on a paper


@dataclass(frozen=True)
class Criteria:
    """What is looked for; everything given must hold. `school` is a code, `name` may be a beginning, `class_name` is exact."""

    student_no: str = ""
    id_no: str = ""
    name: str = ""
    school: str = ""
    grade: str = ""
    class_name: str = ""
    state: str = ""


@dataclass(frozen=True)
class NumberLine:
    """A registry number with its time."""

    number: str
    kind: NumberKind
    valid_from_on: date | None
    valid_to_on: date | None


@dataclass(frozen=True)
class StudentLine:
    """A student in a list, unmasked; `student_no` is the number in force."""

    id: str
    student_no: str | None
    numbers: tuple[NumberLine, ...]
    name: str
    former_name: str | None
    sex: str
    ethnicity: str | None
    birth_on: date | None
    id_type: str
    id_no: str | None
    school_id: str
    school_code: str
    school_name: str
    section: str
    grade: str
    class_name: str
    entered_on: date | None
    state: str
    state_label: str
    version: int


@dataclass(frozen=True)
class StudentList:
    """A page of a list; `next` is the cursor of the one that follows."""

    items: tuple[StudentLine, ...]
    next: str | None
    total: int


def find(archive: Archive, criteria: Criteria, actor: Actor, *, cursor: str | None = None, size: int | None = None) -> StudentList:
    """Students in the actor's scope, by school, grade, class and name; at most `size` after the cursor."""
    limits = archive.settings.api
    at_most = min(max(size or limits.page_size, 1), limits.page_size_most)
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        conditions = [scope.students(in_list=True), *_conditions(session, criteria)]
        total = counted(session, select(Student.id).where(*conditions))
        wanted = _lines().where(*conditions).order_by(*_ORDER).limit(at_most + 1)
        rows = session.execute(wanted.where(_after(cursor, scope)) if cursor else wanted).all()
        items = tuple(student_line(student, school) for student, school in rows[:at_most])
        detail = {**_said(criteria), "shown": len(items), "total": total}
        ledger.write(session, "students.listed", ledger.Subject("students"), actor=actor, now=archive.clock.now(), detail=detail)
    return StudentList(items, items[-1].id if len(rows) > at_most else None, total)


def student_of_number(session: Session, scope: Scope, student_no: str) -> Student:
    """The student in scope to whom a number of any kind belongs or belonged. Raises NotFound."""
    wanted = select(Student).join(StudentNumber).where(StudentNumber.number == normalise(student_no), scope.students())
    student = session.scalars(wanted).first()
    if student is None:
        raise NotFound("没有找到该学籍号的学生，或不在您的权限范围内")
    return student


def number_in_force(numbers: Iterable[StudentNumber]) -> StudentNumber | None:
    """The registry number in force, of numbers in the order they came: formal before temporary, and the first for life."""
    live = [row for row in numbers if row.valid_to_on is None]
    return next((row for kind in _IN_FORCE for row in live if row.kind is kind), None)


def current_number(numbers: Iterable[StudentNumber]) -> str | None:
    """The registry number in force, as text."""
    row = number_in_force(numbers)
    return row.number if row else None


def number_of(session: Session, student_id: str) -> str | None:
    """The registry number in force of a student whose numbers are not loaded."""
    return current_number(session.scalars(select(StudentNumber).where(StudentNumber.student_id == student_id).order_by(StudentNumber.id)))


def student_line(student: Student, school: Organisation) -> StudentLine:
    """A student with its numbers loaded, as a line."""
    numbers = tuple(NumberLine(row.number, row.kind, row.valid_from_on, row.valid_to_on) for row in student.numbers)
    return StudentLine(
        id=student.id,
        student_no=current_number(student.numbers),
        numbers=numbers,
        name=student.name,
        former_name=student.former_name,
        sex=student.sex,
        ethnicity=student.ethnicity,
        birth_on=student.birth_on,
        id_type=student.id_type,
        id_no=student.id_no,
        school_id=school.id,
        school_code=school.code,
        school_name=school.name,
        section=student.section,
        grade=student.grade,
        class_name=student.class_name,
        entered_on=student.entered_on,
        state=student.state,
        state_label=StudentState(student.state).label,
        version=student.version,
    )


def _lines() -> Select[Student, Organisation]:
    wanted = select(Student, Organisation).join(Organisation, Organisation.id == Student.school_id)
    return wanted.options(selectinload(Student.numbers))


def _after(cursor: str, scope: Scope) -> ColumnElement[bool]:
    # The cursor is the last student's id: their place is looked up, so that no name travels in a URL, and in scope, so that
    # the list tells nobody where a student of others would stand in it, nor whether there is one.
    place = select(*_ORDER).where(Student.id == cursor, scope.students()).subquery()
    return tuple_(*_ORDER) > select(*place.c).scalar_subquery()


def _conditions(session: Session, criteria: Criteria) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if criteria.student_no:
        found.append(Student.id.in_(select(StudentNumber.student_id).where(StudentNumber.number == normalise(criteria.student_no))))
    if criteria.id_no:
        found.append(Student.id_no == normalise(criteria.id_no))
    if criteria.name:
        found.append(Student.id.in_(_named(session, fold_name(criteria.name))))
    if criteria.school:
        found.append(Student.school_id.in_(select(Organisation.id).where(Organisation.code == criteria.school)))
    equal = ((Student.grade, criteria.grade), (Student.class_name, criteria.class_name), (Student.state, criteria.state))
    return [*found, *(column == value for column, value in equal if value)]


def _named(session: Session, name: str) -> CompoundSelect[str]:
    """The ids of students whose name begins so, or was this one; each half is led by an index.

    SQLite's LIKE uses none, but compares by code points; on PostgreSQL the order of a language may be any, so LIKE has its own index.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    begins = Student.name.between(name, name + LAST_SIGN) if is_sqlite else Student.name.startswith(name, autoescape=True)
    return union(select(Student.id).where(begins), select(Student.id).where(Student.former_name == name))


def _said(criteria: Criteria) -> dict[str, str]:
    said = {name: value for name, value in vars(criteria).items() if value}
    return {name: mask_number(normalise(value)) if name == "id_no" else value for name, value in said.items()}
