"""Finding papers by what stands on them."""

from datetime import date
from typing import Literal

from pydantic import Field

from archive_service.api.asking import actor
from archive_service.api.operations import operation
from archive_service.api.values import Look, Output
from archive_service.http.context import archive
from archive_service.services import search
from archive_service.services.search import Query, Sort


class SearchQuery(Look):
    """What is looked for. `school` and `kind` by code; dates are those of receipt, both included."""

    q: str = Field(default="", max_length=2000)
    school: str | None = Field(default=None, max_length=64)
    kind: str | None = Field(default=None, max_length=64)
    student_no: str | None = Field(default=None, max_length=64)
    status: Literal["pending", "accepted", "returned"] | None = None
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = Field(default=1, ge=1, le=100_000)
    size: int = Field(default=20, ge=1, le=50)


class FacetOut(Output):
    """How many pages carry a value."""

    code: str
    label: str
    count: int


class HitOut(Output):
    """One page; boxes in pixels of the upright page, marks are offsets in the snippet. Masked: name and number are not whole."""

    record_id: str
    page: int
    student_id: str | None
    student_no: str | None
    name: str | None
    is_masked: bool
    kind: str | None
    kind_label: str | None
    school: str
    received_on: date
    match: str
    snippet: str
    marks: list[tuple[int, int]]
    boxes: list[tuple[int, int, int, int]]


class SearchOut(Output):
    """Hits in order; `total` counts pages in scope that fit exactly. Papers of health and justice are left out without a purpose."""

    total: int
    near_total: int
    exact: bool
    took_ms: int
    facets: dict[str, list[FacetOut]]
    closed_left_out: bool
    hits: list[HitOut]


@operation("GET", "/search", tag="finding")
def search_pages(query: SearchQuery) -> SearchOut:
    """Search the full text of all papers in scope; any text gives an answer or a plain sentence."""
    wanted = Query(
        text=query.q,
        school=query.school,
        kind=query.kind,
        student_no=query.student_no,
        status=query.status,
        first_on=query.from_,
        last_on=query.to,
        sort=query.sort,
        page=query.page,
        size=query.size,
    )
    answer = search.find(archive(), wanted, actor=actor())
    return SearchOut(
        total=answer.total,
        near_total=answer.near_total,
        exact=answer.is_exact,
        took_ms=answer.took_ms,
        facets={name: [FacetOut.model_validate(one) for one in counts] for name, counts in answer.facets.items()},
        closed_left_out=answer.closed_left_out,
        hits=[HitOut.model_validate(hit) for hit in answer.hits],
    )
