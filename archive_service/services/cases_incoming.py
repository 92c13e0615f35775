"""A student of another school, as far as a receiving school may know of them before a transfer.

Lives here: `identify` (number and name must both be right, every try is on the ledger) and `admitted_student`, which lets a school open a
case for a student it has identified. Not here: opening (cases). Nobody can leaf through the students of others this way.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.errors import Denied, NotFound
from archive_service.models.ledger import Event
from archive_service.models.organisation import Organisation
from archive_service.models.student import Student, StudentNumber
from archive_service.rules.access import Right
from archive_service.rules.identity import normalise
from archive_service.rules.names import fold_name, mask_name
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope

IDENTIFIED = "student.identified"
VALID_DAYS = 60  # longer than any transfer window asks; then the family is asked again


@dataclass(frozen=True)
class Identified:
    """Enough to see that it is the right child, and no more."""

    student_id: str
    masked_name: str
    school: str
    grade: str
    state: str


def identify(archive: Archive, *, number: str, name: str, actor: Actor) -> Identified:
    """Find the one student with this registry or identity number and this name, wherever they are.

    Source: HN-11.2, GZ-16.2 (the guardian applies to the receiving school and shows both).

    Raises:
        Denied: no right to open cases.
        NotFound: nobody has both; which of the two was wrong is not told.
    """
    now = archive.clock.now()
    with archive.begin() as session:
        Scope.of(session, actor).require_anywhere(Right.OPEN_CASE)
        found = _find(session, normalise(number), name)
        subject = Subject("student", found[0].id if found else None, student_id=found[0].id if found else None)
        ledger.write(session, IDENTIFIED if found else "student.not_identified", subject, actor=actor, now=now)
    if found is None:
        raise NotFound("没有找到学籍号（或身份证件号）与姓名都一致的学生。请核对家长提供的材料。")
    student, school = found
    return Identified(student.id, mask_name(student.name), school, student.grade, student.state)


def admitted_student(archive: Archive, session: Session, scope: Scope, student_id: str, *, on: date) -> tuple[Student, Organisation]:
    """The student, and the school that would open the case: the student's own, or the actor's for one it has identified.

    Raises:
        NotFound: out of scope and not identified by the actor.
        Denied: the actor has no school.
    """
    try:
        student = scope.student(session, student_id)
    except NotFound:
        if not _has_identified(archive, session, scope.actor, student_id):
            raise
        student = session.scalars(select(Student).where(Student.id == student_id)).one()
    own = scope.own_units_with(Right.OPEN_CASE)
    school_id = student.school_id if student.school_id in own or not own else min(own, key=lambda unit: unit != scope.actor.unit_id)
    school = session.scalars(select(Organisation).where(Organisation.id == school_id)).first()
    if school is None or (school.valid_to_on is not None and school.valid_to_on < on):
        raise Denied("所在学校已撤并，不能再发起业务。")
    return student, school


def _find(session: Session, number: str, name: str) -> tuple[Student, str] | None:
    numbered = select(StudentNumber.student_id).where(StudentNumber.number == number)
    wanted = select(Student, Organisation.name).join(Organisation, Organisation.id == Student.school_id)
    rows = session.execute(wanted.where(or_(Student.id_no == number, Student.id.in_(numbered))))
    fitting = [(student, school) for student, school in rows if fold_name(student.name) == fold_name(name)]
    return fitting[0] if len(fitting) == 1 else None


def _has_identified(archive: Archive, session: Session, actor: Actor, student_id: str) -> bool:
    since = archive.clock.now() - timedelta(days=VALID_DAYS)
    told = select(Event.id).where(
        Event.student_id == student_id, Event.act == IDENTIFIED, Event.account_id == actor.account_id, Event.at >= since
    )
    return session.scalars(told.limit(1)).first() is not None
