"""Bit sets of the terms that a large share of a segment's pages hold.

Lives here: `.hot` (one row of bits a term) and `.hotterms` (their names, in the order of rows). Such a list takes
milliseconds to decode and microseconds to test; the files are mapped and shared by all processes.
Small segments have none: their lists are short anyway.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

SMALLEST_SEGMENT = 500
SHARE = 0.02

Lists = Mapping[str, Mapping[str, npt.ArrayLike]]


def write_hot(directory: Path, name: str, count: int, lists: Lists) -> list[Path]:
    """Writes the bit sets of a segment of `count` pages; returns the files made, none for a small segment."""
    if count < SMALLEST_SEGMENT:
        return []
    terms = [(field, term) for field in lists for term, places in lists[field].items() if np.size(places) >= SHARE * count]
    rows, names = directory / f"{name}.hot", directory / f"{name}.hotterms"
    with rows.open("wb") as file:
        for field, term in terms:
            bits = np.zeros(count, bool)
            bits[np.asarray(lists[field][term])] = True
            np.packbits(bits, bitorder="little").tofile(file)
    names.write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
    return [rows, names]


class HotTerms:
    """The bit sets of one segment, read."""

    def __init__(self, directory: Path, name: str, count: int) -> None:
        names = directory / f"{name}.hotterms"
        terms = json.loads(names.read_text(encoding="utf-8")) if count >= SMALLEST_SEGMENT else []
        self._row = {(field, term): row for row, (field, term) in enumerate(terms)}
        self._count = count
        self._bits: npt.NDArray[np.uint8] = np.empty((0, 0), np.uint8)
        if terms:
            self._bits = np.memmap(directory / f"{name}.hot", np.uint8, "r").reshape(len(terms), -1)

    def __contains__(self, term: tuple[str, str]) -> bool:
        return term in self._row

    def docs(self, field: str, term: str) -> npt.NDArray[np.int32]:
        """The places of a hot term."""
        bits = np.unpackbits(self._bits[self._row[field, term]], count=self._count, bitorder="little")
        return np.flatnonzero(bits).astype(np.int32)

    def frequency(self, field: str, term: str) -> int:
        return int(np.bitwise_count(self._bits[self._row[field, term]]).sum())

    def narrow(self, docs: npt.NDArray[np.int32], field: str, term: str) -> npt.NDArray[np.int32]:
        """Those of the places that hold the hot term."""
        bytes_of = self._bits[self._row[field, term]][docs >> 3]
        held: npt.NDArray[np.bool_] = (bytes_of >> (docs & 7).astype(np.uint8)) & 1 == 1
        return docs[held]
