"""What goes into a search index: pages as the service hands them over, and as the engine keeps them.

Lives here: `PageEntry` (raw), `FoldedPage` (folded once), `Scope` (what the viewer may see).
Not here: tokens, and where the values come from (`services/search.py` reads them from rows).
"""

from dataclasses import dataclass
from typing import Self

from scanners.cjk_text import fold


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One page as rows know it. Texts are raw; the first number is the one that `Sort.NUMBER` goes by."""

    page_id: int
    text: str
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    school: int
    kind: int
    status: int
    sensitivity: int
    made_on: int  # civil date as yyyymmdd, 0 when unknown
    version: int  # of the row: an older version never replaces a newer one


@dataclass(frozen=True, slots=True)
class Scope:
    """Schools and sensitivities that are open to the viewer; a page must be within both."""

    schools: frozenset[int]
    sensitivities: frozenset[int]

    @property
    def is_empty(self) -> bool:
        return not (self.schools and self.sensitivities)


@dataclass(frozen=True, slots=True)
class FoldedPage:
    """One page as it is searched: everything folded, empty and repeated values gone."""

    page_id: int
    text: str
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    school: int
    kind: int
    status: int
    sensitivity: int
    made_on: int
    version: int

    @classmethod
    def of(cls, entry: PageEntry) -> Self:
        return cls(
            page_id=entry.page_id,
            text=fold(entry.text),
            names=_folded(entry.names),
            numbers=_folded(entry.numbers),
            school=entry.school,
            kind=entry.kind,
            status=entry.status,
            sensitivity=entry.sensitivity,
            made_on=entry.made_on,
            version=entry.version,
        )


def _folded(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(fold, values))))


COLUMNS = ("page_id", "school", "kind", "status", "sensitivity", "made_on", "version")
"""The whole numbers kept beside each page, in the order of storage."""
