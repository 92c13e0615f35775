"""Figures behind the small charts of 今日: papers by day, clocks by week.

Lives here: `statistics`. Not here: lists (review_queue, review_work). Counts only, over the units whose statistics the actor may
read, and of papers that exist for the actor.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.case import Case, CaseStep
from archive_service.models.record import MatchState, Record, RecordState, ReviewState
from archive_service.rules.access import Right
from archive_service.services.actor import Actor
from archive_service.services.case_chain import StepState
from archive_service.services.review_queue import UNDER_WAY
from archive_service.services.scope import Scope

DAYS = 14
WEEKS = 6


@dataclass(frozen=True)
class PapersDay:
    """Papers received on a day, by what became of them; each counts once, returned before doubtful before read."""

    on: date
    read: int
    doubtful: int
    returned: int


@dataclass(frozen=True)
class DueWeek:
    """Steps due in the week that starts on that Monday; late ones count in the week they were due."""

    monday: date
    steps: int


@dataclass(frozen=True)
class Statistics:
    """Every day and every week stands there, empty ones too."""

    papers: list[PapersDay]
    due: list[DueWeek]


def statistics(archive: Archive, *, actor: Actor) -> Statistics:
    """Papers of the last two weeks and clocks of the weeks around today. Raises Denied without the right to statistics."""
    on = today(archive.clock)
    with archive.read() as session:
        scope = Scope.of(session, actor)
        scope.require_anywhere(Right.READ_STATISTICS)
        units = scope.units(Right.READ_STATISTICS)
        return Statistics(_papers(session, scope, units, on), _due(session, units, on))


def _papers(session: Session, scope: Scope, units: frozenset[str], on: date) -> list[PapersDay]:
    """Papers the actor could open: on a day with one paper a count of closed ones would tell of it."""
    first = on - timedelta(days=DAYS - 1)
    is_returned = Record.review_state == ReviewState.RETURNED
    is_read = Record.state == RecordState.READ
    is_matched = Record.match_state == MatchState.MATCHED
    counted = (
        select(
            Record.received_on,
            func.count().filter(~is_returned, is_read, is_matched),
            func.count().filter(~is_returned, ~(is_read & is_matched)),
            func.count().filter(is_returned),
        )
        .where(scope.records(), Record.organisation_id.in_(units), Record.received_on.between(first, on))
        .group_by(Record.received_on)
    )
    days = {day: PapersDay(day, read, doubtful, returned) for day, read, doubtful, returned in session.execute(counted)}
    span = [first + timedelta(days=count) for count in range(DAYS)]
    return [days.get(day, PapersDay(day, 0, 0, 0)) for day in span]


def _due(session: Session, units: frozenset[str], on: date) -> list[DueWeek]:
    this_monday = on - timedelta(days=on.weekday())
    mondays = [this_monday + timedelta(weeks=count) for count in range(-1, WEEKS - 1)]
    counted = (
        select(CaseStep.due_on, func.count())
        .join(Case, Case.id == CaseStep.case_id)
        .where(CaseStep.unit_id.in_(units), CaseStep.state == StepState.OPEN.value, Case.state.in_(UNDER_WAY))
        .where(CaseStep.due_on >= mondays[0], CaseStep.due_on < mondays[-1] + timedelta(weeks=1))
        .group_by(CaseStep.due_on)
    )
    weeks: Counter[date] = Counter()
    for due_on, number in session.execute(counted):
        if due_on is not None:
            weeks[due_on - timedelta(days=due_on.weekday())] += number
    return [DueWeek(monday, weeks[monday]) for monday in mondays]
