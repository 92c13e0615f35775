"""Which roles an account may be given where, and what changing them leaves behind.

Lives here: the wish for a role, its checks, ending and opening role rows. Not here: the use cases (accounts), rights of a role (rules).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.errors import NotFound, Refused
from archive_service.models.account import AccountRole, TrainingRecord
from archive_service.models.organisation import Level, Organisation
from archive_service.rules.access import Role, role_faults

NEEDS_TRAINING = frozenset({Role.SCHOOL_REGISTRAR})
_ANYWHERE = frozenset(Level)
LEVELS: Mapping[Role, frozenset[Level]] = {
    Role.HOMEROOM_TEACHER: frozenset({Level.SCHOOL}),
    Role.SCHOOL_REGISTRAR: frozenset({Level.SCHOOL}),
    Role.SCHOOL_LEADER: frozenset({Level.SCHOOL}),
    Role.COUNTY_REVIEWER: frozenset({Level.COUNTY}),
    Role.CITY_REVIEWER: frozenset({Level.CITY}),
    Role.PROVINCE_REVIEWER: frozenset({Level.PROVINCE}),
    Role.ARCHIVIST: _ANYWHERE,
    Role.SYSTEM_ADMIN: _ANYWHERE,
    Role.SECURITY_ADMIN: _ANYWHERE,
    Role.AUDIT_ADMIN: _ANYWHERE,
}
_Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class RoleAt:
    """A role wanted at a unit; grade and class only narrow a homeroom teacher."""

    role: Role
    unit_id: str
    grade: str = ""
    class_name: str = ""


def check_roles(session: Session, wanted: Sequence[RoleAt], units: frozenset[str] | None) -> None:
    """Insist that one person may hold these roles together, each at a unit of its level that the manager reaches.

    Raises:
        NotFound: a unit is unknown or out of the manager's scope.
        Refused: with every reason. Source: GB/T 39784 (三员分立).
    """
    rows = session.scalars(select(Organisation).where(Organisation.id.in_({each.unit_id for each in wanted})))
    found = {unit.id: unit for unit in rows if units is None or unit.id in units}
    if any(each.unit_id not in found for each in wanted):
        raise NotFound("没有找到该单位，或不在您的管理范围内")
    faults = [*role_faults(each.role for each in wanted), *(_misplaced(each, found[each.unit_id]) for each in wanted)]
    refuse([fault for fault in faults if fault])


def replace_roles(session: Session, account_id: str, wanted: Iterable[RoleAt], on: date) -> tuple[list[str], list[str]]:
    """Make these the roles of the account from today; returns labels of those ended and those given.

    What is taken away ends with yesterday: a right withdrawn must not last until midnight.
    """
    rows = {_key(row): row for row in session.scalars(select(AccountRole).where(AccountRole.account_id == account_id))}
    wishes = {(each.unit_id, each.role.value, each.grade, each.class_name) for each in wanted}
    ended = [row for key, row in rows.items() if key not in wishes and _lasts(row, on)]
    for row in ended:
        row.valid_to_on = on - timedelta(days=1)
    given = [key for key in sorted(wishes) if key not in rows or not _lasts(rows[key], on)]
    for key in given:
        _give(session, account_id, key, rows.get(key), on)
    return [Role(row.role).label for row in ended], [Role(key[1]).label for key in given]


def lacks_training(session: Session, account_id: str, roles: Iterable[Role]) -> bool:
    """Whether a role needs training and none is on file. Source: HN-22.1, GZ-29.1, YK-30.2."""
    if not NEEDS_TRAINING & set(roles):
        return False
    return session.scalars(select(TrainingRecord.id).where(TrainingRecord.account_id == account_id).limit(1)).first() is None


def refuse(faults: Sequence[str]) -> None:
    """Raise Refused with all reasons, or do nothing when there are none."""
    if faults:
        raise Refused("；".join(faults), reasons=[{"article": "", "text": fault} for fault in faults])


def _misplaced(wish: RoleAt, unit: Organisation) -> str:
    return "" if unit.level in LEVELS[wish.role] else f"{unit.name}不设{wish.role.label}"


def _key(row: AccountRole) -> _Key:
    return (row.organisation_id, row.role, row.grade, row.class_name)


def _lasts(row: AccountRole, on: date) -> bool:
    return row.valid_to_on is None or row.valid_to_on >= on


def _give(session: Session, account_id: str, key: _Key, ended: AccountRole | None, on: date) -> None:
    if ended is not None:
        ended.valid_from_on, ended.valid_to_on = on, None  # one row a role; its earlier term is on the ledger
        return
    unit_id, role, grade, class_name = key
    place = {"organisation_id": unit_id, "role": role, "grade": grade, "class_name": class_name}
    session.add(AccountRole(account_id=account_id, valid_from_on=on, valid_to_on=None, **place))
