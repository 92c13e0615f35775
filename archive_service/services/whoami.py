"""Who the caller is: the account behind a session or token, its roles today, and what it may do where.

Lives here: `whoami`, for `GET /me`. Not here: signing in, other people's accounts (accounts).
"""

from dataclasses import dataclass

from sqlalchemy import select

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.errors import NotSignedIn
from archive_service.models.account import Account, AccountRole
from archive_service.models.organisation import Level, Organisation
from archive_service.rules.access import Right, Role, TokenScope
from archive_service.services.accounts_viewer import holds_on
from archive_service.services.actor import Actor
from archive_service.services.scope import Scope


@dataclass(frozen=True)
class RoleHeld:
    """A role that holds today; class narrowed for homeroom teachers."""

    role: Role
    unit_id: str
    unit_code: str
    unit_name: str
    level: Level
    profile: str
    grade: str
    class_name: str


@dataclass(frozen=True)
class Self:
    """An account as its owner sees it; `scope` is empty where no token narrows the account's own rights."""

    id: str
    login: str
    name: str
    state: str
    roles: tuple[RoleHeld, ...]
    scope: tuple[TokenScope, ...]
    rights: tuple[Right, ...]


def whoami(archive: Archive, actor: Actor) -> Self:
    """The actor's own account. Raises NotSignedIn when it is gone."""
    with archive.read() as session:
        account = session.get(Account, actor.account_id or "")
        if account is None:
            raise NotSignedIn
        joined = select(AccountRole, Organisation).join(Organisation, Organisation.id == AccountRole.organisation_id)
        held = joined.where(AccountRole.account_id == account.id, holds_on(today(archive.clock))).order_by(AccountRole.id)
        roles = tuple(_held(role, unit) for role, unit in session.execute(held))
        scope = Scope.of(session, actor)
        rights = tuple(right for right in Right if scope.own_units_with(right))
    return Self(account.id, account.login, account.name, account.state.value, roles, actor.viewer.token_scopes, rights)


def _held(role: AccountRole, unit: Organisation) -> RoleHeld:
    return RoleHeld(Role(role.role), unit.id, unit.code, unit.name, unit.level, unit.profile, role.grade, role.class_name)
