"""One segment: pages that were written together and never change.

Lives here: making its files (`build_segment`) and reading them (`Segment`), with decoded lists kept in a cache.
Not here: which of its pages are gone, and what a plan means (`evaluate.py`).
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from archive_service.adapters.search_index.embedded.cache import ByteCache
from archive_service.adapters.search_index.embedded.hot import HotTerms, write_hot
from archive_service.adapters.search_index.embedded.page_file import PageFile, PageFileWriter
from archive_service.adapters.search_index.embedded.postings import Docs, PostingReader, write_postings
from archive_service.adapters.search_index.entries import FoldedPage
from archive_service.adapters.search_index.tokens import name_terms, number_terms, text_terms


def build_segment(directory: Path, name: str, pages: Iterable[FoldedPage]) -> tuple[int, list[Path]]:
    """Writes a segment; returns the count of its pages and its files, not yet fsynced.

    Takes up to 20 kB of memory a page, the more the rarer its pairs.
    """
    lists: dict[str, dict[str, array[int]]] = {field: defaultdict(_places) for field in ("text", "names", "numbers")}
    writer = PageFileWriter(directory, name)
    count = 0
    for place, page in enumerate(pages):
        writer.add(page)
        for field, terms in _terms(page).items():
            postings = lists[field]
            for term in terms:
                postings[term].append(place)
        count = place + 1
    files = [*writer.finish(), *write_hot(directory, name, count, lists)]
    return count, [*files, *write_postings(directory, name, lists)]


def _places() -> "array[int]":
    return array("I")


def _terms(page: FoldedPage) -> dict[str, set[str]]:
    return {"text": text_terms(page.text), "names": name_terms(page.names), "numbers": number_terms(page.numbers)}


class Segment:
    """The files of one segment, open for reading by many threads."""

    def __init__(self, directory: Path, name: str, cache: ByteCache) -> None:
        self.name = name
        self.pages = PageFile(directory, name)
        self._postings = PostingReader(directory, name, self.pages.count)
        self._hot = HotTerms(directory, name, self.pages.count)
        self._cache = cache
        self._number_keys: npt.NDArray[np.bytes_] | None = None

    def frequency(self, field: str, term: str) -> int:
        """How many pages hold the term, gone ones included."""
        source = self._hot if (field, term) in self._hot else self._postings
        return source.frequency(field, term)

    def docs(self, field: str, term: str) -> Docs:
        """The places of the term."""
        if (field, term) in self._hot:
            return self._hot.docs(field, term)
        key = (self.name, field, term)
        kept: Docs | None = self._cache.get(key)
        if kept is None:
            kept = self._postings.docs(field, term)
            self._cache.put(key, kept, kept.nbytes)
        return kept

    def narrow(self, docs: Docs, field: str, term: str) -> Docs:
        """Those of the places that hold the term."""
        if (field, term) in self._hot:
            return self._hot.narrow(docs, field, term)
        return np.intersect1d(docs, self.docs(field, term), assume_unique=True)

    def number_keys(self) -> npt.NDArray[np.bytes_]:
        """What `Sort.NUMBER` goes by, of every page; made when first asked for."""
        if self._number_keys is None:
            self._number_keys = self.pages.number_keys()
        return self._number_keys
