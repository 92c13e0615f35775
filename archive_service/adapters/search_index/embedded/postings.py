"""The only place that speaks to Whoosh: posting lists of one segment, written once and read.

Uses its codec interface (`whoosh.codec.base`) and nothing above it: no writer, searcher, filter, refresh, table of
contents. Lists say which pages of the segment hold a term, nothing else.
"""

import pickle
import struct
import threading
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import whoosh
from whoosh import fields, formats
from whoosh.analysis import IDAnalyzer
from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import FileFormatError
from whoosh.matching import ReadTooFar
from whoosh.reading import TermNotFound

from archive_service.adapters.search_index.embedded.manifest import BadIndex

_OVER_DAMAGE = (
    *(OSError, ValueError, EOFError, LookupError, TypeError, AttributeError, AssertionError, OverflowError, MemoryError),
    *(struct.error, zlib.error, pickle.UnpicklingError, FileFormatError, ReadTooFar, TermNotFound),
)
"""What the library was seen to raise, or can raise, over damaged files."""

Docs = npt.NDArray[np.int32]
"""Ascending page places of one segment."""

LIBRARY = f"whoosh {whoosh.versionstring()}"
NO_DOCS: Docs = np.empty(0, np.int32)

_UNREADABLE = "索引的词表文件已损坏"
_INDEX_NAME = "pages"
_FORMAT = formats.Existence()


class _TermField(fields.FieldType):  # type: ignore[misc] # the library has no types
    """A field of ready-made terms; the codec asks it for its posting format only."""

    def __init__(self) -> None:
        super().__init__(_FORMAT, IDAnalyzer())


_FIELD = _TermField()


def write_postings(directory: Path, name: str, lists: Mapping[str, Mapping[str, Iterable[int]]]) -> list[Path]:
    """Writes field -> term -> ascending places as the segment `name`; returns the files made, not yet fsynced."""
    codec = _codec()
    writer = codec.field_writer(FileStorage(str(directory)), _segment(codec, name))
    for field in sorted(lists):
        writer.start_field(field, _FIELD)
        for term in sorted(lists[field]):  # the order of characters is the order of their UTF-8 bytes
            _write_list(writer, term.encode(), lists[field][term])
        writer.finish_field()
    writer.close()
    return sorted(directory.glob(f"{_INDEX_NAME}_{name}.*"))


def _write_list(writer: Any, term: bytes, places: Iterable[int]) -> None:  # noqa: ANN401 - the library has no types
    writer.start_term(term)
    for place in places:
        writer.add(place, 1.0, b"", None)
    writer.finish_term()


class PostingReader:
    """Reads the posting lists of one segment. Its files have one read position, so one thread at a time decodes."""

    def __init__(self, directory: Path, name: str, count: int) -> None:
        codec = _codec()
        self._count = count
        self._lock = threading.Lock()
        with self._doubted():
            self._terms = codec.terms_reader(FileStorage(str(directory)), _segment(codec, name))
        weakref.finalize(self, self._terms.close)

    def frequency(self, field: str, term: str) -> int:
        """How many pages of the segment hold the term, gone ones included."""
        with self._doubted():
            try:
                return int(self._terms.doc_frequency(field, term.encode()))
            except KeyError:  # asking first whether it is there would look it up twice
                return 0

    def docs(self, field: str, term: str) -> Docs:
        """The places of the term, decoded anew."""
        with self._doubted():
            try:
                matcher = self._terms.matcher(field, term.encode(), _FORMAT)
            except TermNotFound:
                return NO_DOCS
            docs = np.fromiter(matcher.all_ids(), np.int32)
        sound = docs.size and docs[0] >= 0 and docs[-1] < self._count and (docs[1:] > docs[:-1]).all()
        if not sound:
            raise BadIndex(_UNREADABLE)
        return docs

    @contextmanager
    def _doubted(self) -> Iterator[None]:
        with self._lock, _Doubt():
            yield


class _Doubt:
    """Turns what the library raises over damaged files into `BadIndex`; a missing file stays what it is."""

    def __enter__(self) -> None:
        """Only the way out matters."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None or issubclass(kind, FileNotFoundError):
            return
        # A wrong block header is reported as a bare Exception, which cannot be caught by name without catching all.
        if kind is Exception or issubclass(kind, _OVER_DAMAGE):
            raise BadIndex(_UNREADABLE) from error


def _codec() -> W3Codec:
    """Longer blocks than by default, and no compression: of short lists, nearly all, it makes longer ones, slowly."""
    return W3Codec(blocklimit=1_024, compression=0)


def _segment(codec: W3Codec, name: str) -> W3Segment:
    return W3Segment(codec, _INDEX_NAME, segid=name)
