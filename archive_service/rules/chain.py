"""The way of a case through its parties: stations of the chain, which of them stand in the service, what comes next.

Lives here: `stations`, `next_station`, `is_last`.
Not here: which unit an actor is (the caller resolves AUTH_IN and the like), states of the case (lifecycle).
"""

from dataclasses import dataclass

from archive_service.rules.access import Right
from archive_service.rules.facts import Facts
from archive_service.rules.predicates import evaluate
from archive_service.rules.procedure_data import Limit, Procedure
from archive_service.rules.vocabulary import Actor


@dataclass(frozen=True)
class Station:
    """A step of the chain as it applies to this case; `no` counts from 1 over all steps, on paper ones too.

    `decides`: a reviewer's step. A step with another right after the last decision is the school's own follow-up.
    """

    no: int
    act: str
    label: str
    actor: Actor
    right: Right | None
    limit: Limit | None
    duty: tuple[str, ...]

    @property
    def is_in_service(self) -> bool:
        """Whether someone does it here; otherwise it happens on paper and shows in the evidence."""
        return self.right is not None

    @property
    def decides(self) -> bool:
        """Whether it is a decision, which the person who prepared the case may not take."""
        return self.right is Right.REVIEW_CASE


def stations(procedure: Procedure, ground: str | None, *, facts: Facts) -> tuple[Station, ...]:
    """The chain of this case; a step whose condition cannot be told yet is kept, so that nobody is passed over."""
    steps = [step for step in procedure.chain if step.speaks_of(ground) and evaluate(step.when_any, facts) is not False]
    return tuple(Station(no, step.act, step.label, step.actor, step.right, step.limit, step.duty) for no, step in enumerate(steps, start=1))


def next_station(chain: tuple[Station, ...], after: int = 0) -> Station | None:
    """The next station done in the service after the one numbered so; None when the case is through."""
    return next((station for station in chain if station.no > after and station.is_in_service), None)


def is_last(chain: tuple[Station, ...], station: Station) -> bool:
    """Whether the case is done once this station is."""
    return next_station(chain, station.no) is None
