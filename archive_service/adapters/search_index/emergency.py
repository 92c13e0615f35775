"""Answers without an index: the same `Hits` and counts, from a walk over all pages.

Lives here: what tests and benchmarks hold every engine against. The service itself does not fall back to it: while an index is being
rebuilt, searches say so and wait.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from archive_service.adapters.search_index.entries import FoldedPage, Scope
from archive_service.adapters.search_index.interface import NEAR_BELOW, Cursor, Hit, Hits, Sort, Window
from archive_service.adapters.search_index.plan import LabelField, Plan, strict
from archive_service.adapters.search_index.scan import holds, number_key, rank, scan

Key = tuple[bool, int, str, int, int]


def answer(plan: Plan, scope: Scope, window: Window, pages: Iterable[FoldedPage]) -> Hits:
    """As `SearchIndex.candidates`."""
    exactly = strict(plan)
    exact: list[Hit] = []
    near: list[Hit] = []
    for page in scan(plan, scope, pages):
        is_near = not holds(exactly, page)
        (near if is_near else exact).append(_hit(plan, page, window.sort, near=is_near))
    if len(exact) >= NEAR_BELOW:
        near = []
    hits = sorted(exact + near, key=lambda hit: _key(hit.place))
    if window.after is not None:
        after = _key(window.after)
        hits = [hit for hit in hits if _key(hit.place) > after]
    return Hits(hits[window.offset : window.offset + window.size], len(exact), len(near))


def counts(plan: Plan, scope: Scope, fields: Sequence[LabelField], pages: Iterable[FoldedPage]) -> dict[LabelField, dict[int, int]]:
    """As `SearchIndex.facets`."""
    found = scan(strict(plan), scope, pages)
    return {field: dict(Counter(getattr(page, field) for page in found)) for field in fields}


def _hit(plan: Plan, page: FoldedPage, sort: Sort, *, near: bool) -> Hit:
    how_well = rank(plan, page) if sort is Sort.RELEVANCE else 0
    number = number_key(page).decode("latin-1") if sort is Sort.NUMBER else ""
    return Hit(page.page_id, near, Cursor(near, how_well, number, page.made_on, page.page_id))


def _key(place: Cursor) -> Key:
    """Newest and largest id first among equals."""
    return (place.near, place.rank, place.number, -place.made_on, -place.page_id)
