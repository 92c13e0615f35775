"""Acts on a case: submit, accept, return, withdraw, force; each one decision, one event, one transaction.

Lives here: `act_on_case` and the table of its handlers. Not here: taking back (case_actions_undo), what a finished case changes
(cases_results), which act is lawful in which state (rules.lifecycle). The decision keeps the rows as they were, for taking back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.archive import Archive
from archive_service.clock import civil
from archive_service.errors import Denied, Refused
from archive_service.models.case import Case, CaseDecision, CaseStep
from archive_service.models.record import ReviewState
from archive_service.rules.access import Right
from archive_service.rules.lifecycle import CaseAction, CaseState, Move, case_move, two_persons
from archive_service.rules.procedure_data import Moment
from archive_service.rules.reason import Reason
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.case_actions_images import image_of
from archive_service.services.case_chain import OUTSIDE, StepState, advance, finish, rewind, upcoming
from archive_service.services.cases import require_own
from archive_service.services.cases_results import complete
from archive_service.services.cases_sheet import Sheet, check_version, read_sheet
from archive_service.services.claims import confirmed_values
from archive_service.services.ledger import Subject
from archive_service.services.review_reasons import ReasonGiven, note_of, return_reasons
from archive_service.services.scope import Scope

_LATE = "HN-11.6"
_ACTS: Mapping[CaseAction, str] = {
    CaseAction.SUBMIT: "case.submitted",
    CaseAction.ACCEPT: "case.accepted",
    CaseAction.RETURN: "case.returned",
    CaseAction.WITHDRAW: "case.withdrawn",
    CaseAction.FORCE: "case.forced",
}
# A step recorded for somebody outside, and acts that undo or overrule, want words; these say for what.
_WORDS: Mapping[CaseAction, str] = {CaseAction.WITHDRAW: "撤回", CaseAction.FORCE: "上级代办"}


@dataclass(frozen=True)
class Act:
    """What somebody wants done. For returning, `reasons` name papers and codes; for the others their notes are the words given."""

    action: CaseAction
    reasons: tuple[ReasonGiven, ...] = ()
    version: int | None = None


@dataclass(frozen=True)
class CaseStamp:
    """Where the case stands after an act."""

    id: str
    case_no: str
    state: CaseState
    version: int
    decision_id: int | None = None


@dataclass
class _Desk:
    """One act in progress."""

    archive: Archive
    session: Session
    scope: Scope
    sheet: Sheet
    act: Act
    move: Move
    now: datetime
    reasons: list[dict[str, object]] = field(default_factory=list)
    note: str | None = None

    @property
    def case(self) -> Case:
        return self.sheet.case

    @property
    def account_id(self) -> str:
        return self.scope.actor.account_id or ""


def act_on_case(archive: Archive, case_id: str, act: Act, *, actor: Actor) -> CaseStamp:
    """Do one act on a case.

    Source: HN-3.5, HN-11.2, HN-11.5, HN-11.6, HN-20.1, GZ-7.3, GZ-16.4, C-37.

    Raises:
        NotFound: the case is out of scope.
        Denied: in scope, but it is not this unit's turn, or the right is missing.
        StaleRow: somebody acted meanwhile; the finding holds the present state.
        Rejected: reasons are missing or malformed.
        Refused: a rule says no; reasons name the articles.
    """
    now = archive.clock.now()
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        case = scope.case(session, case_id, lock=True)
        check_version(case, act.version)
        sheet = read_sheet(archive, session, case)
        desk = _Desk(archive, session, scope, sheet, act, _lawful(sheet, act.action), now)
        step, before = sheet.waits_at, image_of(sheet)
        _HANDLERS[act.action](desk)
        case.version += 1
        decision = _decide(desk, step, before)
        _tell(desk, decision)
    return CaseStamp(case.id, case.case_no, CaseState(case.state), case.version, decision.id)


def _submit(desk: _Desk) -> None:
    require_own(desk.scope, Right.SUBMIT_CASE, desk.case.organisation_id)
    verdict = desk.sheet.judge(Moment.SUBMIT)
    _refuse("还不能提交，须先补齐或改正以下各项", verdict.refusals)
    desk.case.warnings = [dict(reason.as_json()) for reason in verdict.warnings]
    for fields in desk.sheet.fields.values():
        desk.case.claim = {**desk.case.claim, **confirmed_values(fields)}
    if desk.sheet.state is CaseState.RETURNED:
        rewind(desk.sheet.steps)
    desk.case.state = desk.move.then.value
    _pass_preparations(desk)


def _accept(desk: _Desk) -> None:
    step = _at_own_step(desk)
    if step.label.endswith(OUTSIDE):
        desk.note = note_of(desk.act.reasons, "登记系统外学校或主管部门的意见")
    _two_persons(desk, step)
    _go_on(desk, step)


def _return(desk: _Desk) -> None:
    step = _at_own_step(desk)
    _two_persons(desk, step)
    if step.right != Right.REVIEW_CASE:
        raise Denied("这一步由学校自己办理，没有可退回的单位。")
    desk.reasons = return_reasons(desk.act.reasons, records=desk.sheet.records)
    step.state, step.done_by, step.done_at = StepState.RETURNED, desk.account_id, desk.now
    desk.case.state, desk.case.due_on = desk.move.then.value, None
    for record_id, record in desk.sheet.records.items():
        mine = [reason for reason in desk.reasons if reason["record_id"] == record_id]
        if mine:
            record.review_state, record.review_reasons = ReviewState.RETURNED, mine
            record.reviewed_by, record.reviewed_at, record.version = desk.account_id, desk.now, record.version + 1
            queue.put(desk.session, "index", record_id=record_id, now=desk.now)


def _withdraw(desk: _Desk) -> None:
    require_own(desk.scope, Right.SUBMIT_CASE, desk.case.organisation_id)
    desk.note = note_of(desk.act.reasons, _WORDS[CaseAction.WITHDRAW])
    desk.case.state, desk.case.due_on, desk.case.closed_at = desk.move.then.value, None, desk.now
    for step in upcoming(desk.sheet.steps):
        step.state = StepState.WAITING


def _force(desk: _Desk) -> None:
    """Do a late party's step in its place. Source: HN-11.6."""
    step = _waiting(desk)
    superiors = desk.scope.tree.above(step.unit_id) - {step.unit_id}
    if not superiors & desk.scope.own_units_with(Right.FORCE_CASE):
        raise Denied("只有逾期单位的上级主管部门可以代办。")
    if step.due_on is None or step.due_on >= civil(desk.now):
        _refuse("本环节尚未逾期，不能代办", (Reason(_LATE, "上级主管部门只能代办逾期未办的环节"),))
    desk.note = note_of(desk.act.reasons, _WORDS[CaseAction.FORCE])
    _two_persons(desk, step)
    _go_on(desk, step)


_HANDLERS: Mapping[CaseAction, Callable[[_Desk], None]] = {
    CaseAction.SUBMIT: _submit,
    CaseAction.ACCEPT: _accept,
    CaseAction.RETURN: _return,
    CaseAction.WITHDRAW: _withdraw,
    CaseAction.FORCE: _force,
}


def _lawful(sheet: Sheet, action: CaseAction) -> Move:
    move = case_move(sheet.state, action)
    if isinstance(move, Reason):
        raise Refused(move.text, code="not_in_this_state", reasons=[move.as_json()])
    return move


def _waiting(desk: _Desk) -> CaseStep:
    step = desk.sheet.waits_at
    if step is None:
        raise Refused("这项业务没有待办的环节。", code="no_open_step")
    return step


def _at_own_step(desk: _Desk) -> CaseStep:
    step = _waiting(desk)
    require_own(desk.scope, Right(step.right or Right.REVIEW_CASE), step.unit_id)
    return step


def _two_persons(desk: _Desk, step: CaseStep) -> None:
    right = Right.FORCE_CASE if desk.act.action is CaseAction.FORCE else Right(step.right or Right.REVIEW_CASE)
    submitted = select(CaseDecision.decided_by).where(CaseDecision.case_id == desk.case.id, CaseDecision.action == CaseAction.SUBMIT.value)
    preparers = {desk.case.opened_by, *desk.session.scalars(submitted)}
    reasons = [reason for one in preparers for reason in two_persons(right, prepared_by=one, done_by=desk.account_id)]
    _refuse("经办人不能审核自己办理的业务", tuple(dict.fromkeys(reasons)))


def _pass_preparations(desk: _Desk) -> None:
    """The school's own steps before the first decision are done by submitting; a chain without decisions keeps its last step open."""
    ahead = upcoming(desk.sheet.steps)
    for step in ahead:
        if step.right == Right.REVIEW_CASE or step is ahead[-1] or step.unit_id != desk.case.organisation_id:
            break
        finish(step, desk.account_id, desk.now)
    if desk.sheet.waits_at is None:
        advance(desk.case, desk.sheet.steps, now=desk.now, facts=desk.sheet.facts, calendar=desk.archive.law.calendar)


def _go_on(desk: _Desk, step: CaseStep) -> None:
    """The step is done; the next one opens, or the case is through."""
    if len(upcoming(desk.sheet.steps)) == 1:
        _refuse("还不能办结，须先补齐或改正以下各项", desk.sheet.judge(Moment.COMPLETE).refusals)
        finish(step, desk.account_id, desk.now)
        complete(desk.archive, desk.session, desk.sheet, actor=desk.scope.actor, now=desk.now)
        return
    finish(step, desk.account_id, desk.now)
    desk.case.state = desk.move.then.value
    advance(desk.case, desk.sheet.steps, now=desk.now, facts=desk.sheet.facts, calendar=desk.archive.law.calendar)


def _refuse(message: str, reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise Refused(message, reasons=[reason.as_json() for reason in reasons])


def _decide(desk: _Desk, step: CaseStep | None, before: dict[str, Any]) -> CaseDecision:
    decision = CaseDecision(
        case_id=desk.case.id,
        step_seq=step.seq if step else None,
        action=desk.act.action.value,
        reasons=desk.reasons,
        note=desk.note,
        decided_by=desk.account_id,
        unit_id=desk.scope.actor.unit_id or desk.case.organisation_id,
        decided_at=desk.now,
        case_version=desk.case.version,
        before=before,
    )
    desk.session.add(decision)
    desk.session.flush()
    return decision


def _tell(desk: _Desk, decision: CaseDecision) -> None:
    case = desk.case
    detail = {"state": case.state, "step": decision.step_seq, "reasons": desk.reasons, "note": desk.note}
    subject = Subject("case", case.id, student_id=case.student_id, case_id=case.id)
    ledger.write(desk.session, _ACTS[desk.act.action], subject, actor=desk.scope.actor, now=desk.now, detail=detail)
    if case.state == CaseState.ACCEPTED:
        done = {"student_state": desk.sheet.student.state, "expires_on": case.expires_on.isoformat() if case.expires_on else None}
        ledger.write(desk.session, "case.completed", subject, actor=desk.scope.actor, now=desk.now, detail=done)
