"""Who may do what: rights, units, sensitivity, tokens, roles. That rows follow `reads` is tested in tests/functional/test_scope.py."""

import pytest

from archive_service.rules.access import (
    ADMINISTRATORS,
    ROLE_RIGHTS,
    Grant,
    Right,
    Role,
    Standing,
    Subject,
    TokenScope,
    Viewer,
    assisting_grants,
    grants_of,
    may,
    needs_ground,
    reads,
    role_faults,
)
from archive_service.rules.vocabulary import Sensitivity

SCHOOL, COUNTY, CITY, OTHER = "school", "county", "city", "other-school"
PAPER = Subject(frozenset({SCHOOL, COUNTY, CITY}))
TOUCHING = {Right.READ_PAPER, Right.MATCH, Right.CONFIRM, Right.CAPTURE, Right.REVIEW_CASE, Right.ARCHIVE}


def viewer(role: Role, unit: str, *scopes: TokenScope) -> Viewer:
    return Viewer("someone", grants_of(role, unit), scopes)


@pytest.mark.parametrize(
    ("role", "unit", "right", "allowed", "in_scope"),
    [
        pytest.param(Role.SCHOOL_REGISTRAR, SCHOOL, Right.CAPTURE, True, True, id="HN-3.5 registrar captures"),
        pytest.param(Role.SCHOOL_REGISTRAR, SCHOOL, Right.REVIEW_CASE, False, True, id="GZ-7.3 registrar decides nothing"),
        pytest.param(Role.SCHOOL_REGISTRAR, OTHER, Right.READ_PAPER, False, False, id="HN-24.1 another school"),
        pytest.param(Role.COUNTY_REVIEWER, COUNTY, Right.REVIEW_CASE, True, True, id="HN-6.4 county decides"),
        pytest.param(Role.COUNTY_REVIEWER, COUNTY, Right.SUBMIT_CASE, False, True, id="county does not submit"),
        pytest.param(Role.CITY_REVIEWER, CITY, Right.FORCE_CASE, True, True, id="HN-11.6 superior forces"),
        pytest.param(Role.HOMEROOM_TEACHER, SCHOOL, Right.CAPTURE, True, True, id="teacher captures"),
        pytest.param(Role.HOMEROOM_TEACHER, SCHOOL, Right.READ_PAPER, False, True, id="teacher reads nothing"),
        pytest.param(Role.ARCHIVIST, SCHOOL, Right.ARCHIVE, True, True, id="YK-9.2 archivist"),
        pytest.param(Role.SYSTEM_ADMIN, COUNTY, Right.READ_PAPER, False, True, id="GB/T 39784 administrators see no paper"),
    ],
)
def test_right_and_unit(role: Role, unit: str, right: Right, *, allowed: bool, in_scope: bool) -> None:
    decision = may(viewer(role, unit), right, PAPER)
    assert (decision.allowed, decision.in_scope) == (allowed, in_scope)
    assert bool(decision.reason) is not allowed


def test_no_grant_no_right() -> None:
    decision = may(Viewer("someone", ()), Right.READ_STATISTICS, PAPER)
    assert (decision.allowed, decision.in_scope) == (False, False)


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_touch_no_paper(role: Role, right: Right) -> None:
    allowed = may(viewer(role, CITY), right, PAPER).allowed
    assert not (allowed and right in TOUCHING)


@pytest.mark.parametrize(
    ("sensitivity", "onlooker", "ground"),
    [
        pytest.param(Sensitivity.LOW, True, False, id="L"),
        pytest.param(Sensitivity.MINOR, True, False, id="M inside scope"),
        pytest.param(Sensitivity.HEALTH, False, True, id="PIPL-28 H closed"),
        pytest.param(Sensitivity.JUSTICE, False, True, id="J closed"),
    ],
)
def test_sensitivity(sensitivity: Sensitivity, *, onlooker: bool, ground: bool) -> None:
    assert reads(Standing.LOOKS_ON, sensitivity) is onlooker
    assert reads(Standing.TAKES_PART, sensitivity)
    assert needs_ground(sensitivity) is ground


@pytest.mark.parametrize(
    ("right", "allowed"),
    [
        pytest.param(Right.READ_PAPER, True, id="HN-3.4 assists by reading"),
        pytest.param(Right.READ_STATISTICS, True, id="HN-3.4 sees figures"),
        pytest.param(Right.REVIEW_CASE, False, id="HN-3.4 does not decide"),
    ],
)
def test_assisting_county(right: Right, *, allowed: bool) -> None:
    assert may(Viewer("someone", assisting_grants(COUNTY)), right, PAPER).allowed is allowed


def test_a_reading_reach_carries_no_decision() -> None:
    grants = tuple(Grant(COUNTY, right, reach=assisting_grants(COUNTY)[0].reach) for right in Right)
    allowed = {right for right in Right if may(Viewer("someone", grants), right, PAPER).allowed}
    assert allowed == {Right.READ_PAPER, Right.READ_STATISTICS}


@pytest.mark.parametrize(
    ("scope", "right", "allowed"),
    [
        (TokenScope.READ, Right.READ_PAPER, True),
        (TokenScope.READ, Right.CAPTURE, False),
        (TokenScope.CAPTURE, Right.CAPTURE, True),
        (TokenScope.CAPTURE, Right.SUBMIT_CASE, False),
        (TokenScope.REVIEW, Right.SUBMIT_CASE, True),
        (TokenScope.REVIEW, Right.REVIEW_CASE, False),  # the account itself may not
        (TokenScope.ADMIN, Right.READ_PAPER, False),
    ],
)
def test_tokens_narrow_and_never_widen(scope: TokenScope, right: Right, *, allowed: bool) -> None:
    assert may(viewer(Role.SCHOOL_REGISTRAR, SCHOOL, scope), right, PAPER).allowed is allowed


@pytest.mark.parametrize(
    ("roles", "fault"),
    [
        ([Role.SCHOOL_REGISTRAR, Role.ARCHIVIST], False),
        ([Role.SYSTEM_ADMIN], False),
        ([], False),
        ([Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN], True),
        ([Role.SECURITY_ADMIN, Role.SCHOOL_LEADER], True),
    ],
)
def test_three_administrators_stay_apart(roles: list[Role], *, fault: bool) -> None:
    assert bool(role_faults(roles)) is fault


def test_every_role_has_rights_and_a_label() -> None:
    assert set(ROLE_RIGHTS) == set(Role)
    assert all(role.label and role.is_administrator is (role in ADMINISTRATORS) for role in Role)
