"""检索: facets, hits, the paper; the first look costs one query and one event."""

from itertools import groupby
from typing import Any

from flask import render_template, request

from archive_service.errors import IndexUnavailable, Rejected
from archive_service.http.context import actor, archive
from archive_service.rules.access import Right
from archive_service.services import search
from archive_service.services.search import Answer, FacetCount, Found, Query, Sort
from archive_service.web.frame import watermark
from archive_service.web.pages import number, page_url, pages, quoted
from archive_service.web.rights import require

EXAMPLES = (
    {"query": "休学申请", "label": "一个词"},
    {"query": "张三 诊断", "label": "姓名和词"},
    {"query": "52010220130305", "label": "号码的一段"},
)
SORTS = (("relevance", "最相关"), ("date", "最新"), ("number", "学籍号"))
WHO_MAY = "检索材料由学籍管理员、校领导、档案员和审核员使用。需要时请联系本单位的账号管理员。"
PAGES_MOST = 10_000
KEPT = ("q", "school", "kind", "status", "sort")  # what stays when a purpose is stated
FACET_LABELS = {"school": "学校", "kind": "材料种类", "status": "审核"}


@pages.get("/search")
def search_page() -> str:
    """Hits for what was asked, or the empty box with examples."""
    require(Right.READ_PAPER, WHO_MAY)
    the, who, text = archive(), actor(), request.args.get("q", "").strip()
    query, fault, answer = _query(text), None, Answer()
    if text or any(request.args.get(name) for name in FACET_LABELS):
        try:
            answer = search.find(the, query, actor=who)
        except IndexUnavailable as error:
            fault = {"what": "检索暂时不可用", "safe": "材料都在，不受影响。", "advice": error.message}
        except Rejected as error:
            fault = {"what": "这样查不了", "safe": "", "advice": error.message}
    sort = query.sort.value
    more = page_url(page=query.page + 1) if query.page * query.size < answer.total + answer.near_total else None
    return render_template(
        "pages/search.html",
        query=text,
        sorts=[{"code": code, "label": label, "url": page_url(sort=code, page=None), "current": code == sort} for code, label in SORTS],
        total=answer.total,
        took_ms=answer.took_ms,
        shown=len(answer.hits),
        next_url=more,
        facets=[_facet(name, answer.facets.get(name, [])) for name in FACET_LABELS],
        groups=_groups([hit for hit in answer.hits if hit.match == "exact"]),
        near=[_hit(hit) for hit in answer.hits if hit.match == "near"],
        examples=EXAMPLES,
        purpose=who.purpose,
        kept={name: value for name in KEPT if (value := request.args.get(name))},
        fault=fault,
        watermark=watermark(),
    )


def _query(text: str) -> Query:
    given = request.args
    sort = given.get("sort", "relevance")
    return Query(
        text=text,
        school=given.get("school") or None,
        kind=given.get("kind") or None,
        status=given.get("status") or None,
        sort=Sort(sort) if sort in {code for code, _ in SORTS} else Sort.RELEVANCE,
        page=min(number(given.get("page")) or 1, PAGES_MOST),
    )


def _facet(name: str, counts: list[FacetCount]) -> dict[str, Any]:
    chosen = request.args.get(name)
    options = [
        {
            "label": one.label,
            "count": one.count,
            "chosen": one.code == chosen,
            "url": page_url(page=None, **{name: None if one.code == chosen else one.code}),
        }
        for one in counts
    ]
    return {"label": FACET_LABELS[name], "options": options}


def _groups(hits: list[Found]) -> list[dict[str, Any]]:
    """Hits in order; neighbours of one student stand together."""
    groups = []
    for student_id, members in groupby(hits, key=lambda hit: hit.student_id):
        own = list(members)
        student = {"id": student_id, "name": own[0].name, "student_no": own[0].student_no} if student_id else None
        groups.append({"student": student, "hits": [_hit(hit) for hit in own]})
    return groups


def _hit(hit: Found) -> dict[str, Any]:
    return {
        "record_id": hit.record_id,
        "page": hit.page,
        "kind": hit.kind_label or "未定种类",
        "on": hit.received_on,
        "school": hit.school,
        "student": {"id": hit.student_id, "name": hit.name} if hit.student_id else None,
        "snippet": _snippet(hit),
        "page_size": {"width_px": hit.width_px, "height_px": hit.height_px},
        "boxes": [list(box) for box in hit.boxes],
        "closed": hit.is_closed,  # a picture in a list states no purpose
        "veiled": hit.is_closed and not actor().purpose,
        "url": _url(hit),
    }


def _url(hit: Found) -> str:
    purpose = actor().purpose
    return f"/records/{hit.record_id}?page={hit.page}" + (f"&purpose={quoted(purpose)}" if hit.is_closed and purpose else "")


def _snippet(hit: Found) -> list[dict[str, Any]]:
    pieces, at = [], 0
    for first, last in hit.marks:
        pieces += [{"text": hit.snippet[at:first], "hit": False}, {"text": hit.snippet[first:last], "hit": True}]
        at = last
    return [piece for piece in [*pieces, {"text": hit.snippet[at:], "hit": False}] if piece["text"]]
