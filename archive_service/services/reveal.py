"""Students as a list may name them: whole where the viewer's unit has to do with them, masked elsewhere, whole again on purpose.

Lives here: `named` for lists, `reveal` for the press on «显示», which is an event. Not here: who is in scope (scope), the masks
(rules.names).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive_service.archive import Archive
from archive_service.models.student import Dossier, Student
from archive_service.rules.names import mask_name, mask_number
from archive_service.rules.standing import StudentState
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope
from archive_service.services.students import current_number


@dataclass(frozen=True)
class Named:
    """A student on one line; `is_masked` tells that name and number are not whole."""

    id: str
    name: str
    student_no: str | None
    school: str
    grade: str
    class_name: str
    state: str
    state_label: str
    is_frozen: bool
    is_masked: bool = False

    def masked(self) -> "Named":
        """The same line for somebody who need not see who it is."""
        number = mask_number(self.student_no) if self.student_no else None
        return replace(self, name=mask_name(self.name), student_no=number, is_masked=True)


def named(archive: Archive, student_ids: Iterable[str], *, actor: Actor) -> dict[str, Named]:
    """Lines of students in scope, by id; whoever is out of scope is left out. Source: HN-24.1, PIPL-28."""
    ids = set(student_ids)
    with archive.read() as session:
        scope = Scope.of(session, actor)
        lines = _lines(session, scope, ids)
        open_ids = named_whole(session, scope, ids)
    return {line.id: line if line.id in open_ids else line.masked() for line in lines}


def named_whole(session: Session, scope: Scope, student_ids: Iterable[str]) -> frozenset[str]:
    """Those of the students whom a list names whole; the others stand under their mask."""
    return frozenset(session.scalars(select(Student.id).where(Student.id.in_(set(student_ids)), scope.named_students())))


def reveal(archive: Archive, student_id: str, *, actor: Actor) -> Named:
    """Name and number whole, on the ledger. Raises NotFound."""
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        scope.student(session, student_id)
        subject = Subject("student", student_id, student_id=student_id)
        ledger.write(session, "student.revealed", subject, actor=actor, now=archive.clock.now())
        [line] = _lines(session, scope, {student_id})
    return line


def _lines(session: Session, scope: Scope, ids: set[str]) -> list[Named]:
    wanted = select(Student, Dossier.frozen_at).outerjoin(Dossier, Dossier.student_id == Student.id)
    rows = session.execute(wanted.where(Student.id.in_(ids), scope.students()).options(selectinload(Student.numbers)))
    return [
        Named(
            id=student.id,
            name=student.name,
            student_no=current_number(student.numbers),
            school=scope.tree.units[student.school_id].name,
            grade=student.grade,
            class_name=student.class_name,
            state=student.state,
            state_label=StudentState(student.state).label,
            is_frozen=frozen_at is not None,
        )
        for student, frozen_at in rows
    ]
