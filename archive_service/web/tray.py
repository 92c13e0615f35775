"""待归位: papers in doubt beside the students they may belong to; one key files one paper."""

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.errors import Rejected
from archive_service.http.context import actor, archive
from archive_service.models.record import RecordState
from archive_service.rules import identity
from archive_service.rules.access import Right
from archive_service.services import corrections, matching, reveal, students, tray
from archive_service.services.records import RecordView
from archive_service.services.students import Criteria
from archive_service.services.tray import Tray
from archive_service.web import parts, parts_lists
from archive_service.web.frame import watermark
from archive_service.web.pages import decided, form_version, pages
from archive_service.web.rights import require

PURPOSE = "归位"
CANDIDATES = 5
NAMED = ("name", "former_name", "id_no", "student_no", "birth_on")
WHO_MAY = "归位由学籍管理员和审核员办理。需要时请联系本单位的账号管理员。"
ALARM = "材料上写着别的学生"
NEAR = "姓名差"  # such a ground speaks for the student and against


@pages.get("/tray")
@pages.get("/tray/<record_id>")
def tray_page(record_id: str | None = None) -> str:
    """One paper of the tray, the first unless one is named."""
    require(Right.MATCH, WHO_MAY)
    the = archive()
    found = tray.around(the, record_id, actor=actor().for_case(None, PURPOSE))
    return render_template(
        "pages/tray.html",
        queue=[_line(view, found) for view in found.queue],
        total=found.total,
        papers=[parts.paper(found.view, boxes=[box for box in parts.field_boxes(found.view) if box["id"] in NAMED])] if found.view else [],
        **_proposed(found.view),
        kinds=[{"code": kind.code, "label": kind.label} for kind in the.kinds],
        next_url=f"/tray/{found.next_id}" if found.next_id else None,
        watermark=watermark(),
    )


@pages.get("/tray/<record_id>/students")
def tray_students(record_id: str) -> str:
    """Students looked for from the tray."""
    the, query = archive(), request.args.get("q", "").strip()
    found = tray.around(the, record_id, actor=actor().for_case(None, PURPOSE))
    ids = [row.id for row in students.find(the, sought(query), actor(), size=CANDIDATES).items] if query else []
    people = reveal.named(the, ids, actor=actor())
    cards = [_card(parts_lists.person(people[one]), [], is_alarm=_is_alarm(found.view, one)) for one in ids if one in people]
    return render_template("pages/tray_students.html", record=_record(found.view) if found.view else None, query=query, candidates=cards)


@pages.get("/tray/<record_id>/candidates")
def tray_candidates(record_id: str) -> str:
    """The candidates again, while they are still being looked for."""
    found = tray.around(archive(), record_id, actor=actor().for_case(None, PURPOSE))
    return render_template("pages/tray_candidates.html", **_proposed(found.view))


@pages.post("/tray/<record_id>/match")
def tray_match(record_id: str) -> BaseResponse:
    """File the paper with a student; against what it says only with a reason."""
    the, who = archive(), actor().for_case(None, PURPOSE)
    student_id, reason = request.form.get("student_id", ""), request.form.get("reason", "").strip()
    before = tray.around(the, record_id, actor=who)
    if before.view and _is_alarm(before.view, student_id) and not reason:
        raise Rejected("材料上写着别的学生，仍要归入须写明缘由。", code="reason_needed", status=422)
    matching.set_match(the, record_id, student_id=student_id, reason=reason, actor=who, version=form_version())
    following = f"/tray/{before.next_id}" if before.next_id else "/tray"
    return decided("已归位。", next_url=following, undo_url=f"/tray/{record_id}/undo")


@pages.post("/tray/<record_id>/undo")
def tray_undo(record_id: str) -> BaseResponse:
    """Take the paper back."""
    matching.undo_match(archive(), record_id, actor=actor().for_case(None, PURPOSE))
    return decided("已撤销归位。", next_url=f"/tray/{record_id}")


@pages.post("/tray/<record_id>/kind")
def tray_kind(record_id: str) -> BaseResponse:
    """Say what paper it is."""
    corrections.set_kind(
        archive(), record_id, kind=request.form.get("kind", ""), actor=actor().for_case(None, PURPOSE), version=form_version()
    )
    return decided("已改种类。", next_url=f"/tray/{record_id}")


def _proposed(view: RecordView | None) -> dict[str, Any]:
    """The paper with its candidates; none yet while the service compares, as it does again after an undo."""
    return {
        "record": _record(view) if view else None,
        "candidates": candidates(view) if view else [],
        "is_comparing": bool(view and view.match is None and view.record.state is RecordState.READ),
    }


def candidates(view: RecordView) -> list[dict[str, Any]]:
    """The students a paper may belong to, best first."""
    named = view.match.candidates[:CANDIDATES] if view.match else []
    people = reveal.named(archive(), [str(one["student_id"]) for one in named], actor=actor())
    cards = []
    for one in named:
        person = people.get(str(one["student_id"]))
        if person:
            card = _card(parts_lists.person(person), _texts(one.get("grounds")), is_alarm=_is_alarm(view, person.id))
            cards.append(card | {"against": [*card["against"], *_texts(one.get("against"))]})
    return cards


def _texts(told: object) -> list[str]:
    return [str(text) for text in told] if isinstance(told, list) else []


def sought(query: str) -> Criteria:
    """What a person typed to find a student: a number with its letter, an identity number, else a name or its beginning."""
    number = identity.normalise(query)
    if number[:1] in "GJL" and number[1:2].isdigit():
        return Criteria(student_no=number)
    return Criteria(id_no=number) if number[:1].isdigit() else Criteria(name=query)


def _card(line: dict[str, Any] | None, grounds: list[str], *, is_alarm: bool) -> dict[str, Any]:
    near = [ground.replace(":", "：") for ground in grounds if ground.startswith(NEAR)]
    return {
        "student": line,
        "grounds": [ground for ground in grounds if not ground.startswith(NEAR)],
        "against": [ALARM] if is_alarm else near,
        "alarm": is_alarm,
        "takeable": not is_alarm,
    }


def _is_alarm(view: RecordView | None, student_id: str) -> bool:
    """Whether the paper names somebody else by a number, a name with birth date, or against whom it was uploaded for."""
    match = view.match if view else None
    if match is None or match.state != "conflict":
        return False
    if any(one["student_id"] == student_id and one.get("against") for one in match.candidates):
        return True
    scores = {str(one["student_id"]): float(str(one["score"])) for one in match.candidates}
    best = max(scores.values(), default=0.0)
    return scores.get(student_id, 0.0) < best


def _record(view: RecordView) -> dict[str, Any]:
    return {
        "id": view.record.id,
        "version": view.record.version,
        "kind": parts.kind(view),
        "findings": parts.findings(view),
        "rescan": parts.rescan(view),
    }


def _line(view: RecordView, found: Tray) -> dict[str, Any]:
    return {
        "record_id": view.record.id,
        "label": parts.label_of(view),
        "why": parts.why_doubtful(view),
        "received_at": view.record.received_at,
        "alarm": bool(view.match and view.match.state == "conflict"),
        "current": bool(found.view and found.view.record.id == view.record.id),
    }
