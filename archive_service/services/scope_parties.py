"""What units have a part in: the cases they opened or that pass through them, the children and the papers of those.

Lives here: the same rule in two shapes, as a condition looked up row by row, and as a list of ids found from the units. Not here: who
stands at which unit, and what else one sees (scope, the only caller).
"""

from functools import lru_cache

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from archive_service.models.case import Case, CaseEvidence, CaseStep
from archive_service.models.record import Record
from archive_service.rules.lifecycle import CaseState

_CONDITIONS_KEPT = 256  # a condition says nothing but which units it asks for; building one costs more than asking it
LIVING = tuple(state.value for state in CaseState if state is not CaseState.WITHDRAWN)
SUBMITTED = tuple(state for state in LIVING if state != CaseState.DRAFT.value)


@lru_cache(maxsize=_CONDITIONS_KEPT)
def is_relied_on(mine: frozenset[str]) -> ColumnElement[bool]:
    """A case that these units are party to rests on the paper, and is about the paper's own student: a condition on Record."""
    standing = (
        select(CaseEvidence.id)
        .join(Case, Case.id == CaseEvidence.case_id)
        .where(CaseEvidence.record_id == Record.id, CaseEvidence.replaced_at.is_(None), Case.student_id == Record.student_id)
        .where(party_to(mine))
    )
    return standing.exists()


@lru_cache(maxsize=_CONDITIONS_KEPT)
def papers_of(mine: frozenset[str]) -> Select[str]:
    """The ids of the same papers, found from the units by their cases."""
    paper = aliased(Record)
    resting = select(paper.id).join(CaseEvidence, CaseEvidence.record_id == paper.id).join(Case, Case.id == CaseEvidence.case_id)
    return resting.where(CaseEvidence.case_id.in_(cases_of(mine)), CaseEvidence.replaced_at.is_(None), Case.student_id == paper.student_id)


@lru_cache(maxsize=_CONDITIONS_KEPT)
def party_to(mine: frozenset[str]) -> ColumnElement[bool]:
    """Cases these units are party to: a condition on Case, looked up for each, whatever else the units have had to do with.

    The unit that opened it while it lives, the others of its chain once it was submitted, nobody after it was withdrawn.
    Source: HN-24.1, PIPL-6.
    """
    return (Case.organisation_id.in_(mine) & Case.state.in_(LIVING)) | on_chain(mine)


@lru_cache(maxsize=_CONDITIONS_KEPT)
def on_chain(mine: frozenset[str]) -> ColumnElement[bool]:
    """Submitted cases that have a step at these units."""
    step = aliased(CaseStep)
    return select(step.case_id).where(step.unit_id.in_(mine), step.case_id == Case.id).correlate_except(step).exists() & walked(
        Case.state
    ).in_(SUBMITTED)


def walked(column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """A column that is looked at but leads nowhere: its index would fetch all there is, only to sort it."""
    return func.coalesce(column, "")


@lru_cache(maxsize=_CONDITIONS_KEPT)
def cases_of(mine: frozenset[str]) -> CompoundSelect[str]:
    """The ids of the same cases, found from the units: what they opened, and where their steps lead."""
    opened = select(Case.id).where(Case.organisation_id.in_(mine), Case.state.in_(LIVING))
    chained = select(CaseStep.case_id).join(Case, Case.id == CaseStep.case_id)
    return union(opened, chained.where(CaseStep.unit_id.in_(mine), Case.state.in_(SUBMITTED)))


@lru_cache(maxsize=_CONDITIONS_KEPT)
def children_of(mine: frozenset[str]) -> CompoundSelect[str]:
    """The students of those of these cases that were submitted, found in the same way."""
    opened = select(Case.student_id).where(Case.organisation_id.in_(mine), Case.state.in_(SUBMITTED))
    chained = select(Case.student_id).join(CaseStep, CaseStep.case_id == Case.id)
    return union(opened, chained.where(CaseStep.unit_id.in_(mine), Case.state.in_(SUBMITTED)))
