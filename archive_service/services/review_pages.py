"""A page of cases in the order of their due days, and the mark at which the next one goes on.

Cases with a clock and cases without are two stretches of the order, each in that of an index: as many ids are taken from the front of
both as a page has lines, however many there are. A page neither repeats nor skips a line when cases are decided in between.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import CompoundSelect, Select, select, tuple_, union_all

from archive_service.errors import Rejected
from archive_service.ids import is_id
from archive_service.models.case import Case
from archive_service.services.review_lines import CaseLine

_NO_CLOCK = date(9999, 12, 31)  # stands in a mark for a case without a clock


@dataclass(frozen=True)
class Mark:
    """The last line of a page; without `due_on` it had no clock."""

    due_on: date | None
    case_id: str


def ids(narrowed: Select[str], after: Mark | None, at_most: int) -> CompoundSelect[str]:
    """The ids of the lines of a page, of a statement that selects the ids of a whole list."""
    timed = narrowed.where(Case.due_on.is_not(None)).order_by(Case.due_on, Case.id).limit(at_most)
    rest = narrowed.where(Case.due_on.is_(None)).order_by(Case.id).limit(at_most)
    if after and after.due_on:
        timed = timed.where(tuple_(Case.due_on, Case.id) > (after.due_on, after.case_id))
    elif after:
        timed, rest = timed.limit(0), rest.where(Case.id > after.case_id)
    return union_all(*(select(stretch.subquery().c.id) for stretch in (timed, rest)))


def cursor(line: CaseLine) -> str:
    """The mark of a line, as it travels."""
    due_on = line.clock.due_on if line.clock else _NO_CLOCK
    return f"{due_on.isoformat()}~{line.id}"


def mark(cursor: str) -> Mark:
    """The mark that travelled. Raises Rejected."""
    day, _, case_id = cursor.partition("~")
    try:
        due_on = date.fromisoformat(day)
    except ValueError as error:
        raise Rejected("翻页标记无效，请从第一页重新开始。") from error
    if not is_id(case_id):
        raise Rejected("翻页标记无效，请从第一页重新开始。")
    return Mark(None if due_on == _NO_CLOCK else due_on, case_id)
