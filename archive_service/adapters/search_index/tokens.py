"""The terms of the posting lists: which a page has, and which a query needs.

Lives here: characters, adjacent pairs, 4-grams of Latin and digit runs, and whole names and numbers.
Not here: folding (`scanners.cjk_text`), which terms an engine looks at first (`evaluate.py`).
Everything is a set: a term given twice for one page would list the page twice.
"""

import re
from collections.abc import Iterable

from archive_service.adapters.search_index.plan import SHORTEST_PIECE

TOKENS_VERSION = 1
"""Raise when any function here changes its answer: every index then asks for a rebuild."""

WHOLE = "="
"""Mark before a whole name or number; no folded text contains it."""

_RUN = re.compile(rf"[0-9A-Z]{{{SHORTEST_PIECE},}}")


def pairs(words: str) -> set[str]:
    """All adjacent pairs, across the border of Chinese and Latin too."""
    return {words[start : start + 2] for start in range(len(words) - 1)}


def grams(words: str) -> set[str]:
    """All 4-grams inside runs of digits and capital Latin letters."""
    return {gram for _, run in _runs(words) for gram in number_needed(run)}


def text_terms(text: str) -> set[str]:
    """The terms of the text field."""
    return set(text) | pairs(text) | grams(text)


def name_terms(names: Iterable[str]) -> set[str]:
    """The terms of the name field, all names of the page together."""
    return {term for name in names for term in {WHOLE + name} | set(name) | pairs(name)}


def number_terms(numbers: Iterable[str]) -> set[str]:
    """The terms of the number field, all numbers of the page together."""
    return {term for number in numbers for term in (WHOLE + number, *number_needed(number))}


def words_needed(words: str) -> list[str]:
    """Terms that every text holding the words has, in order; 4-grams stand in for the pairs they cover."""
    if len(words) == 1:
        return [words]
    spans = [(start, start + len(run)) for start, run in _runs(words)]
    covered = {start for first, last in spans for start in range(first, last - 1)}
    open_pairs = {words[start : start + 2] for start in range(len(words) - 1) if start not in covered}
    return sorted(open_pairs | grams(words), key=words.index)


def name_needed(words: str) -> list[str]:
    """As `words_needed`; names have no 4-grams."""
    return sorted(pairs(words), key=words.index) or list(words)


def number_needed(words: str) -> list[str]:
    """Terms that every page with a number holding the piece has; none when the piece is too short."""
    return [words[start : start + SHORTEST_PIECE] for start in range(len(words) - SHORTEST_PIECE + 1)]


def _runs(words: str) -> list[tuple[int, str]]:
    return [(run.start(), run.group()) for run in _RUN.finditer(words)]
