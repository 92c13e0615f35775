"""Who may do what to what: the one place that decides.

Lives here: roles with their rights, token scopes, `may`, which denies unless a grant over the unit says otherwise, and which
sensitivities are open to whom (`reads`, `needs_ground`). Not here: rows and trees; the caller names the unit of a subject with all its
superiors and its assisting units, and in what standing the viewer is to a paper.
Called by `services/scope.py` and by every service before it acts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from archive_service.rules.vocabulary import Sensitivity


class Right(StrEnum):
    """Something a person may do."""

    CAPTURE = "capture"
    READ_PAPER = "read_paper"
    MATCH = "match"
    CONFIRM = "confirm"
    OPEN_CASE = "open_case"
    SUBMIT_CASE = "submit_case"
    REVIEW_CASE = "review_case"
    FORCE_CASE = "force_case"
    ARCHIVE = "archive"
    MANAGE_REGISTRY = "manage_registry"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_SYSTEM = "manage_system"
    READ_LEDGER = "read_ledger"
    READ_STATISTICS = "read_statistics"


class Role(StrEnum):
    """What an account is at its unit."""

    HOMEROOM_TEACHER = "homeroom_teacher"
    SCHOOL_REGISTRAR = "school_registrar"
    SCHOOL_LEADER = "school_leader"
    COUNTY_REVIEWER = "county_reviewer"
    CITY_REVIEWER = "city_reviewer"
    PROVINCE_REVIEWER = "province_reviewer"
    ARCHIVIST = "archivist"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"

    @property
    def label(self) -> str:
        """The word on the screen."""
        return ROLE_LABELS[self]

    @property
    def is_administrator(self) -> bool:
        """One of the three separated administrators (三员), who never see a paper."""
        return self in ADMINISTRATORS


class Reach(StrEnum):
    """How far a grant goes: full, or looking on without deciding (an assisting department). Source: HN-3.4."""

    FULL = "full"
    READ = "read"


class TokenScope(StrEnum):
    """What an API token was given for; it narrows the account's rights, never widens them."""

    READ = "read"
    CAPTURE = "capture"
    REVIEW = "review"
    ARCHIVE = "archive"
    ADMIN = "admin"


ROLE_LABELS: Mapping[Role, str] = {
    Role.HOMEROOM_TEACHER: "班主任",
    Role.SCHOOL_REGISTRAR: "学籍管理员",
    Role.SCHOOL_LEADER: "校领导",
    Role.COUNTY_REVIEWER: "县级审核员",
    Role.CITY_REVIEWER: "市级审核员",
    Role.PROVINCE_REVIEWER: "省级审核员",
    Role.ARCHIVIST: "档案员",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}

R = Right
_REVIEWER = frozenset({R.READ_PAPER, R.MATCH, R.CONFIRM, R.REVIEW_CASE, R.FORCE_CASE, R.READ_STATISTICS})
_REGISTRAR = frozenset({R.CAPTURE, R.READ_PAPER, R.MATCH, R.CONFIRM, R.OPEN_CASE, R.SUBMIT_CASE, R.MANAGE_REGISTRY, R.READ_STATISTICS})

ROLE_RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.HOMEROOM_TEACHER: frozenset({R.CAPTURE}),
    Role.SCHOOL_REGISTRAR: _REGISTRAR,
    Role.SCHOOL_LEADER: frozenset({R.READ_PAPER, R.SUBMIT_CASE, R.REVIEW_CASE, R.READ_STATISTICS}),
    Role.COUNTY_REVIEWER: _REVIEWER,
    Role.CITY_REVIEWER: _REVIEWER,
    Role.PROVINCE_REVIEWER: _REVIEWER,
    Role.ARCHIVIST: frozenset({R.READ_PAPER, R.ARCHIVE, R.READ_STATISTICS}),
    Role.SYSTEM_ADMIN: frozenset({R.MANAGE_SYSTEM}),
    Role.SECURITY_ADMIN: frozenset({R.MANAGE_ACCOUNTS}),
    Role.AUDIT_ADMIN: frozenset({R.READ_LEDGER}),
}
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

_LOOKING = frozenset({R.READ_PAPER, R.READ_STATISTICS})
TOKEN_RIGHTS: Mapping[TokenScope, frozenset[Right]] = {
    TokenScope.READ: _LOOKING,
    TokenScope.CAPTURE: _LOOKING | {R.CAPTURE, R.MATCH},
    TokenScope.REVIEW: _LOOKING | {R.MATCH, R.CONFIRM, R.OPEN_CASE, R.SUBMIT_CASE, R.REVIEW_CASE, R.FORCE_CASE},
    TokenScope.ARCHIVE: _LOOKING | {R.ARCHIVE},
    TokenScope.ADMIN: frozenset({R.MANAGE_REGISTRY, R.MANAGE_ACCOUNTS, R.MANAGE_SYSTEM, R.READ_LEDGER}),
}

# What one may do while only looking on.
_WITHOUT_DECIDING = _LOOKING


class Standing(StrEnum):
    """How a viewer has to do with a paper."""

    LOOKS_ON = "looks_on"  # it lies at their unit or below
    TAKES_PART = "takes_part"  # they or their unit took it in, or their unit is party to a case that rests on it


# What is open in each standing. Source: PIPL-28, HN-24.1, YK-32.1.
OPEN_TO: Mapping[Standing, frozenset[Sensitivity]] = {
    Standing.LOOKS_ON: frozenset({Sensitivity.LOW, Sensitivity.MINOR}),
    Standing.TAKES_PART: frozenset(Sensitivity),
}


@dataclass(frozen=True)
class Grant:
    """A right over a unit and everything below it."""

    unit_id: str
    right: Right
    reach: Reach = Reach.FULL

    def gives(self, right: Right) -> bool:
        """Whether it carries the right; looking on carries no decision."""
        return self.right is right and (self.reach is Reach.FULL or right in _WITHOUT_DECIDING)


@dataclass(frozen=True)
class Viewer:
    """An account as the rules see it; `token_scopes` is empty for a signed-in session (no narrowing)."""

    account_id: str
    grants: tuple[Grant, ...]
    token_scopes: tuple[TokenScope, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What is to be looked at or changed.

    `unit_ids` holds the unit it belongs to, all superiors, its registry authority and its assisting departments:
    a grant on any of them reaches it.
    """

    unit_ids: frozenset[str]


@dataclass(frozen=True)
class Decision:
    """Yes, or no with the reason. `in_scope` tells 403 (inside, right missing) from 404 (outside)."""

    allowed: bool
    in_scope: bool
    reason: str = ""


def may(viewer: Viewer, right: Right, subject: Subject) -> Decision:
    """Decide whether the viewer may do this to that; no grant, no.

    Source: HN-24.1, YK-32.1 (strict confidentiality), HN-3.4 (assisting county).
    """
    reaching = [grant for grant in viewer.grants if grant.unit_id in subject.unit_ids]
    if not reaching:
        return Decision(allowed=False, in_scope=False, reason="不在您的权限范围内")
    if not _narrowed(viewer, right):
        return Decision(allowed=False, in_scope=True, reason="所用访问令牌不含此权限")
    if not any(grant.gives(right) for grant in reaching):
        return Decision(allowed=False, in_scope=True, reason="您的岗位没有此权限")
    return Decision(allowed=True, in_scope=True)


def reads(standing: Standing, sensitivity: Sensitivity) -> bool:
    """Whether a paper of this sensitivity exists at all for somebody in this standing, given the right to read."""
    return sensitivity in OPEN_TO[standing]


def needs_ground(sensitivity: Sensitivity) -> bool:
    """Whether even those who may read it say under which case or for what purpose before it is shown."""
    return not reads(Standing.LOOKS_ON, sensitivity)


def grants_of(role: Role, unit_id: str) -> tuple[Grant, ...]:
    """The grants an account gets with its role at its unit, in stable order."""
    return tuple(Grant(unit_id, right) for right in Right if right in ROLE_RIGHTS[role])


def assisting_grants(unit_id: str) -> tuple[Grant, ...]:
    """Grants of a department that assists with schools another authority decides on. Source: HN-3.4."""
    return tuple(Grant(unit_id, right, Reach.READ) for right in (R.READ_PAPER, R.READ_STATISTICS))


def role_faults(roles: Iterable[Role]) -> tuple[str, ...]:
    """Why one account may not hold these roles together. Source: GB/T 39784 (三员分立)."""
    held = frozenset(roles)
    administrators = held & ADMINISTRATORS
    if len(administrators) > 1:
        return ("系统管理员、安全管理员、审计管理员须由不同的人担任",)
    if administrators and held - ADMINISTRATORS:
        return ("管理员不接触学生材料，不得兼任业务岗位",)
    return ()


def _narrowed(viewer: Viewer, right: Right) -> bool:
    return not viewer.token_scopes or any(right in TOKEN_RIGHTS[scope] for scope in viewer.token_scopes)
