"""学生: the list, one student's dossier by tabs, and showing a masked name on purpose."""

from dataclasses import replace
from typing import Any

from flask import get_template_attribute, render_template, request

from archive_service.archive import Archive
from archive_service.http.context import actor, archive
from archive_service.models.organisation import Level
from archive_service.rules.access import Right
from archive_service.rules.standing import StudentState
from archive_service.services import dossier_lines, organisations, reveal, student_page, students
from archive_service.services.student_page import StudentPage
from archive_service.web import parts_lists, parts_students
from archive_service.web.frame import watermark
from archive_service.web.pages import pages
from archive_service.web.parts_lists import PAGE_SIZE, choice
from archive_service.web.rights import holds, require
from archive_service.web.tray import sought

TABS = ("records", "leaf", "cases", "timeline", "looks")
GRADES = ("一", "二", "三", "四", "五", "六", "七", "八", "九")
SENIOR_GRADES = ("高一", "高二", "高三")
SCHOOLS = (Level.SCHOOL,)
WITH_OTHERS = "all"
WHO_MAY = "学籍档案由学籍管理员、校领导、档案员和审核员查阅。需要时请联系本单位的账号管理员。"


@pages.get("/students")
def students_page() -> str:
    """The registry as far as one sees it, by school, class and name."""
    require(Right.READ_PAPER, WHO_MAY)
    the, who = archive(), actor()
    query = request.args.get("q", "").strip()
    schools = [(unit.code, unit.name) for unit in organisations.visible(the, who) if unit.level in SCHOOLS]
    chosen = {name: request.args.get(name, "") for name in ("grade", "state")} | {"school": _school(schools, query)}
    criteria = replace(sought(query), **chosen) if query else students.Criteria(**chosen)
    found = students.find(the, criteria, who, cursor=request.args.get("cursor") or None, size=PAGE_SIZE)
    return render_template(
        "pages/students.html",
        filters=_filters(schools),
        search={"name": "q", "label": "姓名、学籍号、身份证件号", "value": query},
        total=found.total,
        why="按学校、班级、姓名" if found.items else None,
        rows=_rows(the, [line.id for line in found.items]),
        **parts_lists.paging(found.next, len(found.items)),
    )


@pages.get("/students/<student_id>")
def student_page_tabs(student_id: str) -> str:
    """One student; the look is on the ledger."""
    the, who = archive(), actor()
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    page = student_page.open_page(the, student_id, who)
    line = reveal.named(the, [student_id], actor=who)[student_id]
    return render_template(
        "pages/student.html",
        **parts_students.head(page, line),
        tab=tab,
        strip=parts_students.frozen_strip(page),
        may_open_case=holds(Right.OPEN_CASE) and page.dossier.frozen_at is None,
        **_TABS[tab](the, page),
    )


@pages.post("/students/<student_id>/reveal")
def student_reveal(student_id: str) -> str:
    """Name and number whole, in place of the masked line; on the ledger."""
    line = reveal.reveal(archive(), student_id, actor=actor())
    student_line = get_template_attribute("components/student_line.html", "student_line")
    return str(student_line(parts_lists.person(line, full="brief" not in request.args)))


def _rows(the: Archive, ids: list[str]) -> list[dict[str, Any]]:
    people = reveal.named(the, ids, actor=actor())
    dossiers = dossier_lines.dossier_lines(the, ids, actor=actor())
    return [
        {
            "student": parts_lists.person(people[one]),
            "custodian": dossiers[one].custodian,
            "records": dossiers[one].records,
            "gaps": dossiers[one].gaps,
        }
        for one in ids
    ]


def _school(schools: list[tuple[str, str]], query: str) -> str:
    """The school listed. A school lists its own; children of others, known to it by a case, when they are asked for or looked for."""
    chosen = request.args.get("school", "")
    if len(schools) != 1 or chosen not in {"", WITH_OTHERS}:
        return chosen
    return "" if chosen or query else schools[0][0]


def _filters(schools: list[tuple[str, str]]) -> list[dict[str, Any]]:
    grades = [*(f"{word}年级" for word in GRADES), *SENIOR_GRADES]
    at_school = choice("school", "学校", schools if len(schools) > 1 else [(WITH_OTHERS, "含业务中的外校生")])
    return [
        at_school if len(schools) > 1 else at_school | {"blank": "本校"},
        choice("grade", "年级", [(grade, grade) for grade in grades]),
        choice("state", "状态", [(state.value, state.label) for state in StudentState]),
    ]


def _records(the: Archive, page: StudentPage) -> dict[str, Any]:
    return {"series": [parts_students.shelf(shelf, the.law) for shelf in page.shelves]}


def _leaf(the: Archive, page: StudentPage) -> dict[str, Any]:
    who = actor()
    papers, veiled = parts_students.whole_dossier(the, page, actor=who)
    return {"papers": papers, "veiled": veiled, "watermark": watermark(), "purpose": who.purpose}


def _cases(the: Archive, page: StudentPage) -> dict[str, Any]:
    return {"cases": [parts_students.case(line, the) for line in page.cases]}


def _timeline(_: Archive, page: StudentPage) -> dict[str, Any]:
    return {"timeline": parts_students.timeline(page)}


def _looks(_: Archive, page: StudentPage) -> dict[str, Any]:
    return {"looks": parts_students.looks(page), "looks_next_url": None}


_TABS = dict(zip(TABS, (_records, _leaf, _cases, _timeline, _looks), strict=True))
