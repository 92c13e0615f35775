"""Which business can be opened for a student now, and why not the rest: what the list «办什么» of a new case needs.

Lives here: `openings`. Not here: what a procedure asks (cases_offer), opening (cases), which judges again with everything known.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.case import Case
from archive_service.models.student import Student
from archive_service.rules.access import Right
from archive_service.rules.lifecycle import OPEN_STATES
from archive_service.rules.procedure_data import Procedure
from archive_service.rules.standing import StudentState, may_become
from archive_service.services.actor import Actor
from archive_service.services.cases_incoming import admitted_student
from archive_service.services.cases_offer import Offer, offers
from archive_service.services.cases_sheet import stage_of
from archive_service.services.reveal import Named
from archive_service.services.scope import Scope
from archive_service.services.students import number_of


@dataclass(frozen=True)
class Opening:
    """A procedure with what is known against it today; `why_not` empty: it may be tried. `open_case_id`: one is under way."""

    offer: Offer
    why_not: str
    open_case_id: str | None


@dataclass(frozen=True)
class Openings:
    """The student, and everything the law of the opening school knows. A student of another school stays masked."""

    student: Named
    is_incoming: bool
    items: tuple[Opening, ...]


def openings(archive: Archive, student_id: str, *, actor: Actor) -> Openings:
    """What the actor's school can open for a student of its own, or for one it has identified (`cases_incoming.identify`).

    Raises:
        NotFound: out of scope and not identified.
        Denied: no right to open cases.
    """
    on = today(archive.clock)
    with archive.read() as session:
        scope = Scope.of(session, actor)
        scope.require_anywhere(Right.OPEN_CASE)
        student, school = admitted_student(archive, session, scope, student_id, on=on)
        running = _running(session, student_id)
        line = _line(scope, student, number_of(session, student_id))
    is_incoming = student.school_id != school.id
    offered = offers(archive.law, school.profile, on, stage=stage_of(student))
    rules = {each.code: each for each in archive.law.procedures(school.profile, on)}
    items = [
        Opening(offer, _against(offer, rules[offer.code], student, is_incoming=is_incoming), running.get(offer.code)) for offer in offered
    ]
    return Openings(line, is_incoming, tuple(items))


def _running(session: Session, student_id: str) -> dict[str, str]:
    wanted = select(Case.procedure, Case.id).where(Case.student_id == student_id, Case.state.in_(OPEN_STATES))
    return {procedure: case_id for procedure, case_id in session.execute(wanted)}  # noqa: C416 (dict() takes a result for a mapping)


def _against(offer: Offer, procedure: Procedure, student: Student, *, is_incoming: bool) -> str:
    """Why it is no use beginning: the wrong school, or a state from which the law leads nowhere this procedure ends."""
    if is_incoming and not offer.receiver_opens:
        return "由学生所在学校办理。"
    now = StudentState(student.state)
    ends = [outcome.state for outcome in procedure.outcomes]
    if is_incoming or not ends or any(may_become(now, then) for then in ends):
        return ""
    return f"学籍状态为「{now.label}」，不能办理{offer.label}。"


def _line(scope: Scope, student: Student, student_no: str | None) -> Named:
    """The student; whole only for their own school."""
    line = Named(
        id=student.id,
        name=student.name,
        student_no=student_no,
        school=scope.tree.units[student.school_id].name,
        grade=student.grade,
        class_name=student.class_name,
        state=student.state,
        state_label=StudentState(student.state).label,
        is_frozen=False,
    )
    return line if student.school_id in scope.own_units_with(Right.OPEN_CASE) else line.masked()
