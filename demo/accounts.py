"""Accounts of the demo: one for each role of each school and bureau, with a Chinese display name. No passwords here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo import names
from demo.model import Account, Level, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.dice import Dice
    from demo.model import Organisation

# role, suffix of the login, homeroom class
SCHOOL_ROLES = (
    (Role.HOMEROOM_TEACHER, "teacher", "1班"),
    (Role.SCHOOL_REGISTRAR, "registrar", None),
    (Role.SCHOOL_LEADER, "leader", None),
    (Role.ARCHIVIST, "archivist", None),
)
BUREAU_ROLES = {
    Level.COUNTY: ((Role.COUNTY_REVIEWER, "reviewer", None), (Role.ARCHIVIST, "archivist", None)),
    Level.CITY: ((Role.CITY_REVIEWER, "reviewer", None), (Role.ARCHIVIST, "archivist", None)),
    Level.PROVINCE: (
        (Role.PROVINCE_REVIEWER, "reviewer", None),
        (Role.SYSTEM_ADMIN, "sysadmin", None),
        (Role.SECURITY_ADMIN, "secadmin", None),
        (Role.AUDIT_ADMIN, "auditor", None),
    ),
}


def make_accounts(organisations: tuple[Organisation, ...], dice: Dice) -> tuple[Account, ...]:
    """Return the accounts in the order of their organisations."""
    return tuple(account for organisation in organisations for account in _of(organisation, dice))


def _of(organisation: Organisation, dice: Dice) -> Iterator[Account]:
    roles = SCHOOL_ROLES if organisation.level is Level.SCHOOL else BUREAU_ROLES[organisation.level]
    for role, suffix, class_name in roles:
        yield Account(
            login=f"{organisation.login_prefix}-{suffix}",
            name=dice.choice(names.SURNAMES) + dice.choice(names.OFFICIALS),
            role=role,
            organisation=organisation.code,
            class_name=class_name,
        )
