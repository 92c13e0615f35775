"""States and moves of a case, as tables.

Lives here: which action leads where and by which right, and that whoever prepares does not decide.
Not here: evidence (procedure), chains of one procedure (law data), whether the person has the right (access),
states of the student's registry (standing).
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from archive_service.rules.access import Right
from archive_service.rules.reason import Reason


class CaseState(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The word on the badge."""
        return _CASE_LABELS[self]

    @property
    def is_final(self) -> bool:
        """Whether no action leads out of it."""
        return self in (CaseState.ACCEPTED, CaseState.WITHDRAWN)


_CASE_LABELS: Mapping[CaseState, str] = {
    CaseState.DRAFT: "草稿",
    CaseState.SUBMITTED: "已提交",
    CaseState.IN_REVIEW: "审核中",
    CaseState.RETURNED: "已退回",
    CaseState.ACCEPTED: "已办结",
    CaseState.WITHDRAWN: "已撤回",
}


OPEN_STATES: tuple[CaseState, ...] = tuple(state for state in CaseState if not state.is_final)


class CaseAction(StrEnum):
    """What a person does to a case."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"
    WITHDRAW = "withdraw"
    FORCE = "force"

    @property
    def label(self) -> str:
        """The word on the button."""
        return _ACTION_LABELS[self]


_ACTION_LABELS: Mapping[CaseAction, str] = {
    CaseAction.SUBMIT: "提交",
    CaseAction.ACCEPT: "通过",
    CaseAction.RETURN: "退回",
    CaseAction.WITHDRAW: "撤回",
    CaseAction.FORCE: "上级代办",
}


@dataclass(frozen=True)
class Move:
    """One allowed action: the state after it, the state when it was the last step of the chain, the right it takes.

    For accept the right is that of the station (`chain.Station.right`) where the law data names one.
    """

    then: CaseState
    at_last: CaseState
    right: Right
    needs_reason: bool = False


_SUBMIT = Move(CaseState.SUBMITTED, CaseState.SUBMITTED, Right.SUBMIT_CASE)
_ACCEPT = Move(CaseState.IN_REVIEW, CaseState.ACCEPTED, Right.REVIEW_CASE)
_RETURN = Move(CaseState.RETURNED, CaseState.RETURNED, Right.REVIEW_CASE, needs_reason=True)
_WITHDRAW = Move(CaseState.WITHDRAWN, CaseState.WITHDRAWN, Right.SUBMIT_CASE, needs_reason=True)
# A late step done by the superior of the party that is late. Source: HN-11.6.
_FORCE = Move(CaseState.IN_REVIEW, CaseState.ACCEPTED, Right.FORCE_CASE, needs_reason=True)

CASE_MOVES: Mapping[tuple[CaseState, CaseAction], Move] = {
    (CaseState.DRAFT, CaseAction.SUBMIT): _SUBMIT,
    (CaseState.DRAFT, CaseAction.WITHDRAW): _WITHDRAW,
    (CaseState.RETURNED, CaseAction.SUBMIT): _SUBMIT,
    (CaseState.RETURNED, CaseAction.WITHDRAW): _WITHDRAW,
    (CaseState.SUBMITTED, CaseAction.ACCEPT): _ACCEPT,
    (CaseState.SUBMITTED, CaseAction.RETURN): _RETURN,
    (CaseState.SUBMITTED, CaseAction.WITHDRAW): _WITHDRAW,
    (CaseState.SUBMITTED, CaseAction.FORCE): _FORCE,
    (CaseState.IN_REVIEW, CaseAction.ACCEPT): _ACCEPT,
    (CaseState.IN_REVIEW, CaseAction.RETURN): _RETURN,
    (CaseState.IN_REVIEW, CaseAction.FORCE): _FORCE,
}

# Rights that count as deciding; whoever prepared the case uses none of them on it.
_DECIDING = frozenset({Right.REVIEW_CASE, Right.FORCE_CASE})


def actions(state: CaseState) -> tuple[CaseAction, ...]:
    """What may be done in this state, in the order of the buttons."""
    return tuple(action for action in CaseAction if (state, action) in CASE_MOVES)


def case_move(state: CaseState, action: CaseAction) -> Move | Reason:
    """The move, or why there is none."""
    move = CASE_MOVES.get((state, action))
    return move or Reason("", f"业务{state.label}，不能{action.label}")


def two_persons(right: Right, *, prepared_by: Hashable, done_by: Hashable) -> list[Reason]:
    """Whoever prepared a case may not decide on it; a follow-up of the school's own is no decision. Source: GZ-7.3."""
    if right in _DECIDING and prepared_by == done_by:
        return [Reason("GZ-7.3", "经办与审核须为两人，本业务由您经办，须交他人审核")]
    return []
