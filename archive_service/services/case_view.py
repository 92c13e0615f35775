"""A case for the eye: claim beside registry beside paper, checklist, chain with its clock, history, and what may be done now.

Lives here: `case_view`. Not here: the shapes (case_view_shape), acting (case_actions). Looking is an event like acting; however many
papers a case has, the number of statements stays the same.
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.account import Account
from archive_service.models.case import CaseDecision, CaseStep
from archive_service.rules.access import Right
from archive_service.rules.civil_calendar import Calendar
from archive_service.rules.deadline import remaining_working_days
from archive_service.rules.facts import question
from archive_service.rules.law import Law
from archive_service.rules.lifecycle import CaseAction, CaseState, actions
from archive_service.rules.procedure import questions
from archive_service.rules.procedure_data import Moment
from archive_service.rules.standing import StudentState
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.case_actions_undo import UNDO, undo_until
from archive_service.services.case_chain import StepState
from archive_service.services.case_view_papers import papers_of, readable_of
from archive_service.services.case_view_shape import (
    Article,
    CaseView,
    ClockView,
    DecisionView,
    EvidenceView,
    Question,
    StepView,
    StudentLine,
)
from archive_service.services.cases_sheet import Sheet, read_sheet
from archive_service.services.claims import CASE_FIELDS, registry_values, table
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope, Tree
from archive_service.services.students import number_of

ValueT = TypeVar("ValueT")
_KNOWN_BY_NAME = frozenset({"name", "student_no", "school", "grade", "class"})  # of a student elsewhere, before the case is submitted
_AT_SCHOOL = frozenset({CaseAction.SUBMIT, CaseAction.WITHDRAW})


def case_view(archive: Archive, case_id: str, *, actor: Actor) -> CaseView:
    """Open a case to look at it; the look goes on the ledger.

    Raises:
        NotFound: unknown or out of scope.
    """
    now = archive.clock.now()
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        case = scope.case(session, case_id)
        sheet = read_sheet(archive, session, case)
        subject = Subject("case", case.id, student_id=case.student_id, case_id=case.id)
        ledger.write(session, "case.viewed", subject, actor=actor, now=now)
        return _view(archive, session, scope, sheet)


def clock_of(due_on: date | None, article: str | None, *, on: date, calendar: Calendar) -> ClockView | None:
    """A due day with the working days that are left."""
    return ClockView(due_on, remaining_working_days(on, due_on, calendar=calendar), article) if due_on else None


def allowed_actions(scope: Scope, sheet: Sheet) -> list[CaseAction]:
    """What this person may do now, in the order of the buttons; the rules may still find reasons against it."""
    return [action for action in actions(sheet.state) if _may(scope, sheet, action)]


def _view(archive: Archive, session: Session, scope: Scope, sheet: Sheet) -> CaseView:
    case, on = sheet.case, today(archive.clock)
    decisions = list(session.scalars(select(CaseDecision).where(CaseDecision.case_id == case.id).order_by(CaseDecision.id)))
    names = _names(session, sheet, decisions)
    student = _student(session, sheet, scope.tree)
    registry = registry_values(sheet.student, student_no=student.student_no, school=student.school)
    readable = readable_of(session, scope, sheet)
    claim = {name: value for name, value in case.claim.items() if name not in CASE_FIELDS or readable >= sheet.records.keys()}
    if not scope.sees(session, case.student_id):
        registry, claim = _by_name(registry), _by_name(claim)
    fields = [field for record_id, fields in sheet.fields.items() if record_id in readable for field in fields]
    step = sheet.waits_at
    ground = sheet.procedure.grounds.get(case.ground or "")
    moment = Moment.SUBMIT if sheet.state in (CaseState.DRAFT, CaseState.RETURNED) else Moment.COMPLETE
    return CaseView(
        id=case.id,
        case_no=case.case_no,
        version=case.version,
        procedure=case.procedure,
        procedure_label=sheet.procedure.label,
        profile=case.profile,
        rules_version=case.rules_version,
        state=sheet.state,
        ground=case.ground,
        ground_label=ground.label if ground else None,
        student=student,
        from_school=case.from_school_name or _unit_name(scope.tree, case.from_school_id),
        to_school=_unit_name(scope.tree, case.to_school_id),
        opened_by=names.get(case.opened_by, ""),
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        expires_on=case.expires_on,
        claim=claim,
        questions=_questions(sheet),
        warnings=case.warnings,
        refusals=[] if sheet.state.is_final else [dict(reason.as_json()) for reason in sheet.judge(moment).refusals],
        evidence=_evidence(sheet, names),
        chain=[_step(each, scope.tree, names) for each in sheet.steps],
        actions=allowed_actions(scope, sheet),
        rows=table(claim, registry, fields),
        papers=papers_of(session, sheet, archive.kinds, readable=readable),
        decisions=[_decision(each, sheet, scope.tree, names) for each in decisions],
        clock=clock_of(step.due_on, step.due_article, on=on, calendar=archive.law.calendar) if step else None,
        basis=_basis(archive.law, sheet),
        undo_until=undo_until(decisions[-1] if decisions else None, case, scope.actor),
    )


def _by_name(values: Mapping[str, ValueT]) -> dict[str, ValueT]:
    """What is left of the registry's values for a school that may not see the student yet; what its own papers say stays."""
    return {name: value for name, value in values.items() if name in _KNOWN_BY_NAME.union(CASE_FIELDS)}


def _may(scope: Scope, sheet: Sheet, action: CaseAction) -> bool:
    step = sheet.waits_at
    if action in _AT_SCHOOL:
        return sheet.case.organisation_id in scope.own_units_with(Right.SUBMIT_CASE)
    if step is None or step.right is None:
        return False
    if action is CaseAction.FORCE:
        return bool((scope.tree.above(step.unit_id) - {step.unit_id}) & scope.own_units_with(Right.FORCE_CASE))
    if action is CaseAction.RETURN and step.right != Right.REVIEW_CASE:
        return False
    return step.unit_id in scope.own_units_with(Right(step.right)) and not _prepared(scope, sheet, step)


def _prepared(scope: Scope, sheet: Sheet, step: CaseStep) -> bool:
    return step.right == Right.REVIEW_CASE and sheet.case.opened_by == scope.actor.account_id


def _names(session: Session, sheet: Sheet, decisions: list[CaseDecision]) -> Mapping[str, str]:
    ids = {sheet.case.opened_by, *(each.decided_by for each in decisions), *(row.set_by for row in sheet.evidence.values())}
    ids |= {step.done_by for step in sheet.steps if step.done_by}
    return {account: name for account, name in session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))}  # noqa: C416 (dict() takes a result for a mapping)


def _student(session: Session, sheet: Sheet, tree: Tree) -> StudentLine:
    row = sheet.student
    known = row.state in set(StudentState)
    return StudentLine(
        id=row.id,
        name=row.name,
        student_no=number_of(session, row.id),
        school=_unit_name(tree, row.school_id) or "",
        grade=row.grade,
        class_name=row.class_name,
        state=row.state,
        state_label=StudentState(row.state).label if known else row.state,
    )


def _unit_name(tree: Tree, unit_id: str | None) -> str | None:
    unit = tree.units.get(unit_id or "")
    return unit.name if unit else None


def _questions(sheet: Sheet) -> list[Question]:
    return [Question(fact, question(fact), sheet.case.facts.get(fact)) for fact in questions(sheet.procedure, sheet.case.ground)]


def _evidence(sheet: Sheet, names: Mapping[str, str]) -> list[EvidenceView]:
    lines = []
    for line in sheet.checklist:
        row = sheet.evidence.get(line.code)
        by = names.get(row.set_by) if row else None
        lines.append(EvidenceView(line, row.sighting if row else None, row.issuer_level if row else None, by, row.set_at if row else None))
    return lines


def _step(step: CaseStep, tree: Tree, names: Mapping[str, str]) -> StepView:
    return StepView(
        seq=step.seq,
        step=step.act,
        label=step.label,
        actor=step.actor,
        unit_id=step.unit_id,
        unit=_unit_name(tree, step.unit_id),
        state=step.state,
        state_label=StepState(step.state).label,
        due_on=step.due_on,
        due_article=step.due_article,
        received_at=step.received_at,
        by=names.get(step.done_by or ""),
        at=step.done_at,
    )


def _decision(decision: CaseDecision, sheet: Sheet, tree: Tree, names: Mapping[str, str]) -> DecisionView:
    step = next((each.label for each in sheet.steps if each.seq == decision.step_seq), None)
    return DecisionView(
        id=decision.id,
        action=decision.action,
        label="撤销上一决定" if decision.action == UNDO else CaseAction(decision.action).label,
        step=step,
        unit=_unit_name(tree, decision.unit_id),
        by=names.get(decision.decided_by, ""),
        at=decision.decided_at,
        reasons=decision.reasons,
        note=decision.note,
    )


def _basis(law: Law, sheet: Sheet) -> list[Article]:
    ids = [*sheet.procedure.basis, *(each for line in sheet.checklist for each in line.articles)]
    return [Article(one, law.cite(one), law.articles[one].text) for one in dict.fromkeys(ids) if one in law.articles]
