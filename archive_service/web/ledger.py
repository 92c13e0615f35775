"""台账: who did what, the newest first."""

from typing import Any

from flask import render_template, request

from archive_service.http.context import actor, archive
from archive_service.services import ledger_pages
from archive_service.services.history import ACTS
from archive_service.services.ledger_pages import EventLine
from archive_service.web.pages import number, page_url, pages

GROUPS = {
    "": "全部",
    "record.": "材料",
    "page.": "看页面",
    "case.": "业务",
    "student": "学生",
    "search.": "检索",
    "session.": "登录",
    "account.": "账号",
}
SUBJECTS = {
    "record": "材料",
    "student": "学生",
    "students": "学生名单",
    "case": "业务",
    "batch": "批次",
    "account": "账号",
    "search": "检索",
    "session": "登录",
    "ledger": "台账",
    "job": "任务",
    "token": "访问令牌",
    "access": "页面或接口",
}


@pages.get("/ledger")
def ledger_page() -> str:
    """A page of the ledger."""
    act, who, before = request.args.get("act", ""), request.args.get("who", "").strip(), request.args.get("before", "")
    act = act if act in GROUPS else ""
    found = ledger_pages.page(archive(), actor=actor(), act=act, who=who, before=number(before))
    return render_template(
        "pages/ledger.html",
        filters=[
            {"name": "act", "label": "事项", "value": act, "options": [{"code": code, "label": label} for code, label in GROUPS.items()]}
        ],
        search={"name": "who", "label": "人员", "value": who},
        total=found.total,
        why=f"事项为“{GROUPS[act]}”" if act else "",
        next_url=page_url(before=found.next) if found.next else None,
        shown=len(found.rows),
        seal={"state": "up", "sealed_to": found.sealed, "unsealed": sum(row.seq is None for row in found.rows), "advice": ""},
        rows=[_row(row) for row in found.rows],
    )


def _row(row: EventLine) -> dict[str, Any]:
    return {
        "seq": row.seq or row.id,
        "at": row.at,
        "who": {"name": row.who, "unit": row.unit or ""},
        "act": ACTS.get(row.act, row.act),
        "subject": SUBJECTS.get(row.subject, row.subject),
        "why": _why(row),
        "address": row.address,
        "digest": row.digest,
        "sealed": row.seq is not None,
    }


def _why(row: EventLine) -> str:
    grounds = (("已写明事由", row.has_purpose), ("因业务", row.is_under_case))
    return "，".join(text for text, given in grounds if given)
