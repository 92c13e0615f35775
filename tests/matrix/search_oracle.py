"""A second opinion on what somebody may find by words: a walk over plain values, written from the rules and from nothing else.

Not here: any query, any word of `rules.access`, `services.scope` or `services.search_scope`; a fault there must not repeat itself here.
"""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A unit: under whom it stands, who decides on it, who assists."""

    id: str
    parent: str | None
    authority: str | None
    assisting: str | None


@dataclass(frozen=True)
class Post:
    """What somebody is at a unit; a homeroom teacher and the administrators read no papers. Source: GB/T 39784."""

    unit: str
    reads: bool


@dataclass(frozen=True)
class Paper:
    """A page with all that decides on it."""

    page: int
    record: str
    at: str  # the unit in whose scope it is
    taken_in_at: str
    sensitivity: str
    is_settled: bool
    text: str
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    school: str
    kind: str
    status: str
    on: int


def reach(posts: list[Post], places: dict[str, Place]) -> set[str]:
    """Units whose papers the posts let one read: one's own, all below, those one decides on, those one assists with. Source: HN-3.2, HN-3.4."""
    own = {post.unit for post in posts if post.reads}
    found = set()
    for place in places.values():
        over: set[str | None] = set()
        at: Place | None = place
        while at is not None:
            over |= {at.id, at.authority}
            at = places.get(at.parent or "")
        if over & own or place.assisting in own:
            found.add(place.id)
    return found


def may_find(paper: Paper, posts: list[Post], places: dict[str, Place], *, has_purpose: bool) -> bool:
    """Settled ordinary papers within reach; what is closed or unsettled only its own unit, looking into nobody else's folders.

    Health and justice answer to a stated purpose alone. Source: PIPL-28, HN-24.1, YK-32.1.
    """
    within, own = reach(posts, places), {post.unit for post in posts}
    if paper.at not in within:
        return False
    is_ordinary = paper.sensitivity in ("L", "M")
    if is_ordinary and paper.is_settled:
        return True
    stays_at_home = within <= own and paper.at == paper.taken_in_at
    return stays_at_home and (is_ordinary or has_purpose)


def speaks_of(paper: Paper, words: list[str]) -> bool:
    """Every word stands in the text, in a name or in a number."""
    return all(word in paper.text or any(word in value for value in (*paper.names, *paper.numbers)) for word in words)


def facets(found: list[Paper]) -> dict[str, Counter[str]]:
    """How many pages carry each value."""
    return {name: Counter(getattr(paper, name) for paper in found) for name in ("school", "kind", "status")}
