"""The seam between the service and a full-text engine: nine calls, and no engine type among them.

Lives here: the `SearchIndex` protocol and the values it speaks in.
Not here: any engine. Opening one is `open(path)` of its adapter, the ninth call.
The index is a cache of rows: it proposes, the database decides. Whatever is doubtful is answered by
`IndexUnavailable` and `Health.needs_rebuild`, never by a wrong result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from archive_service.adapters.search_index.entries import FoldedPage, PageEntry, Scope
from archive_service.adapters.search_index.plan import LabelField, Plan

NEAR_BELOW = 200
"""Near matches are looked for when there are fewer exact ones: nobody reads on behind two hundred sure hits."""


class Sort(StrEnum):
    """Near matches come after exact ones in each of them."""

    RELEVANCE = "relevance"  # whole name or number, name holding it, rest; then as DATE
    DATE = "date"  # newest first, then larger page id
    NUMBER = "number"  # ascending first number, pages without one last; then as DATE


class State(StrEnum):
    """What a directory holds."""

    READY = "ready"
    MISSING = "missing"
    FOREIGN = "foreign"  # made under other rules
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after one hit in one order; stays right while pages come and go."""

    near: bool
    rank: int
    number: str
    made_on: int
    page_id: int


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the hits is wanted: from a place (`after`) or by count, in one order."""

    size: int = 20
    offset: int = 0
    after: Cursor | None = None
    sort: Sort = Sort.RELEVANCE


@dataclass(frozen=True, slots=True)
class Hit:
    """One page of the answer."""

    page_id: int
    near: bool
    place: Cursor


@dataclass(frozen=True, slots=True)
class Hits:
    """Pages in order. `total` counts exact matches in scope, `near_total` those with one wrong character."""

    hits: Sequence[Hit] = ()
    total: int = 0
    near_total: int = 0
    exact: bool = True  # whether the totals are counts rather than estimates
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What changed, to be applied at once. Of several entries for one page the newest version counts.

    A page both given and deleted is deleted.
    """

    upserts: Sequence[PageEntry] = ()
    deletes: Sequence[int] = ()
    job_id: int = 0  # the last job that the batch covers; never goes back


@dataclass(frozen=True, slots=True)
class Health:
    """What an operator and the rebuild job need to know."""

    state: State
    reason: str = ""
    generation: int = 0
    pages: int = 0
    job_id: int = 0
    segments: int = 0
    size_bytes: int = 0

    @property
    def needs_rebuild(self) -> bool:
        return self.state is not State.READY


class Rebuild(Protocol):
    """A new index being filled beside the one that serves."""

    def add(self, batch: Batch) -> None:
        """Takes pages in bulk, then catches up on jobs; the same rules as `SearchIndex.apply`."""

    def abandon(self) -> None:
        """Removes what was built."""


class SearchIndex(Protocol):
    """A full-text engine."""

    def fingerprint(self) -> str:
        """Names everything that decides what is found: folding, tokens, schema, library. Another one needs a rebuild."""

    def apply(self, batch: Batch) -> int:
        """Writes the batch durably and returns the generation that shows it; an empty batch tidies up instead.

        Raises:
            IndexUnavailable: there is no sound index, or another writer holds the lock for too long.
        """

    def generation(self) -> int:
        """The generation that the next query will see."""

    def candidates(self, plan: Plan, scope: Scope, window: Window) -> Hits:
        """Pages in scope that fulfil the plan. An empty scope answers empty without asking the engine.

        Near matches are looked for only below `NEAR_BELOW` exact ones.

        Raises:
            IndexUnavailable: there is no sound index.
        """

    def facets(self, plan: Plan, scope: Scope, fields: Sequence[LabelField]) -> dict[LabelField, dict[int, int]]:
        """How many exact matches in scope carry each value.

        Raises:
            IndexUnavailable: there is no sound index.
        """

    def held(self) -> Iterator[FoldedPage]:
        """Every page the index answers with, as it is held; for proving it against the rows.

        Raises:
            IndexUnavailable: there is no sound index.
        """

    def begin_rebuild(self) -> Rebuild:
        """Starts an empty index beside the serving one; `abandon` it when anything fails.

        Raises:
            IndexUnavailable: another rebuild is under way.
        """

    def finish_rebuild(self, rebuild: Rebuild) -> bool:
        """Switches to it, unless the serving index has taken later jobs: then False, catch up and call again."""

    def health(self, *, deep: bool = False) -> Health:
        """Whether the index is sound: sizes and fingerprint; deep reads every byte and compares digests."""

    def close(self) -> None:
        """Lets go of files; a closed index answers nothing."""
