"""Lists of cases: 待审 (what waits at my unit, by due day, with the next and the previous) and all cases in scope.

Lives here: `review_queue`, `neighbours`, `list_cases`, their filters. Not here: 今日 (review_work), a case whole (case_view).
How a page is found in the order of due days is in review_pages.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.case import Case
from archive_service.models.student import Student, StudentNumber
from archive_service.rules.identity import normalise
from archive_service.rules.lifecycle import CaseState
from archive_service.rules.names import fold_name
from archive_service.services import ledger, review_pages
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.review_lines import CaseLine, by_due_day, line_of, lines, my_turn, waiting_for_me
from archive_service.services.scope import Scope
from archive_service.services.scope_parties import walked
from archive_service.services.totals import counted

UNDER_WAY = (CaseState.SUBMITTED.value, CaseState.IN_REVIEW.value)
PAGE_SIZE = 50
NEIGHBOURS_AT_MOST = 5_000


class Due(StrEnum):
    """When the open step has to be done."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


@dataclass(frozen=True)
class QueueFilters:
    """What to leave out; empty: nothing. `text` is part of a name or of a case number, or a whole number of the student."""

    procedure: str | None = None
    school_id: str | None = None
    due: Due | None = None
    text: str = ""


@dataclass(frozen=True)
class CaseFilters:
    """Filters of a list of cases; `text` as for the queue."""

    mine: bool = False
    state: CaseState | None = None
    due_before: date | None = None
    student_id: str | None = None
    procedure: str | None = None
    text: str = ""


@dataclass(frozen=True)
class QueueCounts:
    """How many wait, before filters: all, late, due today, due until Sunday (today and late ones not counted again)."""

    total: int
    overdue: int
    today: int
    week: int


@dataclass(frozen=True)
class CaseList:
    """A page of lines; `next` is the cursor of the page after it."""

    items: list[CaseLine]
    next: str | None
    total: int
    counts: QueueCounts | None = None


@dataclass(frozen=True)
class Neighbours:
    """Where a case stands in the queue: its place from 1 (absent when it no longer waits), and the ids around it."""

    place: int | None
    total: int
    previous: str | None
    next: str | None


@dataclass
class _Listing:
    archive: Archive
    session: Session
    scope: Scope
    conditions: list[ColumnElement[bool]] = field(default_factory=list)

    @property
    def on(self) -> date:
        return today(self.archive.clock)


def review_queue(
    archive: Archive, *, actor: Actor, filters: QueueFilters | None = None, cursor: str | None = None, size: int = PAGE_SIZE
) -> CaseList:
    """What waits for a decision at the actor's own units, first what is due first; which cases were shown is on the ledger.

    Raises:
        Rejected: the cursor is not one of ours.
    """
    with archive.begin() as session:
        listing = _queue(archive, session, actor)
        counts = _counts(listing)
        listing.conditions += _chosen(filters or QueueFilters(), listing.on)
        page = _page(listing, cursor, size)
    return CaseList(page.items, page.next, page.total, counts)


def neighbours(archive: Archive, case_id: str, *, actor: Actor, filters: QueueFilters | None = None) -> Neighbours:
    """Previous and next case of the queue; for one that has just been decided, the first that waits is next."""
    with archive.read() as session:
        listing = _queue(archive, session, actor)
        listing.conditions += _chosen(filters or QueueFilters(), listing.on)
        ids = list(session.scalars(select(Case.id).where(*listing.conditions).order_by(*by_due_day()).limit(NEIGHBOURS_AT_MOST)))
    if case_id not in ids:
        return Neighbours(None, len(ids), None, ids[0] if ids else None)
    at = ids.index(case_id)
    return Neighbours(at + 1, len(ids), ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None)


def list_cases(
    archive: Archive, *, actor: Actor, filters: CaseFilters | None = None, cursor: str | None = None, size: int = PAGE_SIZE
) -> CaseList:
    """All cases in scope, on the ledger as above; `mine` keeps those that wait at one of my units or were returned to it.

    Raises:
        Rejected: the cursor is not one of ours.
    """
    chosen = filters or CaseFilters()
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        listing = _Listing(archive, session, scope, [scope.cases(in_list=not chosen.mine)])
        if chosen.mine:
            listing.conditions.append(Case.id.in_(waiting_for_me(scope)))
        listing.conditions += _wanted(chosen)
        return _page(listing, cursor, size)


def end_of_week(on: date) -> date:
    """The Sunday of the week."""
    return on + timedelta(days=6 - on.weekday())


def _queue(archive: Archive, session: Session, actor: Actor) -> _Listing:
    scope = Scope.of(session, actor)
    return _Listing(archive, session, scope, [Case.id.in_(_under_way(scope)), scope.cases()])


def _under_way(scope: Scope) -> Select[str]:
    """What is my turn and has left the school that prepares it."""
    return select(Case.id).where(Case.id.in_(my_turn(scope)), walked(Case.state).in_(UNDER_WAY))


def _chosen(filters: QueueFilters, on: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.procedure:
        found.append(Case.procedure == filters.procedure)
    if filters.school_id:
        found.append(Case.organisation_id == filters.school_id)
    if filters.due:
        found.append(_due(filters.due, on))
    return found + _speaking_of(filters.text.strip())


def _wanted(filters: CaseFilters) -> list[ColumnElement[bool]]:
    equal = {Case.state: filters.state, Case.student_id: filters.student_id, Case.procedure: filters.procedure}
    found: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value]
    if filters.due_before:
        found.append(Case.due_on < filters.due_before)
    return found + _speaking_of(filters.text.strip())


def _speaking_of(text: str) -> list[ColumnElement[bool]]:
    if not text:
        return []
    number = normalise(text)
    numbered = select(StudentNumber.student_id).where(StudentNumber.number == number)
    named = Student.name.contains(fold_name(text), autoescape=True)
    meant = select(Student.id).where(or_(named, Student.id_no == number, Student.id.in_(numbered)))
    return [or_(Case.case_no.contains(text, autoescape=True), Case.student_id.in_(meant))]


def _due(due: Due, on: date) -> ColumnElement[bool]:
    if due is Due.OVERDUE:
        return Case.due_on < on
    return Case.due_on == on if due is Due.TODAY else Case.due_on.between(on, end_of_week(on))


def _page(listing: _Listing, cursor: str | None, size: int) -> CaseList:
    narrowed = select(Case.id).where(*listing.conditions)
    total = counted(listing.session, narrowed)
    shown = review_pages.ids(narrowed, review_pages.mark(cursor) if cursor else None, size + 1)
    rows = listing.session.execute(lines().where(Case.id.in_(shown)).limit(size + 1)).all()
    items = [line_of(row, listing.archive.law, listing.on) for row in rows[:size]]
    _tell(listing, items)
    following = review_pages.cursor(items[-1]) if len(rows) > size else None
    return CaseList(items, following, total)


def _tell(listing: _Listing, items: list[CaseLine]) -> None:
    """A line gives a child's name and what is done about it, so the list is a look. Source: HN-24.1."""
    if items:
        detail, now = {"cases": [line.id for line in items]}, listing.archive.clock.now()
        ledger.write(listing.session, "cases.listed", Subject("case"), actor=listing.scope.actor, now=now, detail=detail)


def _counts(listing: _Listing) -> QueueCounts:
    on, sunday = listing.on, end_of_week(listing.on)
    numbers = select(
        func.count(),
        func.count().filter(Case.due_on < on),
        func.count().filter(Case.due_on == on),
        func.count().filter(Case.due_on > on, Case.due_on <= sunday),
    )
    total, late, now, week = listing.session.execute(numbers.select_from(Case).where(*listing.conditions)).one()
    return QueueCounts(total, late, now, week)
