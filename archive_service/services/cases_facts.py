"""What the registry knows about a student, as facts for the rules.

Lives here: the registry's half of `rules.facts.Facts`, counted from rows. Not here: what the clerk declares (checked in `declared`).
A fact the registry cannot tell stays unknown; it is never taken for a no.
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive_service.errors import Rejected
from archive_service.models.record import Record, ReviewState
from archive_service.models.student import Student, StudentPeriod
from archive_service.rules.facts import DAY_OUT_OF_REACH, Declared, Facts, question
from archive_service.rules.grades import GRADES
from archive_service.rules.identity import IdKind
from archive_service.rules.standing import STANDINGS, StudentState
from archive_service.rules.vocabulary import Stage
from scanners.kinds import Kinds

_YEARS: Mapping[Stage, int] = {Stage.PRIMARY: 6, Stage.JUNIOR: 3, Stage.SENIOR: 3}
_LIVE = tuple(state.value for state, marks in STANDINGS.items() if marks.is_live)
_FINISHED = (StudentState.GRADUATED.value, StudentState.COMPLETED.value, StudentState.INCOMPLETE.value)
_AUTUMN_TERM = frozenset({8, 9, 10, 11, 12, 1})
MemberT = TypeVar("MemberT", StudentState, IdKind, Stage)
_SANCTION, _REVOCATION = "E-DISC", "E-REVOKE"


def declared(facts: Mapping[str, object]) -> Declared:
    """What the clerk declares, checked. Raises Rejected with one finding for each fault."""
    try:
        return Declared.model_validate(facts)
    except ValidationError as error:
        findings = [_finding(str(fault["loc"][0]) if fault["loc"] else "", str(fault["type"])) for fault in error.errors()]
        raise Rejected("填写的情况有误，请改正后再提交。", findings=findings) from error


def facts_of(session: Session, said: Declared, student: Student, *, school_id: str, kinds: Kinds, on: date) -> Facts:
    """Both halves joined; `school_id` is the school whose headcount matters (the receiving one)."""
    stage, grade = _grade(student)
    others = _registries_elsewhere(session, student)
    live_elsewhere = None if others is None else sum(state in _LIVE for _, state in others)
    return Facts.of(
        said,
        student_state=_member(StudentState, student.state),
        stage=stage,
        grade=grade,
        final_grade=_YEARS.get(stage) if stage else None,
        term=1 if on.month in _AUTUMN_TERM else 2,
        entry_on=student.entered_on,
        birth_on=student.birth_on,
        id_kind=_member(IdKind, student.id_type),
        has_unrevoked_sanction=_has_sanction(session, student.id, kinds),
        suspensions_before=_suspensions(session, student.id),
        other_live_registries=live_elsewhere,
        id_registered_elsewhere=None if live_elsewhere is None else live_elsewhere > 0,
        finished_senior_before=None if others is None else any(section == Stage.SENIOR and state in _FINISHED for state, section in others),
        school_headcount=_headcount(session, school_id, student),
        class_headcount=_class_headcount(session, school_id, student),
    )


def _finding(fact: str, fault: str) -> dict[str, str]:
    known = fact in Declared.model_fields
    told = "须在1990年至2099年之间" if fault == DAY_OUT_OF_REACH else "的内容不符合要求"
    return {"code": fault, "field": fact, "advice": f"「{question(fact)}」{told}" if known else f"没有「{fact}」这一项"}


def _member(members: type[MemberT], value: str) -> MemberT | None:
    return members(value) if value in {member.value for member in members} else None


def _grade(student: Student) -> tuple[Stage | None, int | None]:
    stage = _member(Stage, student.section)
    found = GRADES.get(student.grade)
    return stage, found[1] if found and found[0] is stage else None


def _registries_elsewhere(session: Session, student: Student) -> list[tuple[str, str]] | None:
    """Section and state of everybody else under the same identity number; unknown without a number."""
    if not student.id_no:
        return None
    same = select(Student.section, Student.state).where(Student.id_no == student.id_no, Student.id != student.id)
    return [(section, state) for section, state in session.execute(same)]


def _has_sanction(session: Session, student_id: str, kinds: Kinds) -> bool:
    """Whether the dossier holds more decisions on sanctions than revocations."""
    codes = {kind.code: code for kind in kinds for code in (_SANCTION, _REVOCATION) if code in kind.evidence}
    held = select(Record.kind).where(
        Record.student_id == student_id, Record.kind.in_(codes), Record.review_state != ReviewState.RETURNED, Record.duplicate_of.is_(None)
    )
    found = [codes[kind] for kind in session.scalars(held) if kind]
    return found.count(_SANCTION) > found.count(_REVOCATION)


def _suspensions(session: Session, student_id: str) -> int:
    suspended = StudentPeriod.state == StudentState.SUSPENDED.value
    return session.scalar(select(func.count()).select_from(StudentPeriod).where(StudentPeriod.student_id == student_id, suspended)) or 0


def _headcount(session: Session, school_id: str, student: Student) -> int:
    """Live students of the section, the one in question left out. Source: C-45."""
    same = (Student.school_id == school_id, Student.section == student.section, Student.id != student.id, Student.state.in_(_LIVE))
    return session.scalar(select(func.count()).select_from(Student).where(*same)) or 0


def _class_headcount(session: Session, school_id: str, student: Student) -> int | None:
    if student.school_id != school_id or not student.class_name:
        return None  # the class of somebody who is still elsewhere is not settled
    same = (Student.school_id == school_id, Student.grade == student.grade, Student.class_name == student.class_name)
    live = select(func.count()).select_from(Student).where(*same, Student.id != student.id, Student.state.in_(_LIVE))
    return session.scalar(live) or 0
