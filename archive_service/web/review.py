"""待审: the list by the clock, the claim beside its proof, accepting and returning, taking back."""

from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.archive import Archive
from archive_service.errors import Denied, Rejected
from archive_service.http.context import actor, archive
from archive_service.models.organisation import Level
from archive_service.rules.access import Right
from archive_service.rules.lifecycle import CaseAction, CaseState
from archive_service.services import (
    case_actions,
    case_actions_undo,
    case_view,
    organisations,
    reveal,
    review_figures,
    review_queue,
)
from archive_service.services.case_actions import Act
from archive_service.services.case_view_shape import CaseView
from archive_service.services.review_figures import Figures
from archive_service.services.review_lines import CaseLine
from archive_service.services.review_queue import Due, QueueCounts, QueueFilters
from archive_service.services.review_reasons import ReasonGiven
from archive_service.web import parts_cases, parts_claims, parts_lists
from archive_service.web.formats import day
from archive_service.web.frame import watermark
from archive_service.web.pages import decided, form_version, pages
from archive_service.web.parts_lists import PAGE_SIZE, choice
from archive_service.web.rights import holds

DECISIONS = {"accept": CaseAction.ACCEPT, "return": CaseAction.RETURN}
SAID = {CaseAction.ACCEPT: "已通过", CaseAction.RETURN: "已退回"}
WHO_MAY = "待审由主管部门的审核员或本校领导办理。需要时请联系本单位的账号管理员。"


@pages.get("/review")
def review_list() -> str:
    """What waits for a decision at one's own unit."""
    if not holds(Right.REVIEW_CASE):
        raise Denied(WHO_MAY)
    the, who = archive(), actor()
    found = review_queue.review_queue(the, actor=who, filters=_chosen(), cursor=request.args.get("cursor") or None, size=PAGE_SIZE)
    people = reveal.named(the, [line.student_id for line in found.items], actor=who)
    figures = review_figures.figures(the, [line.id for line in found.items], actor=who)
    return render_template(
        "pages/review_queue.html",
        filters=_filters(the, found.counts),
        total=found.total,
        why="到期在前" if found.items else None,
        rows=[_row(line, people, figures[line.id]) for line in found.items],
        **parts_lists.paging(found.next, len(found.items)),
    )


@pages.get("/review/<case_id>")
def review_page(case_id: str) -> str:
    """One case; the look is on the ledger."""
    the, who = archive(), actor().for_case(case_id)
    view = case_view.case_view(the, case_id, actor=who)
    around = review_queue.neighbours(the, case_id, actor=who, filters=_chosen())
    rights = _rights(view)
    return render_template(
        "pages/review.html",
        case=parts_cases.heading(view),
        student=parts_cases.student(view),
        clock=parts_lists.clock(view.clock),
        position={"index": around.place, "total": around.total},
        claims=parts_claims.rows(view, may_confirm=rights["may_decide"] and holds(Right.CONFIRM)),
        evidence=[item for item in parts_cases.evidence(view, the.law) if not item["is_idle"]],
        chain=parts_cases.chain(view),
        history=parts_cases.history(view),
        papers=parts_claims.papers(view),
        watermark=watermark(),
        reasons=parts_claims.suggested(view),
        more_reasons=parts_claims.all_reasons(view),
        rights=rights,
        blocked=[one["text"] for one in view.refusals] if parts_cases.is_last_step(view) else [],
        warnings=parts_cases.refusals(view.warnings, the.law),
        query=_query(),
        previous_url=_url(around.previous),
        next_url=_url(around.next),
    )


@pages.post("/review/<case_id>/decision")
def review_decision(case_id: str) -> BaseResponse:
    """Accept or return; the answer says where to go on and how to take it back."""
    the, who = archive(), actor().for_case(case_id)
    wanted = DECISIONS.get(request.form.get("action", ""))
    if wanted is None:
        raise Rejected("表单不完整，请刷新页面后重试。", code="malformed")
    following = review_queue.neighbours(the, case_id, actor=who, filters=_chosen()).next
    stamp = case_actions.act_on_case(
        the, case_id, Act(wanted, _reasons() if wanted is CaseAction.RETURN else (), form_version()), actor=who
    )
    message = f"{SAID[wanted]} {stamp.case_no}{'，已办结。' if stamp.state is CaseState.ACCEPTED else '。'}"
    return decided(message, next_url=_url(following) or f"/review{_query()}", undo_url=f"/review/{case_id}/undo{_query()}")


@pages.post("/review/<case_id>/undo")
def review_undo(case_id: str) -> BaseResponse:
    """Take the decision of a moment ago back."""
    case_actions_undo.undo_decision(archive(), case_id, actor=actor().for_case(case_id))
    return decided("已撤销。", next_url=_url(case_id))


def _chosen() -> QueueFilters:
    due = request.args.get("due", "")
    return QueueFilters(
        procedure=request.args.get("procedure") or None,
        school_id=request.args.get("school") or None,
        due=Due(due) if due in set(Due) else None,
        text=request.args.get("q", ""),
    )


def _query() -> str:
    """The filters, so that one walks on in the list one came from."""
    kept = {name: value for name in ("procedure", "school", "due", "q") if (value := request.args.get(name))}
    return f"?{urlencode(kept)}" if kept else ""


def _url(case_id: str | None) -> str | None:
    return f"/review/{case_id}{_query()}" if case_id else None


def _filters(the: Archive, counts: QueueCounts | None) -> list[dict[str, Any]]:
    schools = [(unit.id, unit.name) for unit in organisations.visible(the, actor()) if unit.level is Level.SCHOOL]
    due = choice("due", "时限", _due_options(counts) if counts else [])
    return [parts_lists.procedure_choice(the), *([choice("school", "学校", schools)] if len(schools) > 1 else []), due]


def _due_options(counts: QueueCounts) -> list[tuple[str, str, int]]:
    return [
        (Due.OVERDUE.value, "逾期", counts.overdue),
        (Due.TODAY.value, "今天", counts.today),
        (Due.WEEK.value, "本周", counts.today + counts.week),
    ]


def _row(line: CaseLine, people: dict[str, reveal.Named], figures: Figures) -> dict[str, Any]:
    row = parts_lists.case_row(line, people)
    return {
        **{name: row[name] for name in ("procedure", "student", "school", "clock")},
        "case_id": line.id,
        "url": _url(line.id),
        "submitted_at": figures.submitted_at,
        "differ": figures.differ,
        "doubt": figures.doubt,
    }


def _reasons() -> tuple[ReasonGiven, ...]:
    """RECORD_ID:CODE each, a bare :CODE for the case as a whole; the note belongs to all of them."""
    note = request.form.get("note", "").strip()
    given = dict.fromkeys(one for one in request.form.getlist("reasons") if ":" in one)
    parts = [one.partition(":") for one in given]
    return tuple(ReasonGiven(record_id or None, code, note) for record_id, _, code in parts if code)


def _rights(view: CaseView) -> dict[str, Any]:
    if CaseAction.RETURN in view.actions:
        return {"may_decide": True, "why_not": None}
    return {"may_decide": False, "why_not": _why_not(view)}


def _why_not(view: CaseView) -> str:
    """Why it cannot be decided here, and who can."""
    step = parts_cases.waits_at(view)
    if view.state.is_final:
        return f"业务{view.state_label}（{day(view.closed_at)}），不能再审核。"
    if view.state in (CaseState.DRAFT, CaseState.RETURNED):
        return f"业务{view.state_label}，由立办学校补齐材料后提交。"
    if step is None:
        return "这项业务没有待审的环节。"
    if step.unit_id == actor().unit_id and holds(Right.REVIEW_CASE):
        return "经办与审核须为两人：这件由您经办，须交他人审核；学校自己的环节在「业务」里办。"
    return f"正由{step.unit or '系统外单位'}办理：{step.label}。"
