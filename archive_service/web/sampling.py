"""抽检: a sample is drawn, gone through paper by paper, and ends in a record that can be printed or taken away as a table."""

from datetime import date
from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.clock import today
from archive_service.errors import ArchiveError, Refused, Rejected
from archive_service.http.context import actor, archive
from archive_service.rules.sampling import PASSES_AT_LEAST, Fault
from archive_service.services import reveal, sampling, sampling_items
from archive_service.services.sampling import PURPOSE, Sample
from archive_service.services.sampling_items import Mark, Sheet
from archive_service.web import parts, parts_lists
from archive_service.web.frame import watermark
from archive_service.web.pages import decided, number, pages
from archive_service.web.tables import csv_table

FAULTS = [{"code": fault.value, "label": fault.label, "key": str(key)} for key, fault in enumerate(Fault, 1)]


@pages.get("/inspections")
def inspections() -> str:
    """Samples of one's schools, and the form that draws one."""
    last_on = today(archive().clock)
    return _page({"first_on": last_on.replace(day=1).isoformat(), "last_on": last_on.isoformat()})


@pages.post("/inspections")
def inspection_start() -> BaseResponse | tuple[str, int]:
    """Draw a sample; where none can be drawn the form says why and keeps what was given."""
    form = {name: request.form.get(name, "") for name in ("school", "first_on", "last_on")}
    try:
        first_on, last_on = _day("first_on"), _day("last_on")
        made = sampling.start(archive(), school_id=form["school"], first_on=first_on, last_on=last_on, actor=actor())
    except (Refused, Rejected) as error:
        return _page(form, error), error.this_status
    return redirect(f"/inspections/{made.id}/items")


def _page(form: dict[str, str], error: ArchiveError | None = None) -> str:
    the, who = archive(), actor()
    found = sampling.listed(the, actor=who, cursor=request.args.get("cursor") or None)
    own_open = [_row(sample) for sample in found.own_open]
    if error and error.this_code == "inspection_open":
        form |= {"open_id": next(row["id"] for row in own_open if row["school_id"] == form["school"])}
    return render_template(
        "pages/inspections.html",
        rows=[_row(sample) for sample in found.items],
        own_open=own_open,
        total=found.total,
        schools=[{"code": code, "label": label} for code, label in sampling.schools(the, actor=who)],
        form=form | {"fault": error.message if error else ""},
        **parts_lists.paging(found.next, len(found.items)),
    )


@pages.get("/inspections/<inspection_id>")
def inspection_record(inspection_id: str) -> str:
    """The record of a sample, for the screen and for paper."""
    sample = sampling.outcome(archive(), inspection_id, actor=actor())
    is_own = sample.inspection.started_by == actor().account_id
    return render_template("pages/inspection_record.html", sample=_row(sample), faults=_faults(sample), is_own=is_own)


@pages.get("/inspections/<inspection_id>/record.csv")
def inspection_table(inspection_id: str) -> Response:
    """The record as a table that office programs open."""
    sample = sampling.outcome(archive(), inspection_id, actor=actor(), is_export=True)
    return csv_table([("项目", "内容"), *_lines(sample)], f"inspection-{sample.inspection.id}.csv")


@pages.get("/inspections/<inspection_id>/items")
@pages.get("/inspections/<inspection_id>/items/<int:no>")
def inspection_item(inspection_id: str, no: int | None = None) -> str:
    """One paper of the sample, the first that was not looked at unless one is named."""
    the, who = archive(), actor()
    sheet = sampling_items.sheet(the, inspection_id, no, actor=who)
    view = sheet.view
    people = reveal.named(the, [view.student.id], actor=who) if view and view.student else {}
    lines = [{"id": f"line-{at}", "page": line.page, "text": line.text, "box": list(line.box)} for at, line in enumerate(sheet.lines, 1)]
    boxes = [line | {"label": line["text"], "tone": "plain"} for line in lines]
    return render_template(
        "pages/inspection_item.html",
        sheet=_sheet(sheet),
        papers=[parts.paper(view, boxes=boxes)] if view else [],
        record={"kind": parts.kind(view), "findings": parts.findings(view)} if view else None,
        student=parts_lists.person(next(iter(people.values()), None)),
        lines=lines,
        faults=FAULTS,
        purpose=PURPOSE,
        watermark=watermark(),
    )


@pages.post("/inspections/<inspection_id>/items/<int:no>")
def inspection_mark(inspection_id: str, no: int) -> BaseResponse:
    """Say that a paper passes, or what is wrong with it."""
    the, who = archive(), actor()
    said = request.form.get("fault", "")
    if said and said not in set(Fault):
        raise Rejected("表单不完整，请刷新页面后重试。", code="malformed")
    given = request.form.get("wrong_letters")  # absent where the form showed no lines
    wrong = None if given is None else number(given or "0")
    if given is not None and wrong is None:
        raise Rejected("错字数须是数字。", code="bad_count", status=422)
    sampling_items.mark(the, inspection_id, no, Mark(Fault(said) if said else None, wrong), actor=who)
    message = f"第 {no} 件：{Fault(said).label}。" if said else f"第 {no} 件合格。"
    following = sampling_items.following(the, inspection_id, no, actor=who)
    next_url = f"/inspections/{inspection_id}/items/{following}" if following else f"/inspections/{inspection_id}"
    return decided(message, next_url=next_url, undo_url=f"/inspections/{inspection_id}/items/{no}/undo")


@pages.post("/inspections/<inspection_id>/items/<int:no>/undo")
def inspection_unmark(inspection_id: str, no: int) -> BaseResponse:
    """Take back what was said of a paper."""
    sampling_items.unmark(archive(), inspection_id, no, actor=actor())
    return decided("已撤销。", next_url=f"/inspections/{inspection_id}/items/{no}")


@pages.post("/inspections/<inspection_id>/end")
def inspection_end(inspection_id: str) -> BaseResponse:
    """Close the sample."""
    sampling_items.end(archive(), inspection_id, actor=actor())
    return redirect(f"/inspections/{inspection_id}")


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Rejected("请填写起止日期。", code="bad_period", status=422) from None


def _row(sample: Sample) -> dict[str, Any]:
    inspection, judged = sample.inspection, sample.judged
    return {
        "id": inspection.id,
        "school_id": inspection.organisation_id,
        "school": sample.school,
        "checker": sample.checker,
        "first_on": inspection.first_on,
        "last_on": inspection.last_on,
        "started_at": inspection.started_at,
        "ended_at": inspection.ended_at,
        "seed": inspection.seed,
        "population": inspection.population,
        "size": inspection.size,
        "marked": sample.marked,
        "void": sample.void,
        "seen": judged.seen,
        "passed": judged.passed,
        "misfiled": judged.misfiled,
        "rate": _percent(judged.rate),
        "needed": _percent(PASSES_AT_LEAST),
        "accepted": judged.is_accepted,
        "letters": judged.letters,
        "wrong_letters": judged.wrong_letters,
        "accuracy": _percent(judged.accuracy),
        "interval": [_percent(edge) for edge in judged.accuracy_interval] if judged.accuracy_interval else None,
    }


def _faults(sample: Sample) -> list[tuple[str, int]]:
    return [(fault.label, sample.faults.get(fault.value, 0)) for fault in Fault]


def _lines(sample: Sample) -> list[tuple[str, object]]:
    row = _row(sample)
    verdict = "合格" if row["accepted"] else "不合格"
    interval = f"{row['interval'][0]}–{row['interval'][1]}" if row["interval"] else ""
    return [
        ("学校", row["school"]),
        ("接收日期", f"{row['first_on']}—{row['last_on']}"),
        ("总件数", row["population"]),
        ("抽取件数", row["size"]),
        ("随机种子", row["seed"]),
        ("已检查", row["seen"]),
        ("剔除", row["void"]),
        ("合格", row["passed"]),
        ("合格率", row["rate"] or ""),
        ("要求", f"合格率不低于 {row['needed']}，归属全部正确"),
        *_faults(sample),
        ("结论", verdict if row["ended_at"] else "未结束"),
        ("核对字数", row["letters"]),
        ("错字数", row["wrong_letters"]),
        ("识别正确率", row["accuracy"] or ""),
        ("识别正确率 95% 区间", interval),
        ("检查人", row["checker"]),
        ("开始", row["started_at"].isoformat()),
        ("结束", row["ended_at"].isoformat() if row["ended_at"] else ""),
    ]


def _sheet(sheet: Sheet) -> dict[str, Any]:
    item = sheet.item
    return {
        "id": sheet.inspection.id,
        "no": item.no,
        "size": sheet.inspection.size,
        "marked": sheet.marked,
        "verdict": item.verdict,
        "fault": Fault(item.fault).label if item.fault else None,
        "wrong_letters": item.wrong_letters,
        "letters": sum(line.letters for line in sheet.lines),
        "next_no": sheet.next_no,
        "is_text_lost": sheet.is_text_lost,
    }


def _percent(share: float | None) -> str | None:
    """Two figures behind the point: at ninety-nine in a hundred they are what tells."""
    return None if share is None else f"{share * 100:.2f}%"
