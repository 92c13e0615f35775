"""今日: the work of a person by the clock, whatever their role.

Lives here: `my_work`. Not here: the figures behind the small charts (review_statistics), the queue of a reviewer (review_queue).
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.batch import Batch
from archive_service.models.case import Case
from archive_service.models.record import Record
from archive_service.rules.access import Right
from archive_service.rules.law import Law
from archive_service.rules.lifecycle import CaseState
from archive_service.services.actor import Actor
from archive_service.services.batches import UNFINISHED
from archive_service.services.counts import tray_total
from archive_service.services.review_lines import CaseLine, line_of, lines, my_turn
from archive_service.services.review_queue import end_of_week, returned_to_me
from archive_service.services.scope import Scope

LINES_AT_MOST = 200
BATCHES_AT_MOST = 5


@dataclass(frozen=True)
class BatchLine:
    """Papers taken in together, and how far they have come."""

    id: str
    accession_no: str
    label: str
    opened_at: datetime
    total: int
    pending: int


@dataclass(frozen=True)
class Work:
    """What waits for me. `later` holds what is due after this week or has no clock; `returned` comes back without one."""

    overdue: list[CaseLine] = field(default_factory=list)
    today: list[CaseLine] = field(default_factory=list)
    this_week: list[CaseLine] = field(default_factory=list)
    later: list[CaseLine] = field(default_factory=list)
    returned: list[CaseLine] = field(default_factory=list)
    tray: int = 0
    batches: list[BatchLine] = field(default_factory=list)
    cut: bool = False  # more lines than are shown


def my_work(archive: Archive, *, actor: Actor) -> Work:
    """Everything that waits for the actor at their own units, most urgent first."""
    with archive.read() as session:
        scope = Scope.of(session, actor)
        found = _cases(session, scope, archive.law, today(archive.clock))
        work = Work(tray=tray_total(session, scope), batches=_batches(session, scope), cut=len(found) > LINES_AT_MOST)
    for line in found[:LINES_AT_MOST]:
        _pile(work, line, today(archive.clock)).append(line)
    return work


def _cases(session: Session, scope: Scope, law: Law, on: date) -> list[CaseLine]:
    mine = lines().where(scope.cases(), or_(my_turn(scope), returned_to_me(scope)), Case.closed_at.is_(None))
    return [line_of(row, law, on) for row in session.execute(mine.limit(LINES_AT_MOST + 1))]


def _pile(work: Work, line: CaseLine, on: date) -> list[CaseLine]:
    if line.state is CaseState.RETURNED:
        return work.returned
    if line.clock is None or line.clock.due_on > end_of_week(on):
        return work.later
    if line.clock.due_on < on:
        return work.overdue
    return work.today if line.clock.due_on == on else work.this_week


def _batches(session: Session, scope: Scope) -> list[BatchLine]:
    pending = func.count().filter(Record.state.in_(UNFINISHED))
    wanted = (
        select(Batch, func.count(Record.id), pending)
        .join(Record, Record.batch_id == Batch.id)
        .where(scope.batches(), Batch.organisation_id.in_(scope.own_units_with(Right.CAPTURE)))
        .group_by(Batch.id)
        .order_by(Batch.opened_at.desc())
        .limit(BATCHES_AT_MOST)
    )
    return [
        BatchLine(batch.id, batch.accession_no, batch.label, batch.opened_at, total, waiting)
        for batch, total, waiting in session.execute(wanted)
    ]
