"""新办业务: from the student to the procedure to the few questions it asks; a student of another school by number and name."""

from itertools import groupby
from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.archive import Archive
from archive_service.errors import ArchiveError, NotFound, Refused, Rejected
from archive_service.http.context import actor, archive
from archive_service.rules.access import Right
from archive_service.services import case_openings, cases, cases_incoming, reveal, students, targets
from archive_service.services.case_openings import Opening, Openings
from archive_service.services.cases_offer import Asked, GroundOffer, Offer
from archive_service.web import parts_cases, parts_facts, parts_lists
from archive_service.web.pages import pages, quoted
from archive_service.web.tray import sought

FOUND_MOST = 20


@pages.get("/cases/new")
def case_new() -> str:
    """The next question of opening a case."""
    the, who = archive(), actor()
    student_id = request.args.get("student", "")
    if student_id:
        return _form(case_openings.openings(the, student_id, actor=who), request.args.get("procedure"), request.args.get("ground"))
    targets.require_capture(the, actor=who, right=Right.OPEN_CASE)
    query = request.args.get("q", "").strip()
    return _search(query=query, people=_people(the, query) if query else [])


@pages.post("/cases/new")
def case_open() -> BaseResponse | tuple[str, int]:
    """Open the case as a draft."""
    the, who = archive(), actor()
    student_id, procedure = request.form.get("student", ""), request.form.get("procedure", "")
    ground = request.form.get("ground") or None
    opened = case_openings.openings(the, student_id, actor=who)
    chosen = _chosen(opened, procedure)
    told = parts_facts.told(_asked(chosen.offer, ground, opened))
    try:
        given = {name: value for name, value in told.items() if value is not None}
        case = cases.open_case(the, procedure=procedure, student_id=student_id, ground=ground, facts=given, actor=who)
    except (Refused, Rejected) as error:
        return _form(opened, procedure, ground, told=told, error=error), error.this_status
    return redirect(f"/cases/{case.id}")


@pages.post("/cases/new/identify")
def case_identify() -> BaseResponse | tuple[str, int]:
    """A student of another school, by number and name together; every try is on the ledger."""
    number, name = request.form.get("number", ""), request.form.get("name", "")
    try:
        found = cases_incoming.identify(archive(), number=number, name=name, actor=actor())
    except NotFound as error:
        return _search(fault=error.message), error.this_status
    return redirect(f"/cases/new?student={quoted(found.student_id)}")


def _search(*, query: str = "", people: list[dict[str, Any] | None] | None = None, fault: str | None = None) -> str:
    search = {"query": query, "students": people or []}
    return render_template("pages/case_new.html", student=None, search=search, fault=fault, procedures=[], procedure=None, refusals=[])


def _people(the: Archive, query: str) -> list[dict[str, Any] | None]:
    ids = [line.id for line in students.find(the, sought(query), actor(), size=FOUND_MOST).items]
    people = reveal.named(the, ids, actor=actor())
    return [parts_lists.person(people[one]) for one in ids if one in people]


def _form(
    opened: Openings, code: str | None, ground: str | None, *, told: dict[str, Any] | None = None, error: ArchiveError | None = None
) -> str:
    the = archive()
    chosen = _chosen(opened, code) if code else None
    return render_template(
        "pages/case_new.html",
        student={**(parts_lists.person(opened.student) or {}), "masked": False},
        search=None,
        procedures=[] if chosen else [line for one in opened.items for line in _lines(the, one)],
        procedure=_procedure(the, chosen.offer, ground, opened, told=told or {}, error=error) if chosen else None,
        refused=error.message if error else None,
        refusals=parts_cases.refusals(error.reasons, the.law) if error else [],
    )


def _chosen(opened: Openings, code: str) -> Opening:
    found = next((one for one in opened.items if one.offer.code == code), None)
    if found is None:
        raise NotFound("没有这项业务，或不适用于这名学生。")
    return found


def _lines(the: Archive, one: Opening) -> list[dict[str, Any]]:
    """A procedure stands once for each of its grounds: the ground decides what is asked."""
    return [_line(the, one, ground) for ground in (one.offer.grounds if not (one.why_not or one.open_case_id) else one.offer.grounds[:1])]


def _line(the: Archive, one: Opening, ground: GroundOffer) -> dict[str, Any]:
    is_closed = bool(one.why_not or one.open_case_id)
    return {
        "code": one.offer.code,
        "ground": ground.code,
        "label": one.offer.label if is_closed else _label(one.offer, ground),
        "articles": parts_cases.cited(ground.articles[:2], the.law),
        "available": not is_closed,
        "why_not": "已有一件正在办理。" if one.open_case_id else one.why_not,
        "case_id": one.open_case_id,
    }


def _label(offer: Offer, ground: GroundOffer) -> str:
    return f"{offer.label}:{ground.label}" if ground.code else offer.label


def _asked(offer: Offer, ground: str | None, opened: Openings) -> tuple[Asked, ...]:
    questions = parts_facts.asked_of(offer, ground)
    return (*questions, parts_facts.SENDER) if offer.receiver_opens and not opened.is_incoming else questions


def _procedure(
    the: Archive, offer: Offer, ground: str | None, opened: Openings, *, told: dict[str, Any], error: ArchiveError | None
) -> dict[str, Any]:
    chosen = next((one for one in offer.grounds if one.code == ground), offer.grounds[0])
    faults = parts_facts.faults_of(error) if error else {}
    return {
        "code": offer.code,
        "label": _label(offer, chosen),
        "articles": parts_cases.cited(chosen.articles, the.law),
        "ground": chosen.code,
        "facts": parts_facts.fields(_asked(offer, chosen.code, opened), told, faults),
        "evidence": _papers(offer, chosen),
    }


def _papers(offer: Offer, ground: GroundOffer) -> list[dict[str, Any]]:
    """Papers to bring; alternatives stand together under the first of them."""
    wanted = [one for one in offer.papers if not one.grounds or ground.code in one.grounds]
    lines: list[dict[str, Any]] = []
    for (required, _), group in groupby(wanted, key=lambda one: (one.required, one.articles)):
        labels = [one.label for one in group]
        if required == "one_of":
            lines.append({"label": labels[0], "required": True, "alternatives": labels[1:]})
        else:
            lines += [{"label": label, "required": required == "must", "alternatives": []} for label in labels]
    return lines
