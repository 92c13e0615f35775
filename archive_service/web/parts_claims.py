"""The claim beside the papers: rows of the table, papers with their boxes, what to suggest when a case is returned.

Not here: how far a value agrees (services.claims decides), whether a case may be accepted (rules).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from archive_service.models.record import FieldState
from archive_service.rules.names import fold_name
from archive_service.services.case_view_shape import CaseView, PaperView
from archive_service.services.claims import Agreement, ClaimRow, OnPaper
from archive_service.services.review_reasons import ReturnCode
from archive_service.web.formats import day
from scanners.findings import Severity

VERDICTS = {Agreement.AGREES: "agree", Agreement.DISAGREES: "differ", Agreement.DOUBTFUL: "doubt", Agreement.SILENT: "absent"}
NUMBERS = ("id_no", "student_no")
DATES = ("birth_on", "period_from", "period_to", "issued_on")
SUGGESTED_MOST = 9  # as many as there are number keys
_WORST_FIRST = ("differ", "doubt", "agree", "plain")
_FOR_EVERY_PAPER = (ReturnCode.UNCLEAR, ReturnCode.SEAL_MISSING, ReturnCode.SIGNATURE_MISSING)


def rows(view: CaseView, *, may_confirm: bool) -> list[dict[str, Any]]:
    """The table; of several papers that speak of a value the most telling one is shown, the others are named below."""
    labels = {paper.record_id: paper.kind_label for paper in view.papers}
    return [_row(row, labels, may_confirm=may_confirm) for row in view.rows]


def papers(view: CaseView) -> list[dict[str, Any]]:
    """Papers for the viewer, with every value that was found boxed; closed ones are left out."""
    return [_paper(paper, view.rows) for paper in view.papers if not paper.is_closed]


def suggested(view: CaseView) -> list[dict[str, Any]]:
    """Why it may well be returned, by number key: first what was seen, then what is common, last the free word."""
    common = ((paper, code) for code in _FOR_EVERY_PAPER for paper in view.papers)
    found = {(paper.record_id, code): _reason(paper, code) for paper, code in (*_seen(view), *common)}
    return [*list(found.values())[: SUGGESTED_MOST - 2], _reason(None, ReturnCode.CONDITIONS_NOT_MET), _reason(None, ReturnCode.OTHER)]


def all_reasons(view: CaseView) -> list[dict[str, Any]]:
    """Every reason for every paper, and for the case as a whole."""
    codes = [{"code": code.value, "label": code.label} for code in ReturnCode]
    whole = {"record_id": None, "paper": "整件业务", "options": codes}
    return [*({"record_id": one.record_id, "paper": one.kind_label, "options": codes} for one in view.papers), whole]


def _row(row: ClaimRow, labels: dict[str, str], *, may_confirm: bool) -> dict[str, Any]:
    shown = _telling(row)
    is_settled = shown is not None and shown.state == FieldState.CONFIRMED
    return {
        "name": row.field,
        "label": row.label,
        "claim": _plain(row.field, row.claimed or row.registry),
        "paper": _plain(row.field, shown.value) if shown else None,
        "value": shown.value if shown else None,
        "verdict": VERDICTS[row.verdict],
        "note": _note(row, shown, labels),
        "record_id": shown.record_id if shown else None,
        "page": shown.page if shown else None,
        "box": shown.box if shown else None,
        "confirmed": is_settled,
        "confirmable": may_confirm and shown is not None and not is_settled,
        "number": row.field in NUMBERS,
    }


def _telling(row: ClaimRow) -> OnPaper | None:
    """What speaks against the claim before what is in doubt before what agrees."""
    return min(row.paper, key=lambda one: (_WORST_FIRST.index(_tone(row, one)), one.state == FieldState.CONFIRMED), default=None)


def _note(row: ClaimRow, shown: OnPaper | None, labels: dict[str, str]) -> str | None:
    told = []
    if row.claimed and row.registry and row.claimed != row.registry:
        told.append(f"现登记为 {_plain(row.field, row.registry)}")
    if shown:
        told.append(labels.get(shown.record_id, ""))
        others = {one.value: labels.get(one.record_id, "") for one in row.paper if one.record_id != shown.record_id}
        told += [f"{label}写 {_plain(row.field, value)}" for value, label in others.items() if value != shown.value]
        told += ["识别未过校验"] if shown.state == FieldState.FAILED_CHECK else []
    return " · ".join(text for text in told if text) or None


def _paper(paper: PaperView, claims: list[ClaimRow]) -> dict[str, Any]:
    boxes = [
        {"id": row.field, "label": row.label, "page": one.page or 1, "box": one.box, "tone": _tone(row, one)}
        for row, one in _on(claims, paper.record_id)
        if one.box
    ]
    boxes.sort(key=lambda box: _WORST_FIRST.index(str(box["tone"])), reverse=True)  # where two share a place, the worse lies on top
    tones = {"differ" if paper.review_state == "returned" else "plain", *(str(box["tone"]) for box in boxes)}
    return {
        "record_id": paper.record_id,
        "label": paper.kind_label,
        "state": min(tones, key=_WORST_FIRST.index),
        "pages": [{"no": page.no, "width_px": page.width_px, "height_px": page.height_px} for page in paper.pages],
        "boxes": boxes,
    }


def _on(claims: list[ClaimRow], record_id: str) -> Iterator[tuple[ClaimRow, OnPaper]]:
    return ((row, one) for row in claims for one in row.paper if one.record_id == record_id)


def _tone(row: ClaimRow, one: OnPaper) -> str:
    """The row's verdict; a paper that says what is claimed agrees, whatever another one says."""
    wanted = {fold_name(value) for value in (row.claimed, row.registry) if value}
    if one.state in (FieldState.SURE, FieldState.CONFIRMED) and fold_name(one.value) in wanted:
        return "agree"
    return VERDICTS[row.verdict]


def _seen(view: CaseView) -> Iterator[tuple[PaperView, ReturnCode]]:
    for paper in view.papers:
        if any(_tone(row, one) == "differ" for row, one in _on(view.rows, paper.record_id)):
            yield paper, ReturnCode.DISAGREES
        if paper.state == "unreadable" or any(found.severity != Severity.NOTE for found in paper.findings):
            yield paper, ReturnCode.UNCLEAR


def _reason(paper: PaperView | None, code: ReturnCode) -> dict[str, Any]:
    label = f"{code.label}（写在说明里）" if code is ReturnCode.OTHER else code.label
    return {
        "code": code.value,
        "record_id": paper.record_id if paper else None,
        "paper": paper.kind_label if paper else None,
        "label": label,
    }


def _plain(name: str, value: str | None) -> str | None:
    """A date as dates are written on screens; what is not a date stays as it was read."""
    if name not in DATES or value is None:
        return value
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return value
