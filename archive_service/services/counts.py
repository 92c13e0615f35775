"""The small figures in the rail: how much waits in the tray and for review; counted inside the scope."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.models.case import CaseStep
from archive_service.models.record import Record
from archive_service.rules.access import Right
from archive_service.services.actor import Actor
from archive_service.services.records import DOUBTFUL, SETTLED
from archive_service.services.scope import Scope
from archive_service.services.totals import counted


def of_work(archive: Archive, *, actor: Actor) -> dict[str, int]:
    """Papers in doubt that the actor may file, and steps that wait at the actor's own unit."""
    with archive.read() as session:
        scope = Scope.of(session, actor)
        found: dict[str, int] = {}
        if files_papers(scope):
            found["tray"] = tray_total(session, scope)
        deciding = scope.own_units_with(Right.REVIEW_CASE)
        if deciding:
            found["review"] = counted(session, select(CaseStep.id).where(CaseStep.unit_id.in_(deciding), CaseStep.state == "open"))
    return found


def files_papers(scope: Scope) -> bool:
    """Whether the tray is the actor's daily work: they file papers that their own unit takes in."""
    return bool(scope.units(Right.MATCH) and scope.own_units_with(Right.CAPTURE))


def tray_total(session: Session, scope: Scope) -> int:
    """Papers in doubt that the actor may file; the one figure of the rail and of 今日."""
    if not files_papers(scope):
        return 0
    return counted(session, select(Record.id).where(scope.records(), *tray_conditions(scope.units(Right.MATCH))))


def tray_conditions(units: frozenset[str]) -> tuple[ColumnElement[bool], ...]:
    """Which records lie in the tray of some units."""
    return Record.organisation_id.in_(units), Record.match_state.in_(DOUBTFUL), Record.state.in_(SETTLED)
