"""The page of a student, from the services' values to the shapes of templates/pages/student.html; no rights, no rules."""

from collections.abc import Iterable
from typing import Any

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.student import NumberKind
from archive_service.rules.law import Law
from archive_service.rules.lifecycle import CaseState
from archive_service.rules.names import mask_number
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services import records
from archive_service.services.actor import Actor
from archive_service.services.case_view import clock_of
from archive_service.services.records import Filter, RecordView, may_show
from archive_service.services.reveal import Named
from archive_service.services.student_page import CaseLine, LookLine, StudentPage
from archive_service.services.student_page_shelves import RecordLine, Shelf
from archive_service.web import parts, parts_lists
from archive_service.web.formats import day
from archive_service.web.parts_cases import cited

NUMBER_KINDS = {NumberKind.FORMAL: "正式", NumberKind.TEMPORARY: "临时", NumberKind.ALIAS: "并用", NumberKind.FORMER: "曾用"}
LOOKS = {
    "student.viewed": "学生页",
    "student.revealed": "显示完整姓名和号码",
    "student.identified": "凭学籍号和姓名核对",
    "case.viewed": "业务",
    "record.viewed": "材料",
    "page.viewed": "材料页面",
    "transcript.viewed": "识别文本",
    "master.taken": "下载原件",
}
GAPS = {"no_record": "还没有材料，须留存纸质材料。", "no_paper": "只有电子件或查验登记，须留存纸质材料。"}
RECORDS_A_TIME = 200


def head(page: StudentPage, line: Named) -> dict[str, Any]:
    """Who it is, and all numbers there ever were; masked for whoever need not see them."""
    student, hidden = page.student, line.is_masked
    who = {
        **(parts_lists.person(line) or {}),
        "sex": student.sex,
        "birth_on": None if hidden else student.birth_on,
        "custodian": page.dossier.custodian_name,
    }
    numbers = [
        {
            "no": mask_number(one.number) if hidden else one.number,
            "kind_label": NUMBER_KINDS[one.kind],
            "from_on": one.valid_from_on,
            "to_on": one.valid_to_on,
        }
        for one in student.numbers
    ]
    return {"student": who, "numbers": numbers}


def frozen_strip(page: StudentPage) -> str | None:
    """Why nothing can be added."""
    at = page.dossier.frozen_at
    return f"档案已于{day(at)}封卷，不能再增加材料。" if at else None


def shelf(one: Shelf, law: Law) -> dict[str, Any]:
    """A series with its records and what is missing."""
    gaps = [{"label": one.label, "why": GAPS[gap.code], "articles": cited(gap.articles, law)} for gap in one.gaps]
    return {"code": one.code, "label": one.label, "records": [_thumb(line) for line in one.records], "gaps": gaps}


def whole_dossier(the: Archive, page: StudentPage, *, actor: Actor) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The readable records of the dossier in the order of the shelves, as one leafs through the folder; and those that ask why."""
    order = {line.id: place for place, line in enumerate(line for one in page.shelves for line in one.records)}
    views = sorted(_all_records(the, page.student.id, actor), key=lambda view: order.get(view.record.id, len(order)))
    papers = [parts.paper(view) for view in views if view.pages and may_show(view.record, actor)]
    veiled = [{"id": view.record.id, "label": parts.label_of(view)} for view in views if not may_show(view.record, actor)]
    return papers, veiled


def case(line: CaseLine, the: Archive) -> dict[str, Any]:
    """A case of the student."""
    state = CaseState(line.state)
    due = None if state.is_final else clock_of(line.due_on, None, on=today(the.clock), calendar=the.law.calendar)
    return {
        "id": line.id,
        "case_no": line.case_no,
        "procedure": line.label,
        "state": parts_lists.case_badge(state),
        "state_label": state.label,
        "clock": parts_lists.clock(due),
    }


def timeline(page: StudentPage) -> list[dict[str, Any]]:
    """States, schools and custody, the newest first."""
    periods = [
        {"on": one.from_on, "label": one.state_label, "detail": f"{one.school_name} {one.grade} {one.class_name}".strip()}
        for one in page.periods
    ]
    custody = [
        {"on": one.happened_on, "label": f"档案{one.ground}", "detail": _from_to(one.from_name, one.to_name, one.authority_ref)}
        for one in page.custody
    ]
    numbers = [
        {"on": one.valid_from_on, "label": f"取得{NUMBER_KINDS[one.kind]}学籍号", "detail": None}
        for one in page.student.numbers
        if one.valid_from_on
    ]
    return sorted([*periods, *custody, *numbers], key=lambda event: event["on"], reverse=True)


def looks(page: StudentPage) -> list[dict[str, Any]]:
    """Who looked, at what, for what; what was done to the papers stands elsewhere."""
    names = {line.id: line.kind_label or "材料" for one in page.shelves for line in one.records}
    numbers = {line.id: line.case_no for line in page.cases}
    return [_look(one, names, numbers) for one in page.looks if one.act in LOOKS]


def _look(one: LookLine, names: dict[str, str], numbers: dict[str, str]) -> dict[str, Any]:
    what = LOOKS[one.act] if one.record_id is None else f"{LOOKS[one.act]}:{names.get(one.record_id, '材料')}"
    who = {"name": one.account_name, "unit": one.unit_name or ""}
    case_no = numbers.get(one.case_id or "")
    return {"who": who, "at": one.at, "what": what, "why": one.purpose or (f"业务 {case_no}" if case_no else None)}


def _from_to(giver: str | None, taker: str, reference: str | None) -> str:
    way = f"{giver} → {taker}" if giver else taker
    return f"{way}({reference})" if reference else way


def _thumb(line: RecordLine) -> dict[str, Any]:
    kind = {"code": line.kind, "label": line.kind_label} if line.kind_label else None
    return {
        "id": line.id,
        "state": line.state.value,
        "kind": kind,
        "pages": [{"no": no} for no in range(1, (line.page_count or 0) + 1)],
        "veiled": Sensitivity(line.sensitivity).is_closed,
        "received_at": line.received_at,
    }


def _all_records(the: Archive, student_id: str, actor: Actor) -> Iterable[RecordView]:
    cursor: str | None = None
    while True:
        found = records.listed(the, Filter(student_id=student_id), actor=actor, cursor=cursor, size=RECORDS_A_TIME)
        yield from found.items
        cursor = found.next
        if cursor is None:
            return
