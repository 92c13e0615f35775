"""Whether two pages are scans of one sheet, by what they say; how they look (scanners.likeness) only proposes.

Lives here: seen, compare, and why not. Not here: where pages to compare come from (the service). Printed words of a form say nothing:
the name and numbers must vouch for one child, and no date or figure that both read clearly may differ. Where the page names nobody
it is nobody's second scan, so two blank forms are never the same paper. In doubt the answer is no: a person then simply keeps two.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from scanners.cjk_text import fold, is_han
from scanners.dates import find_dates
from scanners.identity_numbers import find_numbers, has_right_check

_BODY_LENGTH = 18
_LEAST_LETTERS = 20
_LEAST_TEXT = 0.6  # of the pairs of letters on either: a page on which one letter in ten is misread keeps seven in ten
_LEAST_SMALL = 0.6  # of the figures of one to four digits on the page with fewer: marks of two terms share less
_LONG = 5  # digits of a figure that is somebody's or something's number
_NAME = range(2, 5)  # letters that are put in another's place where only the child is another
_MISREAD_AT_MOST = 1  # long figures that may differ, by one digit each
_DIGITS = re.compile(r"\d+")


class Why(StrEnum):
    """Why two pages are not taken for one paper."""

    SHORT = "short"
    NOBODY = "nobody"
    OTHER_CHILD = "other_child"
    OTHER_DATE = "other_date"
    OTHER_FIGURE = "other_figure"
    OTHER_WORDS = "other_words"


@dataclass(frozen=True)
class Seen:
    """What a page says, as far as it tells papers apart. `own` are numbers known for the child's, `numbers` all that hold."""

    lines: tuple[str, ...]
    names: frozenset[str]
    own: frozenset[str]
    numbers: frozenset[str]
    dates: frozenset[str]
    figures: Counter[str] = field(hash=False)
    pairs: frozenset[str]

    @property
    def text(self) -> str:
        return "".join(self.lines)


@dataclass(frozen=True)
class Compared:
    """How far the texts agree, of 1, and why the pages are not one paper; None: they may be."""

    text: float
    why_not: Why | None

    @property
    def is_same(self) -> bool:
        return self.why_not is None


def seen(text: str, *, names: Iterable[str] = (), numbers: Iterable[str] = ()) -> Seen:
    """Take the text of a page apart, line by line; `names` and `numbers` are the child's as they were read or corrected."""
    lines = ["".join(unicodedata.normalize("NFKC", line).split()) for line in text.splitlines()]
    dates: set[str] = set()
    found: set[str] = set()
    figures: Counter[str] = Counter()
    for line in lines:
        hits, days = find_numbers(line), find_dates(line)
        found |= {hit.body for hit in hits if hit.is_valid}
        dates |= {str(day.value) for day in days if day.is_whole}
        places = [*((hit.start, hit.stop) for hit in hits), *((day.start, day.stop) for day in days)]
        figures.update(_DIGITS.findall(_without(line, places)))
    folded = tuple(filter(None, map(fold, lines)))
    letters = "".join(folded)
    own = {body for number in numbers if has_right_check(body := fold(number)[-_BODY_LENGTH:])}
    return Seen(
        lines=folded,
        names=frozenset(filter(None, map(fold, names))),
        own=frozenset(own),
        numbers=frozenset(found | own),
        dates=frozenset(dates),
        figures=figures,
        pairs=frozenset(letters[at : at + 2] for at in range(len(letters) - 1)),
    )


def compare(one: Seen, other: Seen) -> Compared:
    """Whether two pages may be scans of one sheet, and how far their words agree; the order does not matter."""
    shared = len(one.pairs & other.pairs) / max(len(one.pairs | other.pairs), 1)
    return Compared(round(shared, 4), _why_not(one, other, shared))


def _why_not(one: Seen, other: Seen, shared: float) -> Why | None:
    if min(len(one.text), len(other.text)) < _LEAST_LETTERS:
        return Why.SHORT
    vouched = _by_number(one, other)
    if vouched is None:
        vouched = _by_name(one, other)
        if vouched and _replaces_words(one, other):
            return Why.OTHER_CHILD
    if not vouched:
        return Why.NOBODY if vouched is None else Why.OTHER_CHILD
    return _why_another(one, other, shared)


def _why_another(one: Seen, other: Seen, shared: float) -> Why | None:
    """Of two papers of one child."""
    if shared < _LEAST_TEXT:
        return Why.OTHER_WORDS
    if one.dates - other.dates and other.dates - one.dates:
        return Why.OTHER_DATE
    return Why.OTHER_FIGURE if _differ(one.figures, other.figures) else None


def _by_number(one: Seen, other: Seen) -> bool | None:
    """Whether numbers say that it is one child; None where they do not say. A guardian's stands on the papers of two."""
    if one.own and other.own:
        return bool(one.own & other.own)
    if one.own & other.numbers or other.own & one.numbers:
        return True
    return False if one.numbers and other.numbers and not one.numbers & other.numbers else None


def _by_name(one: Seen, other: Seen) -> bool | None:
    if one.names and other.names:
        return bool(one.names & other.names)
    named, silent = (one, other) if one.names else (other, one)
    return any(name in silent.text for name in named.names if len(name) in _NAME) or None


def _replaces_words(one: Seen, other: Seen) -> bool:
    """Whether somewhere whole words stand in place of others, as on one form for two children; misread are single letters."""
    left, right = (list((Counter(a.lines) - Counter(b.lines)).elements()) for a, b in ((one, other), (other, one)))
    for line in left:
        best = max(right, key=lambda like: SequenceMatcher(None, line, like, autojunk=False).quick_ratio(), default="")
        for tag, start, stop, into, until in SequenceMatcher(None, line, best, autojunk=False).get_opcodes():
            if tag == "replace" and _are_words(line[start:stop]) and _are_words(best[into:until]):
                return True
    return False


def _are_words(text: str) -> bool:
    return len(text) in _NAME and all(map(is_han, text))


def _differ(one: Counter[str], other: Counter[str]) -> bool:
    left, right = one - other, other - one
    if _differ_long(left, right):
        return True
    fewer = min(_small(one), _small(other))
    return fewer - _small(one & other) > max(1, (1 - _LEAST_SMALL) * fewer)


def _small(figures: Counter[str]) -> int:
    return sum(count for text, count in figures.items() if len(text) < _LONG)


def _differ_long(left: Counter[str], right: Counter[str]) -> bool:
    """Whether long figures stand against each other; what only one page has may be lost on the other."""
    mine, theirs = ([text for text in side.elements() if len(text) >= _LONG] for side in (left, right))
    against = min(len(mine), len(theirs))
    near = sum(any(_is_misread(text, like) for like in theirs) for text in mine)
    return against > _MISREAD_AT_MOST or near < against


def _is_misread(text: str, like: str) -> bool:
    return len(text) == len(like) and sum(a != b for a, b in zip(text, like, strict=True)) == 1


def _without(line: str, places: list[tuple[int, int]]) -> str:
    """The line with a gap in each of these places."""
    kept = list(line)
    for start, stop in places:
        kept[start:stop] = " " * (stop - start)
    return "".join(kept)
