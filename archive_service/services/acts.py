"""Every act that is written on the ledger, and what it does to what outside systems keep.

Lives here: the one table of acts. Not here: writing them (ledger), following them (changes), their words (history, web).
A test holds the table against the acts the services write, so that a new act is classified before it is first written.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Effect(StrEnum):
    """What an act changes; looking and running the service change nothing that is followed from outside."""

    RECORD = "record"
    MATCH = "match"
    CASE = "case"
    CUSTODY = "custody"
    LOOKED = "looked"
    OTHER = "other"

    @property
    def is_followed(self) -> bool:
        """Whether outside systems are told."""
        return self not in (Effect.LOOKED, Effect.OTHER)


_BY_EFFECT: Mapping[Effect, str] = {
    Effect.RECORD: """
        record.received record.judged record.read record.not_read record.unreadable record.retried record.kind_set record.field_confirmed
        record.accepted record.returned record.answers
    """,
    Effect.MATCH: "record.matched record.filed record.unfiled",
    Effect.CASE: """
        case.opened case.facts_amended case.evidence_set case.submitted case.accepted case.returned case.withdrawn case.forced
        case.completed case.undone
    """,
    Effect.CUSTODY: "custody.changed",
    Effect.LOOKED: """
        record.viewed page.viewed transcript.viewed master.taken case.viewed student.viewed students.listed student.revealed
        student.identified student.not_identified search.made ledger.read ledger.exported
        inspection.exported
    """,
    Effect.OTHER: """
        rescan.proposed rescan.dropped rescan.denied rescan.restored record.refused
        inspection.started inspection.marked inspection.unmarked inspection.ended
        batch.opened student.created student.updated roster.received roster.checked roster.imported roster.refused
        organisations.received organisations.imported organisations.refused account.created account.roles_set account.closed
        password.changed password.change_failed password.reset session.opened session.failed session.role_switched session.closed
        session.all_closed token.created token.revoked backup.made instance.restored store.verified store.moved
        database.moved job.revived task.failed training.filed ledger.anchored access.refused
    """,
}
ACTS: Mapping[str, Effect] = MappingProxyType({act: effect for effect, acts in _BY_EFFECT.items() for act in acts.split()})
FOLLOWED: frozenset[str] = frozenset(act for act, effect in ACTS.items() if effect.is_followed)
