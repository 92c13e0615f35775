"""Where the words of a plan stand in the original text of a page.

Lives here: `spans`, a pure function over the text, so that every engine highlights alike. The service maps the
offsets to word boxes on the page image.
"""

import re
from collections.abc import Iterator

from archive_service.adapters.search_index.plan import And, Name, Number, OneWrong, Or, Plan, Text
from archive_service.adapters.search_index.scan import one_wrong_pattern
from scanners.cjk_text import fold_with_offsets

Span = tuple[int, int]


def spans(plan: Plan, text: str) -> list[Span]:
    """Half-open offsets into `text`, in order, overlapping ones joined. Near matches count where no exact one stands."""
    folded, offsets = fold_with_offsets(text)
    found = [span for words in _words(plan, near=False) for span in _occurrences(re.compile(re.escape(words)), folded)]
    if not found:
        found = [span for words in _words(plan, near=True) for span in _occurrences(one_wrong_pattern(words), folded)]
    return _joined((offsets[first], offsets[last - 1] + 1) for first, last in found)


def _words(plan: Plan, *, near: bool) -> set[str]:
    match plan:
        case And(parts) | Or(parts):
            return {words for part in parts for words in _words(part, near=near)}
        case OneWrong(leaf):
            return {leaf.words} if near else set()
        case Text(words) | Name(words) | Number(words):
            return set() if near else {words}
        case _:
            return set()


def _occurrences(pattern: re.Pattern[str], folded: str) -> Iterator[Span]:
    """All places, overlapping ones too: 丽丽 stands twice in 丽丽丽."""
    start = 0
    while found := pattern.search(folded, start):
        yield found.span()
        start = found.start() + 1


def _joined(found: Iterator[Span]) -> list[Span]:
    joined: list[Span] = []
    for first, last in sorted(found):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
