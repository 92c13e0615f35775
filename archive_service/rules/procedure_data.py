"""The shape of a procedure in `config/procedures/`: grounds, evidence, guards, chain, limits, outcomes.

Lives here: pydantic models of one procedure and its editions per profile.
Not here: judging a case by them (procedure, guards, chain, deadline).
"""

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from archive_service.rules.access import Right
from archive_service.rules.law_data import Dated, Entry, EvidenceType
from archive_service.rules.standing import StudentState
from archive_service.rules.vocabulary import Actor, Anchor, Span, Stage, Status


class Moment(StrEnum):
    """When a requirement or guard has to be met."""

    SUBMIT = "submit"
    COMPLETE = "complete"


# Limits are written as people say them (2, 3000, 1/3); binary fractions would get a third wrong.
Exact = Annotated[Fraction, BeforeValidator(lambda value: Fraction(str(value)))]


class Conditional(Entry):
    """Anything that holds only for some grounds or facts; both lists empty means always."""

    grounds: tuple[str, ...] = ()
    when_any: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    status: Status = Status.RULE

    def speaks_of(self, ground: str | None) -> bool:
        """Whether this entry concerns the ground."""
        return not self.grounds or ground in self.grounds


class Requirement(Conditional):
    """One row of the evidence table; exactly one of must, one_of, may is filled."""

    must: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    hard: bool = True
    at: Moment = Moment.SUBMIT

    @model_validator(mode="after")
    def _one_kind(self) -> "Requirement":
        if sum(map(bool, (self.must, self.one_of, self.may))) != 1:
            raise ValueError("exactly one of must, one_of, may")
        return self

    @property
    def codes(self) -> tuple[str, ...]:
        """Evidence codes of the row."""
        return self.must or self.one_of or self.may


class GuardRule(Conditional):
    """A named guard with its figure; a soft one warns."""

    name: str
    limit: Exact | None = None
    hard: bool = True
    at: Moment = Moment.SUBMIT


class Amount(Entry):
    """So many days, weeks, months, years."""

    n: int = Field(ge=0)
    span: Span


class Limit(Conditional):
    """A time limit: an amount after (or before) an event, or a fixed day of the year (MM-DD) of that event."""

    what: str
    anchor: Anchor
    amount: Amount | None = None
    day: str | None = Field(None, pattern=r"^\d\d-\d\d$")
    before: bool = False

    @model_validator(mode="after")
    def _one_form(self) -> "Limit":
        if (self.amount is None) == (self.day is None):
            raise ValueError("either amount or day")
        return self


class Window(Entry):
    """When a case may be opened, around an event; outside it a soft window asks for a reason."""

    anchor: Anchor
    earliest: Amount | None = None
    latest: Amount
    hard: bool
    articles: tuple[str, ...]


class Step(Conditional):
    """One station of the chain. Without a right it happens on paper, outside the service.

    `duty` names the articles under which the actor has to act and may not refuse a proper case.
    """

    act: str
    label: str
    actor: Actor
    right: Right | None = None
    limit: Limit | None = None
    duty: tuple[str, ...] = ()


class Ground(Entry):
    """A lawful reason for the case."""

    label: str
    articles: tuple[str, ...]


class Outcome(Conditional):
    """State of the registry once the case is done, at the side named by the actor."""

    state: StudentState
    at: Actor = Actor.REG


class Effect(Entry):
    """What else follows, in words for the clerk and the family."""

    text: str
    articles: tuple[str, ...]


class ProcedureEdition(Dated):
    """A procedure under one profile as of a date."""

    profile: str
    stages: tuple[Stage, ...] = ()
    available: bool = True
    reason: str = ""
    use: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    status: Status = Status.RULE
    grounds: Mapping[str, Ground] = Field(default_factory=dict)
    requires: tuple[Requirement, ...] = ()
    form: str | None = None
    guards: tuple[GuardRule, ...] = ()
    window: Window | None = None
    chain: tuple[Step, ...] = ()
    limits: tuple[Limit, ...] = ()
    length: Limit | None = None
    outcomes: tuple[Outcome, ...] = ()
    produces: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    dossier: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _says_why_not(self) -> "ProcedureEdition":
        if not self.available and not self.reason:
            raise ValueError("a procedure that is not available says why")
        if self.available and not self.use and not self.chain:
            raise ValueError("an available procedure has a chain, or names the procedures to use")
        return self


class ProcedureFile(Entry):
    """One file of `config/procedures`; the label is the name on the screen."""

    code: str
    label: str
    editions: tuple[ProcedureEdition, ...]


class Procedure(ProcedureEdition):
    """A procedure under a profile on a date, with the evidence it speaks of, ready for use."""

    code: str
    label: str
    evidence: Mapping[str, EvidenceType]
