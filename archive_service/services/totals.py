"""How many rows a list has in all, counted no further than anybody reads: past a thousand a figure says no more than «many»."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

COUNTED_AT_MOST = 1_000


class AtLeast(int):
    """A number that was counted no further; screens put a plus behind it."""


def counted(session: Session, rows: Select[Any]) -> int:
    """The number of rows of a statement, or AtLeast the most that is counted."""
    found = session.scalar(select(func.count()).select_from(rows.order_by(None).limit(COUNTED_AT_MOST + 1).subquery())) or 0
    return AtLeast(COUNTED_AT_MOST) if found > COUNTED_AT_MOST else found
