"""业务: the list, one case with its checklist beside the papers, and what a school does with it."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.archive import Archive
from archive_service.clock import civil
from archive_service.errors import ArchiveError, Refused, Rejected, StaleRow
from archive_service.http.context import actor, archive
from archive_service.rules.access import Right
from archive_service.rules.lifecycle import CASE_MOVES, CaseAction, CaseState
from archive_service.services import case_actions, case_evidence, case_view, cases, cases_offer, records, reveal, review_queue
from archive_service.services.actor import Actor
from archive_service.services.case_actions import Act
from archive_service.services.case_chain import OUTSIDE
from archive_service.services.case_evidence import Proof, SightingGiven
from archive_service.services.case_view_shape import CaseView, StepView
from archive_service.services.cases_offer import Asked
from archive_service.services.evidence_fit import serves_as
from archive_service.services.records import Filter, RecordView
from archive_service.services.review_queue import CaseFilters
from archive_service.services.review_reasons import ReasonGiven
from archive_service.web import parts, parts_cases, parts_claims, parts_facts, parts_lists
from archive_service.web.formats import day
from archive_service.web.frame import watermark
from archive_service.web.pages import form_version, pages
from archive_service.web.parts_lists import PAGE_SIZE, choice
from archive_service.web.rights import holds, require

CHOICES_MOST = 200
FAULTS = (Refused, Rejected, StaleRow)  # shown on the page itself, above what was being done
WHO_MAY = "业务由学籍管理员、校领导和审核员办理。需要时请联系本单位的账号管理员。"


@pages.get("/cases")
def cases_page() -> str:
    """Cases in scope, first what is due first."""
    require(Right.READ_PAPER, WHO_MAY)
    the, who = archive(), actor()
    state = request.args.get("state", "")
    filters = CaseFilters(
        mine=request.args.get("mine") == "1",
        state=CaseState(state) if state in set(CaseState) else None,
        procedure=request.args.get("procedure") or None,
        student_id=request.args.get("student") or None,
        text=request.args.get("q", ""),
    )
    found = review_queue.list_cases(the, actor=who, filters=filters, cursor=request.args.get("cursor") or None, size=PAGE_SIZE)
    people = reveal.named(the, [line.student_id for line in found.items], actor=who)
    return render_template(
        "pages/case_list.html",
        filters=[
            choice("state", "状态", [(one.value, one.label) for one in CaseState]),
            parts_lists.procedure_choice(the),
            choice("mine", "等谁办", [("1", "等我办")]),
        ],
        search={"name": "q", "label": "姓名、学籍号或业务号", "value": filters.text},
        total=found.total,
        why="到期在前" if found.items else None,
        rows=[parts_lists.case_row(line, people) for line in found.items],
        may_open=holds(Right.OPEN_CASE),
        **parts_lists.paging(found.next, len(found.items)),
    )


@pages.get("/cases/<case_id>")
def case_page(case_id: str) -> str:
    """One case; the look is on the ledger."""
    return _page(case_id)


@pages.post("/cases/<case_id>/evidence/<code>")
def case_evidence_set(case_id: str, code: str) -> BaseResponse | tuple[str, int]:
    """Let a record, or an original that was seen, stand for an evidence."""
    try:
        case_evidence.set_evidence(archive(), case_id, code, _proof(), actor=_for(case_id), version=form_version())
    except FAULTS as error:
        return _page(case_id, error), error.this_status
    return redirect(f"/cases/{case_id}")


@pages.post("/cases/<case_id>/facts")
def case_facts(case_id: str) -> BaseResponse | tuple[str, int]:
    """Answer more of the questions."""
    the, who = archive(), _for(case_id)
    told = parts_facts.told(_asked(the, case_view.case_view(the, case_id, actor=who)))
    try:
        cases.amend_facts(the, case_id, told, actor=who, version=form_version())
    except FAULTS as error:
        return _page(case_id, error, told), error.this_status
    return redirect(f"/cases/{case_id}")


@pages.post("/cases/<case_id>/actions")
def case_action(case_id: str) -> BaseResponse | tuple[str, int]:
    """Submit, withdraw, do the school's own step, or a late party's step in its place."""
    wanted, note = request.form.get("action", ""), request.form.get("note", "").strip()
    if wanted not in set(CaseAction):
        raise Rejected("表单不完整，请刷新页面后重试。", code="malformed")
    act = Act(CaseAction(wanted), (ReasonGiven(note=note),) if note else (), form_version())
    try:
        case_actions.act_on_case(archive(), case_id, act, actor=_for(case_id))
    except FAULTS as error:
        return _page(case_id, error), error.this_status
    return redirect(f"/cases/{case_id}")


def _for(case_id: str) -> Actor:
    return actor().for_case(case_id)


def _proof() -> Proof:
    record_id = request.form.get("record_id", "").strip()
    if record_id:
        return Proof(record_id=record_id)
    try:
        on = date.fromisoformat(request.form.get("sighted_on", ""))
    except ValueError as error:
        raise Rejected("请填写核看原件的日期。", findings=[{"field": "sighted_on", "code": "missing"}]) from error
    return Proof(sighting=SightingGiven(by=actor().name, on=on, what=request.form.get("what", "")))


def _page(case_id: str, error: ArchiveError | None = None, told: dict[str, Any] | None = None) -> str:
    the, who = archive(), _for(case_id)
    view = case_view.case_view(the, case_id, actor=who)
    may_attach = bool({CaseAction.SUBMIT, CaseAction.ACCEPT} & set(view.actions))
    values = told if told is not None else {one.fact: one.value for one in view.questions}
    papers = parts_claims.papers(view)
    return render_template(
        "pages/case.html",
        case=parts_cases.heading(view),
        student=parts_cases.student(view),
        clock=parts_lists.clock(view.clock),
        facts=parts_cases.facts(view),
        questions=parts_facts.fields(_asked(the, view), values, parts_facts.faults_of(error) if error else {}),
        may_answer=_is_at_school(view),
        evidence=_evidence(the, view, who) if may_attach else parts_cases.evidence(view, the.law),
        chain=parts_cases.chain(view),
        history=parts_cases.history(view),
        papers=papers,
        watermark=watermark(),
        actions=_actions(view),
        review_url=f"/review/{view.id}" if _is_for_review(view) else None,
        refused=error.message if error else None,
        refusals=parts_cases.refusals(error.reasons, the.law) if error else [],
        warnings=parts_cases.refusals(view.warnings, the.law),
        why_not=_why_not(view),
    )


def _asked(the: Archive, view: CaseView) -> tuple[Asked, ...]:
    offered = cases_offer.offers(the.law, view.profile, civil(view.opened_at))
    offer = next((one for one in offered if one.code == view.procedure), None)
    return parts_facts.asked_of(offer, view.ground) if offer else ()


def _evidence(the: Archive, view: CaseView, who: Actor) -> list[dict[str, Any]]:
    """The checklist with the papers of the dossier that could serve."""
    listed = records.listed(the, Filter(student_id=view.student.id), actor=who, size=CHOICES_MOST).items
    used = {paper.record_id for paper in view.papers}
    free = [one for one in listed if one.record.id not in used and one.record.review_state != "returned"]
    return [{**item, "may_attach": True, "choices": _choices(the, item["code"], free)} for item in parts_cases.evidence(view, the.law)]


def _choices(the: Archive, code: str, free: list[RecordView]) -> list[dict[str, str]]:
    fitting = [one for one in free if (kind := the.kinds.get(one.record.kind)) and serves_as(kind, the.law.evidence[code])]
    return [{"record_id": one.record.id, "label": f"{parts.label_of(one)} {day(one.record.received_on)}"} for one in fitting]


def _is_at_school(view: CaseView) -> bool:
    return CaseAction.SUBMIT in view.actions or (CaseAction.ACCEPT in view.actions and not _is_for_review(view))


def _is_for_review(view: CaseView) -> bool:
    """Returning goes with deciding: a school's own step cannot be returned."""
    return CaseAction.RETURN in view.actions


def _actions(view: CaseView) -> list[dict[str, Any]]:
    step = parts_cases.waits_at(view)
    own = [action for action in view.actions if not (_is_for_review(view) and action in (CaseAction.ACCEPT, CaseAction.RETURN))]
    return [_button(view, action, step) for action in own]


def _button(view: CaseView, action: CaseAction, step: StepView | None) -> dict[str, Any]:
    is_outside = action is CaseAction.ACCEPT and step is not None and step.label.endswith(OUTSIDE)
    label = f"办妥：{step.label.removesuffix(OUTSIDE)}" if action is CaseAction.ACCEPT and step else action.label
    asks = is_outside or (CASE_MOVES[view.state, action].needs_reason and action is not CaseAction.RETURN)
    what = "对方学校或主管部门的意见" if is_outside else "理由"
    return {"code": action.value, "label": label, "main": action in (CaseAction.SUBMIT, CaseAction.ACCEPT), "asks": what if asks else None}


def _why_not(view: CaseView) -> str | None:
    """Why nothing can be done here, and who can."""
    if view.actions:
        return None
    if view.state.is_final:
        return f"业务{view.state_label}（{day(view.closed_at)}），不能再办理。"
    step = parts_cases.waits_at(view)
    if view.state in (CaseState.DRAFT, CaseState.RETURNED):
        return "由立办学校的学籍管理员补齐材料后提交。"
    return f"正由{step.unit or '系统外单位'}办理：{step.label}。" if step else None
