"""Whom and what papers are captured for, when one comes to the scanner from a student or from a case."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive_service.archive import Archive
from archive_service.models.student import Student
from archive_service.rules.access import Right
from archive_service.services.actor import Actor
from archive_service.services.scope import Scope


@dataclass(frozen=True)
class Target:
    """What the capture page fills in by itself."""

    student: Student
    school: str
    case_id: str | None = None
    procedure: str | None = None
    kind: str | None = None
    kind_label: str | None = None


def require_capture(archive: Archive, *, actor: Actor, right: Right) -> None:
    """Insist that the actor may take papers in somewhere. Raises Denied."""
    with archive.read() as session:
        Scope.of(session, actor).require_anywhere(right)


def of_request(archive: Archive, case_id: str | None, evidence: str | None, student_id: str | None, *, actor: Actor) -> Target | None:
    """The target that an address names; none when it names none. Raises NotFound."""
    if not case_id and not student_id:
        return None
    with archive.read() as session:
        scope = Scope.of(session, actor)
        if not case_id:
            student = _student(session, scope, str(student_id))
            return Target(student, scope.tree.units[student.school_id].name)
        case = scope.case(session, case_id)
        student = _student(session, scope, case.student_id)
    kinds = [kind for kind in archive.kinds if evidence in kind.evidence]
    only = kinds[0] if len(kinds) == 1 else None
    label = archive.law.procedure(case.procedure, case.profile, case.opened_at.date()).label
    school = scope.tree.units[student.school_id].name
    return Target(student, school, case.id, label, only.code if only else None, only.label if only else None)


def _student(session: Session, scope: Scope, student_id: str) -> Student:
    scope.filed_with(session, student_id)
    return session.scalars(select(Student).where(Student.id == student_id).options(selectinload(Student.numbers))).one()
