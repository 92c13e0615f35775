"""How much of the index somebody may ask, so that totals and facets tell nothing that the rows would not.

Lives here: `search_scope` by school and sensitivity, `readable` for the rows, `outdated_pages`, which the index holds under what no longer
is. Not here: finding (search), keeping the index (indexing). Papers of health and justice answer only to a stated purpose: a search roams
over many children, so a case is no ground for it.
"""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive_service.adapters.search_index.entries import Scope as IndexScope
from archive_service.models.job import Job, JobState
from archive_service.models.record import Page, Record
from archive_service.rules.access import Right, needs_ground
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services.indexing import CLOSED_AT_HOME, OPEN_NUMBERS, UNSETTLED_AT_HOME
from archive_service.services.scope import Scope

_TOLD_FREELY = tuple(level.value for level in Sensitivity if not needs_ground(level))

_WAITING = tuple(state for state in JobState if state is not JobState.DONE)  # listed, so that those done need not be walked over


def search_scope(scope: Scope) -> IndexScope:
    """The schools and sensitivities an actor may find by words."""
    numbers = frozenset(scope.tree.units[unit].number for unit in scope.units(Right.READ_PAPER))
    at_home = {UNSETTLED_AT_HOME, *({CLOSED_AT_HOME} if scope.actor.purpose else ())} if _is_at_home(scope) else set()
    return IndexScope(numbers, frozenset(OPEN_NUMBERS.values()) | at_home)


def leaves_closed_out(scope: Scope) -> bool:
    """Whether a purpose would open more; the same whatever is looked for."""
    return _is_at_home(scope) and not scope.actor.purpose


def readable(scope: Scope) -> ColumnElement[bool]:
    """Which records may stand in an answer: a condition on Record."""
    return scope.records() if scope.actor.purpose else scope.records() & Record.sensitivity.in_(_TOLD_FREELY)


def outdated_pages(session: Session, scope: Scope) -> frozenset[int]:
    """Pages the index may still count though the rows no longer allow: they wait to be indexed anew and are not readable."""
    waiting = select(Job.record_id).where(Job.kind == "index", Job.state.in_(_WAITING), Job.record_id.is_not(None))
    if session.scalar(waiting.limit(1)) is None:
        return frozenset()
    held = select(Record.id).where(Record.id.in_(waiting), Record.searchable_at.is_not(None))
    wanted = select(Page.id).where(Page.record_id.in_(held), Page.record_id.not_in(held.where(readable(scope))))
    return frozenset(session.scalars(wanted))


def _is_at_home(scope: Scope) -> bool:
    """Every school in reach is the actor's own unit, not one below it."""
    units = scope.units(Right.READ_PAPER)
    return bool(units) and units <= scope.own_units
