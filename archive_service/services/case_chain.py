"""The stations of a case as rows: laying them out, opening the next with its clock, sending the case back to its start.

Lives here: StepState and the moves of CaseStep rows. Not here: which stations there are (rules.chain), who may do them (case_actions).
A clock starts when the case reaches the unit (C-37); each party keeps the limit of its own jurisdiction (C-42).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import civil
from archive_service.models.case import Case, CaseStep
from archive_service.models.organisation import Organisation
from archive_service.rules.access import Right
from archive_service.rules.chain import Station, stations
from archive_service.rules.civil_calendar import Calendar
from archive_service.rules.deadline import due
from archive_service.rules.facts import Facts
from archive_service.rules.law import Law, LawGap
from archive_service.rules.procedure_data import Limit
from archive_service.rules.vocabulary import Anchor
from archive_service.services.cases_parties import Parties, unit_for
from archive_service.services.scope import Tree


class StepState(StrEnum):
    """Where a station stands; `paper` ones happen outside the service and show in the evidence."""

    PAPER = "paper"
    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        """The word under the station."""
        return _LABELS[self]


_LABELS = {
    StepState.PAPER: "线下办理",
    StepState.WAITING: "未到",
    StepState.OPEN: "办理中",
    StepState.DONE: "已办",
    StepState.RETURNED: "已退回",
}
OUTSIDE = "（系统外，由转入学校登记）"
# Events the facts know the day of; every other limit runs from the day the case reached the unit.
_FACT_OF = {
    Anchor.APPLIED: "applied_on",
    Anchor.ENTRY: "entry_on",
    Anchor.TERM_START: "term_start_on",
    Anchor.TERM_END: "term_end_on",
}


@dataclass(frozen=True)
class Place:
    """A station with the unit it waits at; for a sender outside the system the school that opened the case records it."""

    station: Station
    unit_id: str | None
    outside: bool


def place(chain: Iterable[Station], parties: Parties, tree: Tree) -> list[Place]:
    """Who does each station. Raises Refused when nobody can do one of them."""
    return [
        Place(station, unit_for(station, parties, tree), station.is_in_service and parties.is_outside(station.actor)) for station in chain
    ]


def lay_out(archive: Archive, session: Session, case: Case, places: Sequence[Place], facts: Facts) -> list[CaseStep]:
    """Rows for all stations, none of them open yet, each with the limit its own jurisdiction sets. Source: C-01, C-42."""
    units = {each.unit_id for each in places if each.unit_id}
    profiles = dict(session.execute(select(Organisation.id, Organisation.profile).where(Organisation.id.in_(units))).all())
    steps = [_row(case, each, _limit(archive.law, each, profiles.get(each.unit_id or "", case.profile), case, facts)) for each in places]
    session.add_all(steps)
    return steps


def steps_of(session: Session, case_id: str) -> list[CaseStep]:
    """Stations of a case in order."""
    return list(session.scalars(select(CaseStep).where(CaseStep.case_id == case_id).order_by(CaseStep.seq)))


def open_step(steps: Iterable[CaseStep]) -> CaseStep | None:
    """The station the case waits at."""
    return next((step for step in steps if step.state == StepState.OPEN), None)


def upcoming(steps: Iterable[CaseStep]) -> list[CaseStep]:
    """Stations still to be done in the service, in order."""
    return [step for step in steps if step.state in (StepState.OPEN, StepState.WAITING, StepState.RETURNED)]


def advance(case: Case, steps: Sequence[CaseStep], *, now: datetime, facts: Facts, calendar: Calendar) -> CaseStep | None:
    """Open the next waiting station and start its clock; None when the case is through."""
    step = next((each for each in steps if each.state == StepState.WAITING), None)
    if step is not None:
        step.state, step.received_at = StepState.OPEN, now
        _start_clock(step, facts, calendar, now)
    case.due_on = step.due_on if step else None
    return step


def finish(step: CaseStep, account_id: str, now: datetime) -> None:
    """The station is done."""
    step.state, step.done_by, step.done_at = StepState.DONE, account_id, now


def rewind(steps: Iterable[CaseStep]) -> None:
    """Everybody decides anew: what was accepted before was accepted on other papers."""
    for step in steps:
        if step.state != StepState.PAPER:
            step.state = StepState.WAITING
            step.received_at = step.due_on = step.due_article = step.done_by = step.done_at = None


def _row(case: Case, placed: Place, limit: Limit | None) -> CaseStep:
    station = placed.station
    right = Right.SUBMIT_CASE if placed.outside else station.right
    return CaseStep(
        case_id=case.id,
        seq=station.no,
        act=station.act,
        actor=station.actor.value,
        label=f"{station.label}{OUTSIDE}" if placed.outside else station.label,
        unit_id=placed.unit_id,
        right=right.value if right else None,
        limit=limit.model_dump(mode="json") if limit else None,
        state=StepState.WAITING if station.is_in_service else StepState.PAPER,
    )


def _limit(law: Law, placed: Place, profile: str, case: Case, facts: Facts) -> Limit | None:
    station = placed.station
    if profile == case.profile or station.right is not Right.REVIEW_CASE:
        return station.limit
    try:
        other = law.procedure(case.procedure, profile, civil(case.opened_at), stage=facts.stage)
    except LawGap:
        return station.limit
    theirs = (each.limit for each in stations(other, None, facts=facts) if each.actor is station.actor)
    return next(theirs, None) or station.limit


def _start_clock(step: CaseStep, facts: Facts, calendar: Calendar, now: datetime) -> None:
    if step.limit is None:
        return
    limit = Limit.model_validate(step.limit)
    anchor = _anchor(limit, facts, civil(now))
    if anchor is not None:
        last_day = due(limit, anchor, calendar=calendar)
        step.due_on, step.due_article = last_day.on, last_day.articles[0] if last_day.articles else None


def _anchor(limit: Limit, facts: Facts, today: date) -> date | None:
    fact = _FACT_OF.get(limit.anchor)
    return cast("date | None", getattr(facts, fact)) if fact else today
