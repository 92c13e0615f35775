"""How many rows a list has in all, counted no further than anybody reads: past a thousand a figure says no more than «many»."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

COUNTED_AT_MOST = 1_000


class AtLeast(int):
    """A number that was counted no further; screens put a plus behind it."""


def counted(session: Session, rows: Select[Any]) -> int:
    """The number of rows of a statement, or AtLeast the most that is counted."""
    found = session.scalar(select(func.count()).select_from(rows.order_by(None).limit(COUNTED_AT_MOST + 1).subquery())) or 0
    return AtLeast(COUNTED_AT_MOST) if found > COUNTED_AT_MOST else found


def counted_together(session: Session, branches: Sequence[Select[Any]]) -> int:
    """The same for several statements of ids, each id once; the first is the one that holds most.

    A condition that is one thing or another is found along an index in each part, and in PostgreSQL not as a whole.
    """
    if not branches:
        return 0
    first = counted(session, branches[0])
    if isinstance(first, AtLeast) or len(branches) == 1:
        return first
    parts = [branch.order_by(None).limit(COUNTED_AT_MOST + 1).subquery() for branch in branches]
    return counted(session, select(union(*(select(part) for part in parts)).subquery()))
