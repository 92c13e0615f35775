"""Who may do what: rights, units, sensitivity, tokens, roles."""

import pytest

from archive_service.rules.access import (
    ADMINISTRATORS,
    PAPER_RIGHTS,
    ROLE_RIGHTS,
    Grant,
    Right,
    Role,
    Subject,
    TokenScope,
    Viewer,
    assisting_grants,
    grants_of,
    may,
    role_faults,
)
from archive_service.rules.vocabulary import Sensitivity

SCHOOL, COUNTY, CITY, OTHER = "school", "county", "city", "other-school"
PAPER = Subject(frozenset({SCHOOL, COUNTY, CITY}))


def viewer(role: Role, unit: str, *scopes: TokenScope) -> Viewer:
    return Viewer("someone", grants_of(role, unit), scopes)


def paper(sensitivity: Sensitivity, *, is_party: bool = False) -> Subject:
    return Subject(PAPER.unit_ids, sensitivity, is_party)


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
    assert not (allowed and right in PAPER_RIGHTS | {Right.CAPTURE, Right.REVIEW_CASE, Right.ARCHIVE})


@pytest.mark.parametrize(
    ("sensitivity", "is_party", "allowed"),
    [
        pytest.param(Sensitivity.LOW, False, True, id="L"),
        pytest.param(Sensitivity.MINOR, False, True, id="M inside scope"),
        pytest.param(Sensitivity.HEALTH, False, False, id="PIPL-28 H closed"),
        pytest.param(Sensitivity.HEALTH, True, True, id="H open to parties"),
        pytest.param(Sensitivity.JUSTICE, False, False, id="J closed"),
        pytest.param(Sensitivity.JUSTICE, True, True, id="J open to parties"),
    ],
)
@pytest.mark.parametrize("right", sorted(PAPER_RIGHTS))
def test_sensitivity(right: Right, sensitivity: Sensitivity, *, is_party: bool, allowed: bool) -> None:
    decision = may(viewer(Role.COUNTY_REVIEWER, COUNTY), right, paper(sensitivity, is_party=is_party))
    assert decision.allowed is allowed
    assert decision.in_scope


def test_read_sensitive_opens_what_is_closed() -> None:
    grants = (*grants_of(Role.COUNTY_REVIEWER, COUNTY), Grant(COUNTY, Right.READ_SENSITIVE))
    closed = paper(Sensitivity.JUSTICE)
    assert may(Viewer("someone", grants), Right.READ_PAPER, closed).allowed
    elsewhere = (*grants_of(Role.COUNTY_REVIEWER, COUNTY), Grant(OTHER, Right.READ_SENSITIVE))
    assert not may(Viewer("someone", elsewhere), Right.READ_PAPER, closed).allowed
    token = Viewer("someone", grants, (TokenScope.ARCHIVE,))
    assert may(token, Right.READ_PAPER, closed).allowed


def test_being_party_gives_no_right_by_itself() -> None:
    decision = may(viewer(Role.HOMEROOM_TEACHER, SCHOOL), Right.READ_PAPER, paper(Sensitivity.HEALTH, is_party=True))
    assert not decision.allowed


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
    assert allowed == {Right.READ_PAPER, Right.READ_SENSITIVE, Right.READ_STATISTICS}


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
