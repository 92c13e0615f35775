"""今日: what waits for this person by the clock, small charts, the last batches."""

from typing import Any

from flask import redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from archive_service.archive import Archive
from archive_service.http.context import actor, archive
from archive_service.rules.access import Right
from archive_service.rules.lifecycle import CaseState
from archive_service.services import batches, reveal, review_statistics, review_work
from archive_service.services.review_lines import CaseLine
from archive_service.services.review_statistics import Statistics
from archive_service.services.review_work import Work
from archive_service.web import parts_lists
from archive_service.web.capture import summary
from archive_service.web.pages import pages
from archive_service.web.rights import holds

GROUPS = (("逾期", "overdue"), ("今天", "today"), ("退回待补", "returned"), ("本周", "this_week"), ("以后", "later"))
RESTS = {"overdue": "/review?due=overdue", "today": "/review?due=today", "this_week": "/review?due=week"}
BATCHES = 5
DESKS = ((Right.MANAGE_SYSTEM, "/operations"), (Right.MANAGE_ACCOUNTS, "/accounts"), (Right.READ_LEDGER, "/ledger"))


@pages.get("/")
def home_page() -> str | BaseResponse:
    """The work of the day; administrators, who have none with papers, go to their own screen."""
    the = archive()
    desk = next((url for right, url in DESKS if holds(right)), None)
    if desk and not (holds(Right.READ_PAPER) or holds(Right.CAPTURE)):
        return redirect(desk)
    work = review_work.my_work(the, actor=actor())
    return render_template(
        "pages/home.html",
        groups=_groups(the, work),
        errands=_errands(work),
        charts=_charts(review_statistics.statistics(the, actor=actor())) if holds(Right.READ_STATISTICS) else [],
        batches=[summary(view) for view in batches.recent_batches(the, actor=actor(), at_most=BATCHES) if view.total],
        start={"url": "/capture", "label": "去采集"} if holds(Right.CAPTURE) else None,
    )


def _errands(work: Work) -> list[dict[str, Any]]:
    """Work that is counted in papers, not in cases."""
    if not work.tray:
        return []
    tray = {"label": "待归位的材料", "count": work.tray, "hint": "归属存疑，看着原件确认是谁的。"}
    return [{**tray, "action": {"url": "/tray", "label": "去归位"}}]


def _groups(the: Archive, work: Work) -> list[dict[str, Any]]:
    people = reveal.named(the, [line.student_id for _, pile in GROUPS for line in getattr(work, pile)], actor=actor())
    return [
        {
            "label": label,
            "rows": [_row(line, people) for line in shown],
            "total": work.totals[pile],
            "more_url": _rest(pile) if work.totals[pile] > len(shown) else None,
        }
        for label, pile in GROUPS
        if (shown := getattr(work, pile))
    ]


def _rest(pile: str) -> str:
    """Where a pile stands whole: a reviewer's in the queue, a school's among its cases."""
    if not holds(Right.REVIEW_CASE) or pile == "returned":
        return "/cases?mine=1"
    return RESTS.get(pile, "/review")


def _row(line: CaseLine, people: dict[str, reveal.Named]) -> dict[str, Any]:
    return {**parts_lists.case_row(line, people), "awaited": line.awaited or line.state_label, "action": _action(line)}


def _action(line: CaseLine) -> dict[str, str]:
    if line.state in (CaseState.SUBMITTED, CaseState.IN_REVIEW) and holds(Right.REVIEW_CASE):
        return {"url": f"/review/{line.id}", "label": "去审核"}
    return {"url": f"/cases/{line.id}", "label": "去补正" if line.state is CaseState.RETURNED else "去办理"}


def _charts(figures: Statistics) -> list[dict[str, Any]]:
    papers, due = figures.papers, figures.due
    words = (("已归位", "agree", "read"), ("待确认", "doubt", "doubtful"), ("退回", "deny", "returned"))
    charts = []
    if any(day.read or day.doubtful or day.returned for day in papers):
        series = [{"name": name, "tone": tone, "values": [getattr(day, which) for day in papers]} for name, tone, which in words]
        charts.append({"title": "每日材料", "labels": [f"{day.on:%m-%d}" for day in papers], "series": series})
    if any(week.steps for week in due):
        weeks = [{"name": "到期业务", "tone": "action", "values": [week.steps for week in due]}]
        charts.append({"title": "每周到期", "labels": [f"{week.monday:%m-%d}" for week in due], "series": weeks})
    return charts
