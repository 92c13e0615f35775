"""Cases as lines of a list: the statement behind every list of cases, and whose turn it is.

Lives here: CaseLine, the joined select, what waits at one of my units. Not here: the lists themselves (review_queue,
review_work), a case whole (case_view).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, Select, SQLColumnExpression, and_, false, or_, select, union

from archive_service.clock import civil
from archive_service.models.case import Case, CaseStep
from archive_service.models.organisation import Organisation
from archive_service.models.student import Student
from archive_service.rules.access import Right
from archive_service.rules.law import Law
from archive_service.rules.lifecycle import CaseState
from archive_service.services.case_chain import StepState
from archive_service.services.case_view import clock_of
from archive_service.services.case_view_shape import ClockView
from archive_service.services.scope import Scope

_TURNS = (Right.REVIEW_CASE, Right.SUBMIT_CASE)


@dataclass(frozen=True)
class CaseLine:
    """One line: what, for whom, where it waits, until when."""

    id: str
    case_no: str
    procedure: str
    procedure_label: str
    state: CaseState
    student_id: str
    student_name: str
    grade: str
    class_name: str
    school: str  # the one that opened the case
    awaited: str | None  # the step it waits at, in words
    unit_id: str | None
    clock: ClockView | None
    version: int
    opened_on: date

    @property
    def state_label(self) -> str:
        """The word on the badge."""
        return self.state.label


def by_due_day() -> tuple[SQLColumnExpression[Any], ...]:
    """The order of every list of cases: what is due first, then what has no clock, as it was opened."""
    return Case.due_on.is_(None), Case.due_on, Case.id


def lines() -> Select[Case, Student, str, CaseStep]:
    """Cases with student, opening school and the step they wait at, in order of the due day."""
    open_step = and_(CaseStep.case_id == Case.id, CaseStep.state == StepState.OPEN.value)
    return (
        select(Case, Student, Organisation.name, CaseStep)
        .join(Student, Student.id == Case.student_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .outerjoin(CaseStep, open_step)
        .order_by(*by_due_day())
    )


def my_turn(scope: Scope) -> Select[str]:
    """The ids of cases whose open step waits at a unit at which the actor may do it, found from the units."""
    turns = [and_(CaseStep.right == right.value, CaseStep.unit_id.in_(units)) for right in _TURNS if (units := scope.own_units_with(right))]
    return select(CaseStep.case_id).where(CaseStep.state == StepState.OPEN.value, or_(false(), *turns))


def waiting_for_me(scope: Scope) -> CompoundSelect[str]:
    """The ids of what waits at my units or was returned to one of them, found from the units; the scope is still to be asked."""
    return union(my_turn(scope), select(Case.id).where(_returned_to_me(scope)))


def _returned_to_me(scope: Scope) -> ColumnElement[bool]:
    """Returned to a school at which the actor prepares cases: a condition on Case."""
    return and_(Case.state == CaseState.RETURNED.value, Case.organisation_id.in_(scope.own_units_with(Right.SUBMIT_CASE)))


def line_of(row: Row[Case, Student, str, CaseStep | None], law: Law, on: date) -> CaseLine:
    """A row of `lines` as a line."""
    case, student, school, step = row
    label = law.procedure_files[case.procedure].label if case.procedure in law.procedure_files else case.procedure
    return CaseLine(
        id=case.id,
        case_no=case.case_no,
        procedure=case.procedure,
        procedure_label=label,
        state=CaseState(case.state),
        student_id=student.id,
        student_name=student.name,
        grade=student.grade,
        class_name=student.class_name,
        school=school,
        awaited=step.label if step else None,
        unit_id=step.unit_id if step else None,
        clock=clock_of(case.due_on, step.due_article if step else None, on=on, calendar=law.calendar),
        version=case.version,
        opened_on=civil(case.opened_at),
    )
