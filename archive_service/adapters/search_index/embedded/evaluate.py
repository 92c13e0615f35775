"""Which pages of a segment fulfil a plan, exactly as `scan.holds` defines it.

Lives here: the walk over the tree. Posting lists propose pages, the page file confirms them wherever terms alone leave
a doubt. Each node is asked only about the places that are still open (`within`), so a narrow scope makes all cheap.
Not here: order, paging, counts (`rows.py`).
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from archive_service.adapters.search_index import tokens
from archive_service.adapters.search_index.embedded.postings import NO_DOCS, Docs
from archive_service.adapters.search_index.embedded.segment import Segment
from archive_service.adapters.search_index.plan import (
    SHORTEST_PIECE,
    And,
    DateRange,
    Label,
    Leaf,
    Name,
    Number,
    OneWrong,
    Or,
    Plan,
    Text,
    Without,
)
from archive_service.adapters.search_index.scan import differ_by_one, one_wrong_pattern, wrong_at

Mask = npt.NDArray[np.bool_]

MOST_TERMS = 6  # of a long phrase a spread of terms narrows enough, the text check does the rest
FEW_PAGES = 2_000
HALF_IS_RARE = 4  # characters: few pages hold so many in a row by chance
TOO_LONG = 40  # a list so many times longer costs more to decode than the pages left cost to check

_ZONE = {Text: "text", Name: "names", Number: "numbers"}
_NEEDED = {Text: tokens.words_needed, Name: tokens.name_needed, Number: tokens.number_needed}


def matching(plan: Plan, segment: Segment, within: Mask) -> Mask:
    """The places, of those in `within`, for which the plan holds."""
    match plan:
        case And(parts):
            return _all(parts, segment, within)
        case Or(parts):
            return _any(parts, segment, within)
        case Label() | DateRange() | Without():
            return within & _by_column(plan, segment)
        case OneWrong(leaf):
            return _mask(_nearly(leaf, segment, within), within)
        case Text() | Name() | Number():
            return _mask(_exactly(plan, segment, within), within)


def _by_column(plan: Label | DateRange | Without, segment: Segment) -> Mask:
    """What the whole numbers beside each page decide."""
    match plan:
        case Label(field, values):
            mask = np.isin(segment.pages.column(field), sorted(values))
        case Without(page_ids):
            mask = ~np.isin(segment.pages.column("page_id"), sorted(page_ids))
        case DateRange(first, last):
            made_on = segment.pages.column("made_on")
            mask = (made_on >= max(first, 1)) & (made_on <= last)
    return mask


def whole_values(leaf: Leaf, segment: Segment) -> Docs:
    """Places where the words are a whole name or number; none for texts."""
    return NO_DOCS if isinstance(leaf, Text) else segment.docs(_ZONE[type(leaf)], tokens.WHOLE + leaf.words)


def _all(parts: Sequence[Plan], segment: Segment, within: Mask) -> Mask:
    left = within
    for part in sorted(parts, key=lambda part: not isinstance(part, Label | DateRange | Without)):
        if not left.any():
            break
        left = matching(part, segment, left)
    return left


def _any(parts: Sequence[Plan], segment: Segment, within: Mask) -> Mask:
    left, found = within, np.zeros_like(within)
    for part in parts:
        fresh = matching(part, segment, left)
        found = found | fresh
        left = left & ~fresh
    return found


def _mask(docs: Docs, within: Mask) -> Mask:
    mask = np.zeros_like(within)
    mask[docs] = True
    return mask


def _exactly(leaf: Leaf, segment: Segment, within: Mask) -> Docs:
    if isinstance(leaf, Number) and len(leaf.words) < SHORTEST_PIECE:
        return NO_DOCS
    zone, needed = _ZONE[type(leaf)], _NEEDED[type(leaf)](leaf.words)
    docs = _candidates(segment, zone, needed, within)
    return docs if needed == [leaf.words] else segment.pages.holding(docs, zone, leaf.words)


def _candidates(segment: Segment, zone: str, needed: Sequence[str], within: Mask) -> Docs:
    """Places in `within` that may hold what needs the terms: rarest first, until checking is cheaper than reading on."""
    if not needed:
        return np.flatnonzero(within).astype(np.int32)
    spread = needed[:: -(-len(needed) // MOST_TERMS)]
    by_frequency: list[tuple[int, str]] = []
    for term in spread:
        by_frequency.append((segment.frequency(zone, term), term))
        if not by_frequency[-1][0]:
            return NO_DOCS
    by_frequency.sort()
    docs = segment.docs(zone, by_frequency[0][1])
    docs = docs[within[docs]]
    for frequency, term in by_frequency[1:]:
        if len(docs) < FEW_PAGES and frequency > TOO_LONG * len(docs):
            break
        docs = segment.narrow(docs, zone, term)
    return docs


def _nearly(leaf: Leaf, segment: Segment, within: Mask) -> Docs:
    """One replaced character leaves something whole: the terms of that propose, the page confirms."""
    zone, needs = _ZONE[type(leaf)], _NEEDED[type(leaf)]
    open_places = within.copy()
    confirmed = [NO_DOCS]
    for parts in _left_whole(leaf.words):
        fresh = _candidates(segment, zone, [term for part in parts if part for term in needs(part)], open_places)
        sure = _confirmed(leaf, segment, fresh, parts)
        open_places[sure] = False
        confirmed.append(sure)
    docs: Docs = np.sort(np.concatenate(confirmed))
    return docs


def _confirmed(leaf: Leaf, segment: Segment, docs: Docs, parts: tuple[str, ...]) -> Docs:
    """Those of the places that are near with these parts whole; with one half whole, the other one may be off anywhere."""
    if isinstance(leaf, Text) and len(parts) == len(("before", "behind")):
        hole = len(parts[0])
        return segment.pages.matching(docs, "text", wrong_at(leaf.words, hole), skip=int(hole == 0))
    sure: Docs = docs[np.fromiter(_near_checks(leaf, segment, docs), bool, len(docs))]
    return sure


def _left_whole(words: str) -> list[tuple[str, ...]]:
    """What one wrong character can leave: of long words one half, of short ones all before and behind it."""
    half = len(words) // 2
    if half >= HALF_IS_RARE:
        return [(words[:half],), (words[half:],)]
    return [(words[:hole], words[hole + 1 :]) for hole in range(len(words))]


def _near_checks(leaf: Leaf, segment: Segment, docs: Docs) -> Iterator[bool]:
    if isinstance(leaf, Text):
        search = one_wrong_pattern(leaf.words).search
        return (search(text) is not None for text in segment.pages.zones(docs, "text"))
    values = segment.pages.values(docs, _ZONE[type(leaf)])
    return (any(differ_by_one(leaf.words, value) for value in of_page) for of_page in values)
