"""From pages that match to the answer: order, window, counts.

Lives here: `Rows` (the matching pages of a snapshot with what they are ordered by), made and cached segment by segment,
so that paging, facets and another order over the same query cost next to nothing until the segment changes.
Not here: which pages match (`evaluate.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from archive_service.adapters.search_index.embedded.cache import ByteCache
from archive_service.adapters.search_index.embedded.evaluate import Mask, matching, whole_values
from archive_service.adapters.search_index.embedded.page_file import Ints
from archive_service.adapters.search_index.embedded.snapshot import LiveSegment
from archive_service.adapters.search_index.entries import Scope
from archive_service.adapters.search_index.interface import Cursor, Hit, Sort, Window
from archive_service.adapters.search_index.plan import LabelField, Name, Plan, leaves
from archive_service.adapters.search_index.scan import IN_A_NAME, IN_THE_TEXT, WHOLE_VALUE

SORT_ALL = 1_000
COUNTED_BY_PLACE = 100_000  # numbers of schools and kinds are small: counting by place needs no sorting
TOP_BIT = np.uint64(1 << 63)  # turned over, unsigned numbers keep their order as signed ones
NO_NUMBERS = np.dtype("S1")
"""Type of the number column in orders that do not go by numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The matching places of one segment and how well they match."""

    live: LiveSegment
    docs: npt.NDArray[np.int32]
    rank: npt.NDArray[np.int8]


def find(live: LiveSegment, plan: Plan, scope: Scope, cache: ByteCache) -> Found:
    """The living places in scope for which the plan holds."""
    key = (live.segment.name, live.entry.gone_file, plan, scope)
    kept = cache.get(key)
    if kept is None:
        mask = matching(plan, live.segment, _open_to(scope, live, cache))
        docs = np.flatnonzero(mask).astype(np.int32)
        kept = (docs, _ranks(plan, live, mask)[docs])
        cache.put(key, kept, sum(part.nbytes for part in kept) + 1_000)
    return Found(live, *kept)


def _open_to(scope: Scope, live: LiveSegment, cache: ByteCache) -> Mask:
    """The same for every question of somebody, so it is kept."""
    key = (live.segment.name, live.entry.gone_file, scope)
    kept: Mask | None = cache.get(key)
    if kept is None:
        pages = live.segment.pages
        school = np.isin(pages.column("school"), list(scope.schools))
        kept = live.alive & school & np.isin(pages.column("sensitivity"), list(scope.sensitivities))
        cache.put(key, kept, kept.nbytes + 1_000)
    return kept


def _ranks(plan: Plan, live: LiveSegment, mask: Mask) -> npt.NDArray[np.int8]:
    """As `scan.rank`, for all places at once."""
    ranks = np.full(len(mask), IN_THE_TEXT, np.int8)
    for leaf in leaves(plan):
        if isinstance(leaf, Name):
            ranks[matching(leaf, live.segment, mask)] = IN_A_NAME
    for leaf in leaves(plan):
        ranks[whole_values(leaf, live.segment)] = WHOLE_VALUE
    return ranks


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Matching pages of all segments, as columns, in no order; `keys` smallest first is the order wanted."""

    near: npt.NDArray[np.bool_]
    rank: Ints
    number: npt.NDArray[np.bytes_]
    made_on: Ints
    page_id: Ints

    @classmethod
    def of(cls, exact: Iterable[Found], near: Iterable[Found], sort: Sort) -> Self:
        both = [(found, is_near) for group, is_near in ((exact, False), (near, True)) for found in group]
        empty = np.empty(0, np.int64)
        by_rank, by_number = sort is Sort.RELEVANCE, sort is Sort.NUMBER
        return cls(
            near=np.concatenate([empty.astype(bool), *(np.full(len(found.docs), is_near) for found, is_near in both)]),
            rank=np.concatenate([empty, *(found.rank * by_rank for found, _ in both)]),
            number=np.concatenate([empty.astype(NO_NUMBERS), *(_numbers(found, wanted=by_number) for found, _ in both)]),
            made_on=np.concatenate([empty, *(_column(found, "made_on") for found, _ in both)]),
            page_id=np.concatenate([empty, *(_column(found, "page_id") for found, _ in both)]),
        )

    def window(self, window: Window) -> list[Hit]:
        """The hits of the window, in order."""
        rows = np.arange(len(self.page_id)) if window.after is None else np.flatnonzero(self._after(window.after))
        keys = self._keys()
        rows = _front(rows, keys, window.offset + window.size)
        ordered = rows[np.lexsort([key[rows] for key in reversed(keys)])]
        return [self._hit(row) for row in ordered[window.offset : window.offset + window.size].tolist()]

    def _keys(self) -> list[Ints]:
        """What the order goes by, from the leading key on."""
        leading = self.near * 4 + self.rank
        return [leading, *_as_whole_numbers(self.number), -self.made_on, -self.page_id]

    def _after(self, place: Cursor) -> Mask:
        """The rows that come later than the place; the place itself need not exist any more."""
        later, level = np.zeros(len(self.page_id), bool), np.ones(len(self.page_id), bool)
        number = place.number.encode("latin-1")
        for greater, equal in (
            (self.near > place.near, self.near == place.near),
            (self.rank > place.rank, self.rank == place.rank),
            (self.number > number, self.number == number),
            (self.made_on < place.made_on, self.made_on == place.made_on),
            (self.page_id < place.page_id, self.page_id == place.page_id),
        ):
            later |= level & greater
            level &= equal
        return later

    def _hit(self, row: int) -> Hit:
        near, number = bool(self.near[row]), bytes(self.number[row]).decode("latin-1")
        page_id = int(self.page_id[row])
        return Hit(page_id, near, Cursor(near, int(self.rank[row]), number, int(self.made_on[row]), page_id))


def _column(found: Found, name: str) -> Ints:
    return found.live.segment.pages.column(name)[found.docs]


def _numbers(found: Found, *, wanted: bool) -> npt.NDArray[np.bytes_]:
    return found.live.segment.number_keys()[found.docs] if wanted else np.zeros(len(found.docs), NO_NUMBERS)


def _front(rows: npt.NDArray[np.intp], keys: Iterable[Ints], wanted: int) -> npt.NDArray[np.intp]:
    """The rows that can be among the first so many, and few others: sorting all of them is what costs.

    Key by key: who is before the last place is sure of one, who is behind it is out, and the next key parts those who share it.
    """
    sure: list[npt.NDArray[np.intp]] = []
    for key in keys:
        if len(rows) <= SORT_ALL or not 0 < wanted < len(rows):
            break
        values = key[rows]
        last = np.partition(values, wanted - 1)[wanted - 1]
        sure.append(rows[values < last])
        wanted -= len(sure[-1])
        rows = rows[values == last]
    return np.concatenate([*sure, rows])


def _as_whole_numbers(keys: npt.NDArray[np.bytes_]) -> list[Ints]:
    """Number keys as columns of whole numbers in the same order, which are compared far faster; none where the order has no numbers."""
    if keys.dtype == NO_NUMBERS:
        return []
    eights = np.ascontiguousarray(keys).view(np.dtype(">u8")).reshape(len(keys), -1)
    return [(column.astype(np.uint64) ^ TOP_BIT).view(np.int64) for column in eights.T]


def count_values(found: Iterable[Found], field: LabelField) -> dict[int, int]:
    """How many of the pages carry each value."""
    values = np.concatenate([np.empty(0, np.int64), *(_column(part, field) for part in found)])
    if len(values) and values.min() >= 0 and values.max() < COUNTED_BY_PLACE:
        counts = np.bincount(values)
        carried = np.flatnonzero(counts)
        return dict(zip(carried.tolist(), counts[carried].tolist(), strict=True))
    carried, counts = np.unique(values, return_counts=True)
    return dict(zip(carried.tolist(), counts.tolist(), strict=True))
