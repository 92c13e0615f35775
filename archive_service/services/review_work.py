"""今日: the work of a person by the clock, whatever their role.

Lives here: `my_work`. Not here: the figures behind the small charts (review_statistics), the queue of a reviewer (review_queue).
"""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.case import Case
from archive_service.rules.lifecycle import CaseState
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.counts import tray_total
from archive_service.services.ledger import Subject
from archive_service.services.review_lines import CaseLine, by_due_day, line_of, lines, waiting_for_me
from archive_service.services.review_queue import end_of_week
from archive_service.services.scope import Scope

LINES_AT_MOST = 10  # of each pile; the lists behind have the rest


@dataclass(frozen=True)
class Work:
    """What waits for me, the first of each pile: `later` is due after this week or has no clock, `returned` came back."""

    overdue: list[CaseLine] = field(default_factory=list)
    today: list[CaseLine] = field(default_factory=list)
    this_week: list[CaseLine] = field(default_factory=list)
    later: list[CaseLine] = field(default_factory=list)
    returned: list[CaseLine] = field(default_factory=list)
    tray: int = 0
    totals: dict[str, int] = field(default_factory=dict)  # how many there are, by pile


def my_work(archive: Archive, *, actor: Actor) -> Work:
    """What waits for the actor at their own units, most urgent first; which cases were shown is on the ledger."""
    on = today(archive.clock)
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        work = Work(tray=tray_total(session, scope))
        shown = _first_of_piles(session, scope, on, work.totals)
        for row in session.execute(lines().where(Case.id.in_(shown))):
            line = line_of(row, archive.law, on)
            getattr(work, shown[line.id]).append(line)
        _tell(archive, session, actor, list(shown))
    return work


def _tell(archive: Archive, session: Session, actor: Actor, shown: list[str]) -> None:
    """A line gives a child's name and what is done about it, so the list is a look. Source: HN-24.1."""
    if shown:
        ledger.write(session, "cases.listed", Subject("case"), actor=actor, now=archive.clock.now(), detail={"cases": shown})


def _first_of_piles(session: Session, scope: Scope, on: date, totals: dict[str, int]) -> dict[str, str]:
    """The pile of each case to be shown; how many each pile holds is put into `totals`."""
    pile = _pile(on)
    total = func.count().over(partition_by=pile).label("total")
    place = func.row_number().over(partition_by=pile, order_by=by_due_day()).label("place")
    mine = (
        select(Case.id, pile.label("pile"), total, place)
        .where(Case.id.in_(waiting_for_me(scope)), scope.cases(), Case.closed_at.is_(None))
        .subquery()
    )
    wanted = select(mine.c.id, mine.c.pile, mine.c.total).where(mine.c.place <= LINES_AT_MOST).order_by(mine.c.pile, mine.c.place)
    shown: dict[str, str] = {}
    for case_id, name, number in session.execute(wanted):
        shown[case_id], totals[name] = name, number
    return shown


def _pile(on: date) -> ColumnElement[str]:
    """Which list of `Work` a case is in."""
    return when(
        (Case.state == CaseState.RETURNED.value, "returned"),
        (or_(Case.due_on.is_(None), Case.due_on > end_of_week(on)), "later"),
        (Case.due_on < on, "overdue"),
        (Case.due_on == on, "today"),
        else_="this_week",
    )
