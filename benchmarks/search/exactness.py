"""Answers beside a scan of all pages: hits missed, hits too many, pages in another order, totals and counts that differ.

Lives here: the oracle, which is `scan.holds`, the definition. One wrong character is first narrowed to pages that hold one half of the
words, which any page with one wrong character does, since a regular expression over all pages would take minutes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from archive_service.adapters.search_index.emergency import answer, counts
from archive_service.adapters.search_index.entries import FoldedPage
from archive_service.adapters.search_index.interface import SearchIndex, Window
from archive_service.adapters.search_index.plan import And, OneWrong, Or, Plan, Text, strict
from archive_service.adapters.search_index.scan import holds, scan
from benchmarks.search.ask import Asked

ALL = 10**9


@dataclass
class Verdict:
    """Of one class."""

    checked: int = 0
    true_hits: int = 0
    missed: int = 0
    extra: int = 0
    other: int = 0  # pages in another order, totals or counts that differ


def check(index: SearchIndex, pages: Sequence[FoldedPage], asked: Sequence[Asked]) -> Verdict:
    """Hold answers of one class against the scan."""
    verdict = Verdict()
    for one in asked:
        possible = [page for page in pages if _possible(one.plan, page)]
        truth = {page.page_id for page in scan(strict(one.plan), one.scope, possible)}
        found = [hit.page_id for hit in index.candidates(strict(one.plan), one.scope, Window(ALL)).hits]
        expected = answer(one.plan, one.scope, one.window, possible)
        verdict.checked += 1
        verdict.true_hits += len(truth)
        verdict.missed += len(truth - set(found))
        verdict.extra += sum((Counter(found) - Counter(truth)).values())
        told = (list(one.hits.hits), one.hits.total, one.hits.near_total, one.counts)
        wanted = (list(expected.hits), expected.total, expected.near_total, counts(one.plan, one.scope, tuple(one.counts), possible))
        verdict.other += told != wanted
    return verdict


def _possible(plan: Plan, page: FoldedPage) -> bool:
    """False only where the plan cannot hold, near matches included."""
    match plan:
        case And(parts):
            return all(_possible(part, page) for part in parts)
        case Or(parts):
            return any(_possible(part, page) for part in parts)
        case Text(words):
            return words in page.text
        case OneWrong(Text(words)):
            half = len(words) // 2
            return words[:half] in page.text or words[half:] in page.text
        case _:
            return holds(plan, page)
