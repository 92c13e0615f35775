"""A case, from services' values to the shapes that both its own page and the review take: checklist, chain, history, clock."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from archive_service.rules.law import Law
from archive_service.rules.procedure import ChecklistLine, LineState, Required
from archive_service.services.case_chain import StepState
from archive_service.services.case_view_shape import CaseView, DecisionView, EvidenceView, PaperView, StepView
from archive_service.services.reveal import Named
from archive_service.services.review_reasons import LABELS, ReturnCode
from archive_service.web import parts_lists
from archive_service.web.formats import day

STATIONS = {
    StepState.PAPER: "done",
    StepState.WAITING: "waiting",
    StepState.OPEN: "current",
    StepState.DONE: "done",
    StepState.RETURNED: "returned",
}


def heading(view: CaseView) -> dict[str, Any]:
    """The case itself."""
    return {
        "id": view.id,
        "case_no": view.case_no,
        "procedure": view.procedure_label,
        "state": parts_lists.case_badge(view.state),
        "state_label": view.state_label,
        "version": view.version,
        "rules_version": f"{view.profile} · {view.rules_version[:12]}",
        "ground": view.ground_label,
        "basis": [{"article": one.cite, "text": one.text} for one in view.basis],
    }


def student(view: CaseView) -> dict[str, Any]:
    """The student of the case, whole: whoever sees the case has to do with them."""
    one = view.student
    line = Named(
        id=one.id,
        name=one.name,
        student_no=one.student_no,
        school=one.school,
        grade=one.grade,
        class_name=one.class_name,
        state=one.state,
        state_label=one.state_label,
        is_frozen=False,
    )
    return parts_lists.person(line) or {}


def waits_at(view: CaseView) -> StepView | None:
    """The station the case waits at."""
    return next((step for step in view.chain if step.state == StepState.OPEN), None)


def is_last_step(view: CaseView) -> bool:
    """Whether the next step finishes the case."""
    return sum(step.state in (StepState.OPEN, StepState.WAITING, StepState.RETURNED) for step in view.chain) == 1


def evidence(view: CaseView, law: Law) -> list[dict[str, Any]]:
    """The checklist. Of alternatives one is enough: once it is there, the others are no longer asked for."""
    groups: dict[str, list[ChecklistLine]] = {}
    for one in view.evidence:
        groups.setdefault(one.line.group, []).append(one.line)
    papers = {paper.record_id: paper for paper in view.papers}
    return [_evidence(one, groups.get(one.line.group, []) if one.line.group else [], papers, view.id, law) for one in view.evidence]


def _evidence(one: EvidenceView, group: list[ChecklistLine], papers: Mapping[str, PaperView], case_id: str, law: Law) -> dict[str, Any]:
    line, paper = one.line, papers.get(one.line.record_id or "")
    settled = any(other.state.serves for other in group if other.code != line.code)
    before = paper.supersedes_id if paper else None
    return {
        "code": line.code,
        "label": line.label,
        "required": line.required is Required.MUST or (line.required is Required.ONE_OF and not settled),
        "alternatives": [other.label for other in group if other.code != line.code],
        "state": line.state.value,
        "record_id": line.record_id if paper and not paper.is_closed else None,
        "sighting": _sighting(one),
        "articles": cited(line.articles, law),
        "reasons": [*line.reasons, *_returned(paper)],
        "record_url": f"/records/{line.record_id}?case={case_id}" if line.state is LineState.INSUFFICIENT and line.record_id else None,
        "supersedes_url": f"/records/{before}?case={case_id}" if before else None,
        "is_idle": settled and line.state is LineState.MISSING,
    }


def _returned(paper: PaperView | None) -> list[str]:
    if paper is None or paper.review_state != "returned":
        return []
    return [f"退回理由：{_reason(reason)}" for reason in paper.review_reasons]


def _sighting(one: EvidenceView) -> dict[str, Any] | None:
    seen = one.sighting
    return {"by": seen.get("by"), "on": date.fromisoformat(str(seen["on"])), "what": seen.get("what")} if seen else None


def chain(view: CaseView) -> list[dict[str, Any]]:
    """The stations; what happens on paper before it comes here counts as done once it was submitted."""
    return [
        {
            "step": step.step,
            "label": step.label,
            "unit": step.unit or ("线下办理" if step.state == StepState.PAPER else ""),
            "state": STATIONS[StepState(step.state)],
            "due_on": step.due_on,
            "by": {"name": step.by} if step.by else None,
            "at": step.at,
        }
        for step in view.chain
    ]


def history(view: CaseView) -> list[dict[str, Any]]:
    """What happened, the newest first: decisions, and papers that took the place of returned ones."""
    labels = {paper.record_id: paper.kind_label for paper in view.papers}
    events = [_decided(one, labels) for one in view.decisions]
    answers = {paper.record_id for paper in view.papers if paper.supersedes_id}
    events += [
        {"text": f"{one.line.label}由补交件代替被退回的材料", "who": _who(one.set_by, None), "at": one.set_at, "note": None}
        for one in view.evidence
        if one.line.record_id in answers
    ]
    events.append({"text": "立办", "who": _who(view.opened_by, None), "at": view.opened_at, "note": None})
    return sorted(events, key=lambda event: event["at"], reverse=True)


def _decided(one: DecisionView, labels: Mapping[str, str]) -> dict[str, Any]:
    told = [_reason(reason, labels) for reason in one.reasons]
    words = "；".join([*told, *([one.note] if one.note else [])])
    text = f"{one.label}({one.step})" if one.step else one.label
    return {"text": text, "who": _who(one.by, one.unit), "at": one.at, "note": words or None}


def _reason(reason: Mapping[str, object], labels: Mapping[str, str] | None = None) -> str:
    code, note = str(reason.get("code", "")), str(reason.get("note") or "")
    words = LABELS[ReturnCode(code)] if code in set(ReturnCode) else str(reason.get("text", ""))
    paper = (labels or {}).get(str(reason.get("record_id") or ""))
    return f"{paper + ' ' if paper else ''}{words}{'——' + note if note else ''}"


def _who(name: str | None, unit: str | None) -> dict[str, str] | None:
    return {"name": name, "unit": unit or ""} if name else None


def cited(articles: Iterable[str], law: Law) -> list[str]:
    """Articles as a person cites them: the title of a text once, then its further articles alone, each once."""
    found: list[str] = []
    told = ""
    for one in articles:
        source = next((each for each in law.sources.values() if one in each.articles), None)
        title = source.title if source else ""
        words = law.cite(one) or one
        short = words.removeprefix(title) if title == told else words
        found += [short] if not any(each.endswith(short) for each in found) else []
        told = title
    return found


def refusals(reasons: Iterable[Mapping[str, Any]], law: Law) -> list[dict[str, str]]:
    """Reasons of a refusal for the strip on top."""
    return [{"text": str(one.get("text", "")), "article": law.cite(str(one.get("article", "")))} for one in reasons]


def facts(view: CaseView) -> list[dict[str, str]]:
    """What the case says, in words."""
    told = {
        "事由": view.ground_label,
        "转出学校": view.from_school,
        "转入学校": view.to_school,
        "立办": f"{view.opened_by} {day(view.opened_at)}",
        "学籍保留至": day(view.expires_on) if view.expires_on else None,
    }
    return [{"label": label, "value": value} for label, value in told.items() if value]
