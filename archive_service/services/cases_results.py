"""What a finished case changes: state and school of the student, periods, custody, the papers it rested on.

Lives here: `complete` and its undoing `reverse`, both in the transaction of the decision. Not here: deciding (case_actions).
The chain of custody is append-only: what is undone gets a line of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.archive import Archive
from archive_service.clock import civil
from archive_service.errors import Refused
from archive_service.models.case import Case
from archive_service.models.record import Record, ReviewState
from archive_service.models.student import NumberKind, Student, StudentNumber, StudentPeriod
from archive_service.rules.deadline import due
from archive_service.rules.lifecycle import CaseState
from archive_service.rules.predicates import evaluate
from archive_service.rules.standing import StudentState, may_become
from archive_service.rules.vocabulary import Actor as Party
from archive_service.rules.vocabulary import Anchor
from archive_service.services.actor import Actor
from archive_service.services.cases_sheet import Sheet
from archive_service.services.handover import Handover, hand_over

_THERE = frozenset({Party.SCH_OUT, Party.AUTH_OUT})


@dataclass(frozen=True)
class Change:
    """What a result does to the student's row."""

    state: StudentState
    school_id: str
    moves: bool


def complete(archive: Archive, session: Session, sheet: Sheet, *, actor: Actor, now: datetime) -> None:
    """Finish the case and let the registry follow.

    Source: HN-18.2, GZ-16.6 (the receiving school continues the dossier), HN-13.4, GZ-17.4 (the registry is kept while suspended).

    Raises:
        Refused: the student's state has changed so that the result cannot follow.
    """
    session.refresh(sheet.student, with_for_update=True)  # another case of the same student may be finishing
    case = sheet.case
    case.state, case.closed_at, case.due_on = CaseState.ACCEPTED.value, now, None
    case.expires_on = _expiry(archive, sheet, civil(now))
    change = _change(session, sheet)
    if change is not None:
        _apply(session, sheet, change, actor, now)
    _accept_records(session, sheet.records.values(), actor.account_id or "", now)


def reverse(session: Session, case: Case, before: dict[str, str], *, actor: Actor, now: datetime) -> None:
    """Put the student back to where the case had found them (`before`: state, school_id, class_name)."""
    student = session.scalars(select(Student).where(Student.id == case.student_id).with_for_update(of=Student)).one()
    if student.school_id != before["school_id"]:
        back = Handover(before["school_id"], "撤销办结", case.case_no, case.id)
        hand_over(session, [student.id], back, actor=actor, now=now)
    student.state, student.school_id, student.class_name = before["state"], before["school_id"], before["class_name"]
    student.updated_at, student.version = now, student.version + 1
    periods = session.scalars(select(StudentPeriod).where(StudentPeriod.student_id == student.id).order_by(StudentPeriod.id)).all()
    for period in periods:
        if period.case_id == case.id:
            session.delete(period)
    earlier = [period for period in periods if period.case_id != case.id]
    if earlier:
        earlier[-1].to_on = None


def _expiry(archive: Archive, sheet: Sheet, today: date) -> date | None:
    length = sheet.procedure.length
    if length is None or not length.speaks_of(sheet.case.ground):
        return None
    anchor = sheet.facts.applied_on if length.anchor is Anchor.APPLIED else today
    return due(length, anchor, calendar=archive.law.calendar).on if anchor else None


def _change(session: Session, sheet: Sheet) -> Change | None:
    """The outcome that holds where the student will be; a temporary number makes a temporary registry."""
    fitting = [each for each in sheet.procedure.outcomes if each.speaks_of(sheet.case.ground) and evaluate(each.when_any, sheet.facts)]
    moves = sheet.case.to_school_id is not None
    states = [each.state for each in fitting if not (moves and each.at in _THERE)]
    if not states:
        return None
    now = StudentState(sheet.student.state)
    temporary = StudentState.TEMP in states and not _has_formal_number(session, sheet.student.id)
    state = StudentState.TEMP if temporary else states[-1]
    if not moves and not may_become(now, state) and now is not state:
        raise Refused(f"学籍状态已变为「{now.label}」，不能再办结本业务。请核实后退回或撤回。", code="student_state_changed")
    return Change(state, sheet.case.to_school_id or sheet.student.school_id, moves)


def _has_formal_number(session: Session, student_id: str) -> bool:
    formal = select(StudentNumber.id).where(StudentNumber.student_id == student_id, StudentNumber.kind == NumberKind.FORMAL)
    return session.scalars(formal.limit(1)).first() is not None


def _apply(session: Session, sheet: Sheet, change: Change, actor: Actor, now: datetime) -> None:
    student, case = sheet.student, sheet.case
    _next_period(session, student, change, case, civil(now))
    if change.school_id != student.school_id:
        onward = Handover(change.school_id, sheet.procedure.label, case.case_no, case.id)
        hand_over(session, [student.id], onward, actor=actor, now=now)
        student.class_name = ""  # the new school has not put them into a class yet
    student.state, student.school_id = change.state.value, change.school_id
    student.updated_at, student.version = now, student.version + 1


def _next_period(session: Session, student: Student, change: Change, case: Case, on: date) -> None:
    present = session.scalars(select(StudentPeriod).where(StudentPeriod.student_id == student.id, StudentPeriod.to_on.is_(None))).first()
    if present is None:
        since = student.entered_on or civil(student.created_at)
        session.add(_period(student, student.school_id, student.class_name, student.state, (min(since, on), on), None))
    else:
        present.to_on = on
    class_name = student.class_name if change.school_id == student.school_id else ""
    session.add(_period(student, change.school_id, class_name, change.state.value, (on, None), case.id))


def _period(
    student: Student, school_id: str, class_name: str, state: str, span: tuple[date, date | None], case_id: str | None
) -> StudentPeriod:
    return StudentPeriod(
        student_id=student.id,
        school_id=school_id,
        grade=student.grade,
        class_name=class_name,
        state=state,
        from_on=span[0],
        to_on=span[1],
        case_id=case_id,
    )


def _accept_records(session: Session, records: Iterable[Record], account_id: str, now: datetime) -> None:
    for record in records:
        record.review_state, record.review_reasons = ReviewState.ACCEPTED, []
        record.reviewed_by, record.reviewed_at, record.version = account_id, now, record.version + 1
        queue.put(session, "index", record_id=record.id, now=now)
