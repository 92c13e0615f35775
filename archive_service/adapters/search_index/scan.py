"""What a plan means for one page, and a search that looks at every page.

Lives here: `holds` (the definition that engines are tested against), `rank` (order of relevance) and `scan`.
Not here: any engine; order and windows of a scan (`emergency.py`).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from archive_service.adapters.search_index.entries import FoldedPage, Scope
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
    leaves,
)

WHOLE_VALUE, IN_A_NAME, IN_THE_TEXT = 0, 1, 2
"""Ranks of relevance, best first: a whole name or number is what was asked for; a name holds it; the rest."""

NUMBER_KEY_BYTES = 24
NO_NUMBER = b"\xff"


def holds(plan: Plan, page: FoldedPage) -> bool:
    """Whether the plan is true of the page."""
    match plan:
        case And(parts):
            return all(holds(part, page) for part in parts)
        case Or(parts):
            return any(holds(part, page) for part in parts)
        case Label() | DateRange() | Without():
            return _by_column(plan, page)
        case OneWrong(leaf):
            return _nearly(leaf, page)
        case Text() | Name() | Number():
            return _exactly(plan, page)


def _by_column(plan: Label | DateRange | Without, page: FoldedPage) -> bool:
    match plan:
        case Label(field, values):
            return getattr(page, field) in values
        case DateRange(first, last):
            return page.made_on != 0 and first <= page.made_on <= last
        case Without(page_ids):
            return page.page_id not in page_ids


def _exactly(leaf: Leaf, page: FoldedPage) -> bool:
    match leaf:
        case Text(words):
            return words in page.text
        case Name(words):
            return any(words in name for name in page.names)
        case Number(words):
            return len(words) >= SHORTEST_PIECE and any(words in number for number in page.numbers)


def _nearly(leaf: Leaf, page: FoldedPage) -> bool:
    match leaf:
        case Text(words):
            return one_wrong_pattern(words).search(page.text) is not None
        case Name(words):
            return any(differ_by_one(words, name) for name in page.names)
        case Number(words):
            return any(differ_by_one(words, number) for number in page.numbers)


@lru_cache(maxsize=64)
def one_wrong_pattern(words: str) -> re.Pattern[str]:
    """Finds the words with exactly one character replaced."""
    letters = [re.escape(letter) for letter in words]
    holes = ("".join([*letters[:hole], f"[^{letters[hole]}]", *letters[hole + 1 :]]) for hole in range(len(words)))
    return re.compile("|".join(holes))


_ANY_CHARACTER = rb"(?:[\x00-\x7f]|[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3})"


@lru_cache(maxsize=256)
def wrong_at(words: str, hole: int) -> re.Pattern[bytes]:
    """Finds, in UTF-8, the words with another character at one place; begins with something literal, which is found five times faster.

    With the first character replaced, what stands before the match is another character, if anything does: search from the second byte on.
    """
    before, wrong, behind = (re.escape(part.encode()) for part in (words[:hole], words[hole], words[hole + 1 :]))
    if not before:
        return re.compile(behind + b"(?<!" + wrong + behind + b")")
    return re.compile(before + b"(?!" + wrong + b")" + _ANY_CHARACTER + behind)


def differ_by_one(words: str, value: str) -> bool:
    """Equal length, and exactly one character is another."""
    return len(words) == len(value) and sum(one != other for one, other in zip(words, value, strict=True)) == 1


def rank(plan: Plan, page: FoldedPage) -> int:
    """How well a page that matches does so, smaller is better."""
    wanted = leaves(plan)
    names = [leaf.words for leaf in wanted if isinstance(leaf, Name)]
    numbers = [leaf.words for leaf in wanted if isinstance(leaf, Number)]
    if any(words in page.names for words in names) or any(words in page.numbers for words in numbers):
        return WHOLE_VALUE
    if any(words in name for words in names for name in page.names):
        return IN_A_NAME
    return IN_THE_TEXT


def number_key(page: FoldedPage) -> bytes:
    """What `Sort.NUMBER` goes by: the first number, cut at `NUMBER_KEY_BYTES`; pages without one come last."""
    return page.numbers[0].encode()[:NUMBER_KEY_BYTES] if page.numbers else NO_NUMBER


def in_scope(scope: Scope, page: FoldedPage) -> bool:
    """Whether the viewer may see the page."""
    return page.school in scope.schools and page.sensitivity in scope.sensitivities


def scan(plan: Plan, scope: Scope, pages: Iterable[FoldedPage]) -> list[FoldedPage]:
    """All pages in scope for which the plan holds, in the order given; an empty scope reads nothing."""
    if scope.is_empty:
        return []
    return [page for page in pages if in_scope(scope, page) and holds(plan, page)]
