"""What is known of the pages of one segment, beside its posting lists: folded texts, names, numbers and columns.

Lives here: three files that are written once and mapped into memory by every process:
`.pages` (UTF-8, three zones a page: text, names, numbers), `.zones` (where the zones start), `.columns` (whole numbers).
Not here: which pages are gone (a later fact, see `manifest.py`).
"""

import mmap
import re
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from archive_service.adapters.search_index.embedded.manifest import BadIndex
from archive_service.adapters.search_index.entries import COLUMNS, FoldedPage
from archive_service.adapters.search_index.scan import NO_NUMBER, NUMBER_KEY_BYTES

Ints = npt.NDArray[np.int64]

ZONES = {"text": 0, "names": 1, "numbers": 2}
BOUND = "\n"
"""Stands before, between and after the values of a zone; no folded text contains it."""


def _zone(values: tuple[str, ...]) -> bytes:
    return f"{BOUND}{BOUND.join(values)}{BOUND}".encode() if values else b""


class PageFileWriter:
    """Takes pages in order; texts go to disk at once."""

    def __init__(self, directory: Path, name: str) -> None:
        self._paths = [directory / f"{name}.{ending}" for ending in ("pages", "zones", "columns")]
        self._pages = self._paths[0].open("wb")
        self._starts = array("Q", [0])
        self._columns = array("q")

    def add(self, page: FoldedPage) -> None:
        for zone in (page.text.encode(), _zone(page.names), _zone(page.numbers)):
            self._pages.write(zone)
            self._starts.append(self._starts[-1] + len(zone))
        self._columns.extend(getattr(page, column) for column in COLUMNS)

    def finish(self) -> list[Path]:
        """Closes the files; returns them, not yet fsynced."""
        self._pages.close()
        np.frombuffer(self._starts, np.uint64).tofile(self._paths[1])
        by_page = np.frombuffer(self._columns, np.int64).reshape(-1, len(COLUMNS))
        np.ascontiguousarray(by_page.T).tofile(self._paths[2])
        return self._paths


class PageFile:
    """The pages of one segment, read."""

    def __init__(self, directory: Path, name: str) -> None:
        with (directory / f"{name}.pages").open("rb") as file:
            # An empty file cannot be mapped; a segment of empty pages has one.
            sized = file.seek(0, 2)
            self._bytes: mmap.mmap | bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if sized else b""
        self._starts = np.memmap(directory / f"{name}.zones", np.uint64, "r")
        self._columns: Ints = np.memmap(directory / f"{name}.columns", np.int64, "r").reshape(len(COLUMNS), -1)
        self.count = self._columns.shape[1]

    def column(self, name: str) -> Ints:
        """One whole number of every page, by place."""
        column: Ints = self._columns[COLUMNS.index(name)]
        return column

    def holding(self, docs: npt.NDArray[np.int32], zone: str, needle: str) -> npt.NDArray[np.int32]:
        """Those of the places whose zone holds the needle."""
        find, wanted = self._bytes.find, needle.encode()
        starts, ends = self._bounds(docs, zone)
        kept = [find(wanted, start, end) >= 0 for start, end in zip(starts, ends, strict=True)]
        confirmed: npt.NDArray[np.int32] = docs[np.array(kept, bool)]
        return confirmed

    def matching(self, docs: npt.NDArray[np.int32], zone: str, pattern: re.Pattern[bytes], *, skip: int) -> npt.NDArray[np.int32]:
        """Those of the places in whose zone the pattern is found, looked for in the bytes as they lie, some bytes from its start."""
        starts, ends = self._bounds(docs, zone)
        found = [pattern.search(self._bytes, start + skip, end) is not None for start, end in zip(starts, ends, strict=True)]
        confirmed: npt.NDArray[np.int32] = docs[np.array(found, bool)]
        return confirmed

    def zones(self, docs: npt.NDArray[np.int32], zone: str) -> Iterator[str]:
        """The zone of each of the places, as text."""
        starts, ends = self._bounds(docs, zone)
        try:
            for start, end in zip(starts, ends, strict=True):
                yield self._bytes[start:end].decode()
        except UnicodeDecodeError as error:
            raise BadIndex("索引的正文文件已损坏") from error

    def values(self, docs: npt.NDArray[np.int32], zone: str) -> Iterator[tuple[str, ...]]:
        """The names or numbers of each of the places."""
        return (tuple(text[1:-1].split(BOUND)) if text else () for text in self.zones(docs, zone))

    def pages(self, docs: npt.NDArray[np.int32]) -> Iterator[FoldedPage]:
        """The places as pages again, for writing them into another segment."""
        texts, names, numbers = self.zones(docs, "text"), self.values(docs, "names"), self.values(docs, "numbers")
        columns = self._columns[:, docs].T.tolist()
        for text, of_names, of_numbers, row in zip(texts, names, numbers, columns, strict=True):
            yield FoldedPage(text=text, names=of_names, numbers=of_numbers, **dict(zip(COLUMNS, row, strict=True)))

    def number_keys(self) -> npt.NDArray[np.bytes_]:
        """What `Sort.NUMBER` goes by, of every page."""
        starts, ends = (np.array(bounds, np.int64)[:, None] for bounds in self._bounds(np.arange(self.count, dtype=np.int32), "numbers"))
        keys = np.full(self.count, NO_NUMBER, f"S{NUMBER_KEY_BYTES}")
        if len(self._bytes):
            places = starts + len(BOUND) + np.arange(NUMBER_KEY_BYTES)
            letters = np.frombuffer(self._bytes, np.uint8)[places.clip(max=len(self._bytes) - 1)]
            letters[np.logical_or.accumulate((letters == ord(BOUND)) | (places >= ends), axis=1)] = 0
            there = (starts < ends).ravel()
            keys[there] = letters.view(keys.dtype).ravel()[there]
        return keys

    def _bounds(self, docs: npt.NDArray[np.int32], zone: str) -> tuple[list[int], list[int]]:
        first = docs.astype(np.int64) * len(ZONES) + ZONES[zone]
        return self._starts[first].tolist(), self._starts[first + 1].tolist()
