"""States of cases and of students, every pair of them."""

import pytest

from archive_service.rules.access import Right
from archive_service.rules.lifecycle import (
    CASE_MOVES,
    CaseAction,
    CaseState,
    Move,
    actions,
    case_move,
    two_persons,
)
from archive_service.rules.reason import Reason
from archive_service.rules.standing import MOVES, STANDINGS, StudentState, may_become

S, A = CaseState, CaseAction
ALLOWED = {
    S.DRAFT: [A.SUBMIT, A.WITHDRAW],
    S.SUBMITTED: [A.ACCEPT, A.RETURN, A.WITHDRAW, A.FORCE],
    S.IN_REVIEW: [A.ACCEPT, A.RETURN, A.FORCE],
    S.RETURNED: [A.SUBMIT, A.WITHDRAW],
    S.ACCEPTED: [],
    S.WITHDRAWN: [],
}


@pytest.mark.parametrize("state", list(CaseState))
@pytest.mark.parametrize("action", list(CaseAction))
def test_every_state_and_action(state: CaseState, action: CaseAction) -> None:
    found = case_move(state, action)
    assert isinstance(found, Move) is (action in ALLOWED[state])
    if isinstance(found, Reason):
        assert state.label in found.text
        assert action.label in found.text


@pytest.mark.parametrize("state", list(CaseState))
def test_buttons(state: CaseState) -> None:
    assert list(actions(state)) == ALLOWED[state]
    assert state.is_final is (not ALLOWED[state])


@pytest.mark.parametrize(
    ("state", "action", "then", "at_last", "right"),
    [
        pytest.param(S.DRAFT, A.SUBMIT, S.SUBMITTED, S.SUBMITTED, Right.SUBMIT_CASE, id="HN-3.5"),
        pytest.param(S.SUBMITTED, A.ACCEPT, S.IN_REVIEW, S.ACCEPTED, Right.REVIEW_CASE, id="HN-11.2"),
        pytest.param(S.IN_REVIEW, A.RETURN, S.RETURNED, S.RETURNED, Right.REVIEW_CASE, id="GP-6.2"),
        pytest.param(S.IN_REVIEW, A.FORCE, S.IN_REVIEW, S.ACCEPTED, Right.FORCE_CASE, id="HN-11.6"),
    ],
)
def test_moves(state: CaseState, action: CaseAction, then: CaseState, at_last: CaseState, right: Right) -> None:
    move = CASE_MOVES[state, action]
    assert (move.then, move.at_last, move.right) == (then, at_last, right)


def test_saying_no_needs_a_reason() -> None:
    needing = {action for (_, action), move in CASE_MOVES.items() if move.needs_reason}
    assert needing == {A.RETURN, A.WITHDRAW, A.FORCE}


@pytest.mark.parametrize(
    ("right", "done_by", "refused"),
    [
        pytest.param(Right.REVIEW_CASE, "anna", True, id="GZ-7.3 decides on her own case"),
        pytest.param(Right.FORCE_CASE, "anna", True, id="GZ-7.3 forces her own case"),
        pytest.param(Right.REVIEW_CASE, "ben", False, id="another decides"),
        pytest.param(Right.SUBMIT_CASE, "anna", False, id="YK-14.2 follow-up of the school itself"),
    ],
)
def test_two_persons(right: Right, done_by: str, *, refused: bool) -> None:
    assert bool(two_persons(right, prepared_by="anna", done_by=done_by)) is refused


E_ = StudentState


@pytest.mark.parametrize(
    ("now", "then", "allowed"),
    [
        pytest.param(E_.ENROLLED, E_.SUSPENDED, True, id="HN-13.2"),
        pytest.param(E_.SUSPENDED, E_.TRANSFERRED_OUT, False, id="HN-11.8 no transfer while suspended"),
        pytest.param(E_.SUSPENDED, E_.ENROLLED, True, id="HN-13.5"),
        pytest.param(E_.MISSING, E_.CANCELLED, False, id="HN-16.2"),
        pytest.param(E_.DETAINED, E_.CANCELLED, False, id="HN-16.2 detained"),
        pytest.param(E_.COMPLETED, E_.GRADUATED, True, id="YK-26"),
        pytest.param(E_.DEAD, E_.ENROLLED, False, id="HN-16.1"),
        pytest.param(E_.TEMP, E_.ENROLLED, True, id="GZ-10.3"),
        pytest.param(E_.ABROAD, E_.ENROLLED, True, id="HN-13.8"),
        pytest.param(E_.ENROLLED, E_.TRANSFERRING, True, id="overlay on a live state"),
        pytest.param(E_.GRADUATED, E_.PROBLEM, False, id="no overlay on an ended state"),
        pytest.param(E_.PREPARING, E_.FORFEITED, True, id="YK-4.3"),
    ],
)
def test_student_moves(now: StudentState, then: StudentState, *, allowed: bool) -> None:
    assert may_become(now, then) is allowed


def test_marks_of_states() -> None:
    assert set(STANDINGS) == set(StudentState)
    assert len({state.label for state in StudentState}) == 21
    assert not any(then.marks.is_overlay for ends in MOVES.values() for then in ends)
    protected = {state for state in StudentState if not state.marks.may_cancel}
    assert protected == {E_.MISSING, E_.DETAINED}
    assert all(E_.CANCELLED not in MOVES[state] for state in protected)
