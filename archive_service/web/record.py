"""One record: the paper, what was read, what was checked, what happened; a sensitive one only for a stated purpose."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.errors import Rejected
from archive_service.http.context import actor, archive
from archive_service.models.record import FieldState, PageField, ReviewState
from archive_service.rules.access import Right
from archive_service.rules.names import mask_name, mask_number
from archive_service.services import corrections, history, likeness_told, records, reveal, review, transcription
from archive_service.services.corrections import Correction
from archive_service.services.records import RecordView, may_show
from archive_service.services.reveal import Named
from archive_service.services.review import Review
from archive_service.services.review_reasons import ReasonGiven, ReturnCode
from archive_service.web import parts, parts_lists
from archive_service.web.formats import day
from archive_service.web.frame import watermark
from archive_service.web.pages import decided, form_version, inside, number, pages

VERDICTS = {FieldState.SURE: "agree", FieldState.CONFIRMED: "agree", FieldState.DOUBTFUL: "doubt", FieldState.FAILED_CHECK: "differ"}
SAID = {Review.ACCEPT: "材料已通过。", Review.RETURN: "材料已退回。"}
NUMBERS = ("id_no", "student_no")
MASKS = {"name": mask_name, "former_name": mask_name, "id_no": mask_number, "student_no": mask_number}


@pages.get("/records/<record_id>")
def record_page(record_id: str) -> str:
    """The record, or the question for what purpose it is looked at."""
    the, who = archive(), actor()
    view = records.view(the, record_id, actor=who)
    rights = history.rights_on(the, view.record, actor=who)
    shown = may_show(view.record, who)
    student = reveal.named(the, [view.student.id], actor=who).get(view.student.id) if view.student else None
    return render_template(
        "pages/record.html",
        record=_record(view),
        student=parts_lists.person(student),
        papers=[parts.paper(view, boxes=parts.field_boxes(view))] if shown and view.pages else [],
        watermark=watermark(),
        case_id=who.case_id,
        purpose=who.purpose,
        fields=[_row(view, field, student) for field in view.fields],
        kinds=[{"code": kind.code, "label": kind.label} for kind in the.kinds],
        reasons=[{"code": code.value, "label": code.label} for code in ReturnCode],
        history=[line.as_shown() for line in history.of_record(the, record_id, actor=who)],
        rights={
            "may_edit": Right.CONFIRM in rights,
            "may_retry": Right.CAPTURE in rights,
            "may_review": Right.REVIEW_CASE in rights and view.record.review_state is ReviewState.PENDING and not view.case_ids,
            "why_not": "" if Right.CONFIRM in rights else "由本校学籍管理员或审核人员确认。",
        },
        ask=None if shown else {"why": "这份材料涉及健康或司法内容，查阅事由会记入台账。"},
    )


@pages.post("/records/<record_id>/fields/<name>")
def record_field(record_id: str, name: str) -> BaseResponse:
    """Confirm or correct a value."""
    correction = Correction(request.form.get("value", ""), request.form.get("reason", ""), page=number(request.form.get("page")))
    corrections.confirm_field(archive(), record_id, name, correction, actor=actor(), version=form_version())
    return decided("已确认。", next_url=_back(record_id))


@pages.post("/records/<record_id>/kind")
def record_kind(record_id: str) -> BaseResponse:
    """Say what paper it is."""
    corrections.set_kind(archive(), record_id, kind=request.form.get("kind", ""), actor=actor(), version=form_version())
    return decided("已改种类。", next_url=_back(record_id))


@pages.post("/records/<record_id>/review")
def record_review(record_id: str) -> BaseResponse:
    """Accept or return a paper that plays no part in an open case."""
    wanted = request.form.get("action", "")
    if wanted not in set(Review):
        raise Rejected("表单不完整，请刷新页面后重试。", code="malformed")
    note = request.form.get("note", "")
    reasons = [ReasonGiven(record_id, code, note) for code in dict.fromkeys(request.form.getlist("reasons"))]
    review.review_record(archive(), record_id, Review(wanted), reasons=reasons, actor=actor(), version=form_version())
    return decided(SAID[Review(wanted)], next_url=_back(record_id))


@pages.post("/records/<record_id>/retry")
def record_retry(record_id: str) -> BaseResponse:
    """Judge or read again after a failure."""
    transcription.retry(archive(), record_id, actor=actor())
    return decided("已重新排队识别。", next_url=_back(record_id))


@pages.post("/records/<record_id>/rescan")
def record_rescan(record_id: str) -> BaseResponse:
    """Say that two records are not one paper."""
    likeness_told.deny(archive(), record_id, actor=actor())
    following = _following(record_id)
    undo = f"/records/{record_id}/rescan/restore?{urlencode({'next': following})}"
    return decided("已记为不是同一份。", next_url=following, undo_url=undo)


@pages.post("/records/<record_id>/rescan/restore")
def record_rescan_restore(record_id: str) -> BaseResponse:
    """Take that back."""
    likeness_told.restore(archive(), record_id, actor=actor())
    return decided("已恢复提示。", next_url=_following(record_id))


def _following(record_id: str) -> str:
    """Where the person came from: the record, or the tray."""
    return inside(request.args.get("next", f"/records/{record_id}"))


def _back(record_id: str) -> str:
    query = request.query_string.decode()
    return f"/records/{record_id}?{query}" if query else f"/records/{record_id}"


def _record(view: RecordView) -> dict[str, Any]:
    record = view.record
    return {
        "id": record.id,
        "version": record.version,
        "state": record.state.value,
        "kind": parts.kind(view),
        "carrier_label": parts.CARRIER_LABELS[record.carrier],
        "sensitivity_label": parts.SENSITIVITY_LABELS[record.sensitivity],
        "received_at": record.received_at,
        "batch_id": record.batch_id,
        "bytes": record.bytes,
        "media_type": record.media_type,
        "sha256": record.sha256,
        "sm3": record.sm3,
        "transcript": {
            "state": record.transcript_state.value,
            "reason": record.transcript_reason,
            "attempts": record.attempts,
            "engine": view.engine,
        },
        "supersedes": view.supersedes,
        "superseded_by": view.superseded_by,
        "duplicate_of": view.earlier.duplicate_of,
        "rescan": parts.rescan(view),
        "findings": parts.findings(view),
        "match_state": record.match_state.value,
        "review": {"state": record.review_state.value, "reasons": record.review_reasons},
    }


def _row(view: RecordView, field: PageField, student: Named | None) -> dict[str, Any]:
    gaps = {str(gap["field"]): gap for gap in view.match.disagreements} if view.match else {}
    gap = gaps.get(field.name)
    claim = str(gap["registry"]) if gap else _registry_value(view, field.name)
    if student and student.is_masked and claim is not None:
        claim = MASKS.get(field.name, str)(claim)
    return {
        "name": field.name,
        "label": field.label,
        "claim": _plain(claim),
        "paper": _plain(field.value),
        "value": field.value,
        "verdict": "differ" if gap else _verdict(field.state, claim),
        "note": f"可能是 {_plain(field.suggestion)}" if field.suggestion else "",
        "record_id": view.record.id,
        "page": field.page_no,
        "box": field.box,
        "confirmed": field.state is FieldState.CONFIRMED,
        "confirmable": field.state is not FieldState.CONFIRMED,
        "number": field.name in NUMBERS,
    }


def _verdict(state: FieldState, claim: str | None) -> str:
    """Agreeing takes two: what the registry does not know was only read."""
    verdict = VERDICTS[state]
    return "read" if verdict == "agree" and claim is None else verdict


def _plain(value: str | None) -> str | None:
    """A date as people write it; everything else as it is."""
    try:
        return day(date.fromisoformat(value)) if value else value
    except ValueError:
        return value


def _registry_value(view: RecordView, name: str) -> str | None:
    student = view.student
    if student is None:
        return None
    values: dict[str, object | None] = {
        "name": student.name,
        "former_name": student.former_name,
        "sex": student.sex,
        "ethnicity": student.ethnicity,
        "birth_on": student.birth_on,
        "id_no": student.id_no,
        "student_no": view.student_no,
        "grade": student.grade,
        "class": student.class_name,
    }
    value = values.get(name)
    return str(value) if value else None
