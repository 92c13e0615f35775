"""Accounts as the security administrator keeps them: opened, given roles, listed, closed.

Lives here: these use cases. Not here: sign-in, passwords (passwords_change), tokens, training records (training).
A manager reaches accounts of its unit and below; nobody changes their own roles.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.errors import Conflict, NotFound, Rejected
from archive_service.ids import new_id
from archive_service.models.account import Account, AccountRole, AccountState, ApiToken
from archive_service.models.organisation import Organisation
from archive_service.rules.access import Role
from archive_service.services import ledger, sessions
from archive_service.services.accounts_roles import RoleAt, check_roles, lacks_training, refuse, replace_roles
from archive_service.services.accounts_viewer import holds_on, in_units, managed_account, managed_units
from archive_service.services.actor import Actor
from archive_service.services.lengths import CODE_MOST, refuse_long
from archive_service.services.passwords import hash_password, one_time_password, password_faults
from archive_service.services.passwords_change import refuse_weak
from archive_service.services.sign_in import fold_login

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{2,63}")


@dataclass(frozen=True)
class NewAccount:
    """An account to open. Without a password a one-time password is made; `trained` is filed separately (training)."""

    login: str
    name: str
    roles: tuple[RoleAt, ...]
    password: str | None = None
    must_change_password: bool = True


@dataclass(frozen=True)
class OpenedAccount:
    """An account just opened; the password is shown once."""

    account_id: str
    login: str
    password: str
    state: AccountState


@dataclass(frozen=True)
class RoleLine:
    """A role in a list of accounts."""

    id: int
    role: Role
    unit_id: str
    unit_code: str
    unit_name: str
    grade: str
    class_name: str
    valid_from_on: date


@dataclass(frozen=True)
class AccountLine:
    """An account in a list, with the roles that hold today."""

    id: str
    login: str
    name: str
    state: AccountState
    must_change_password: bool
    created_at: datetime
    signed_in_at: datetime | None
    version: int
    roles: tuple[RoleLine, ...]


def create(archive: Archive, new: NewAccount, actor: Actor) -> OpenedAccount:
    """Open an account; a registrar's waits until training is on file. Source: HN-22.1, GZ-29.1, YK-30.2.

    Raises:
        Rejected: the login or password cannot be used.
        Refused: the roles may not be held together, or not there.
        Conflict: the login is taken.
    """
    settings, login = archive.settings.accounts, fold_login(new.login)
    if not _LOGIN.fullmatch(login) or not new.name.strip() or not new.roles:
        raise Rejected("登录名须为 3 至 64 位小写字母、数字或 . _ @ -，以字母或数字开头；姓名和岗位不能为空")
    refuse_long({"姓名": new.name.strip()})
    _refuse_long_places(new.roles)
    password = new.password or one_time_password(settings.password_length)
    refuse_weak(list(password_faults(password, login=login, length=settings.password_length)))
    password_hash, now = hash_password(password), archive.clock.now()
    with archive.begin() as session:
        check_roles(session, new.roles, managed_units(session, actor))
        if session.scalars(select(Account.id).where(Account.login == login)).first():
            raise Conflict("登录名已被使用，换一个", code="login_taken")
        account = Account(
            id=new_id(), login=login, name=new.name.strip(), password_hash=password_hash, state=AccountState.ACTIVE,
            must_change_password=new.must_change_password, created_at=now,
        )  # fmt: skip
        session.add(account)
        session.flush()
        _give_roles(archive, session, account, new.roles)
        _write(archive, session, "account.created", account, actor, {"login": login, "roles": _labels(new.roles)})
    return OpenedAccount(account.id, login, password, account.state)


def set_roles(archive: Archive, account_id: str, roles: Sequence[RoleAt], actor: Actor) -> None:
    """Make these the account's roles from today; what is not named ends at once.

    Raises:
        NotFound: the account or a unit is unknown or not managed by the actor.
        Refused: the roles may not be held together (三员分立), or they are one's own.
    """
    _refuse_long_places(roles)
    with archive.begin() as session:
        account = managed_account(session, account_id, actor, today(archive.clock))
        refuse(["不能更改自己的岗位，由其他安全管理员办理"] if account_id == actor.account_id else [])
        _insist_open(account)
        check_roles(session, roles, managed_units(session, actor))
        ended, given = _give_roles(archive, session, account, roles)
        _write(archive, session, "account.roles_set", account, actor, {"ended": ended, "given": given})


def close(archive: Archive, account_id: str, actor: Actor) -> None:
    """Close an account for good: roles end, sessions and tokens stop at once. What it did stays on the ledger.

    Raises:
        NotFound: unknown or not managed by the actor.
        Refused: it is one's own.
    """
    now = archive.clock.now()
    with archive.begin() as session:
        account = managed_account(session, account_id, actor, today(archive.clock))
        refuse(["不能注销自己的账号"] if account_id == actor.account_id else [])
        replace_roles(session, account.id, (), today(archive.clock))
        account.state, account.version = AccountState.CLOSED, account.version + 1
        sessions.end_all(session, account.id)
        session.execute(update(ApiToken).where(ApiToken.account_id == account.id, ApiToken.revoked_at.is_(None)).values(revoked_at=now))
        _write(archive, session, "account.closed", account, actor, {})


def listed(archive: Archive, actor: Actor) -> list[AccountLine]:
    """Accounts the actor manages, by login, each with the roles that hold today. Raises Denied."""
    on = today(archive.clock)
    with archive.read() as session:
        accounts = session.scalars(select(Account).where(in_units(managed_units(session, actor), on)).order_by(Account.login)).all()
        roles = _roles_by_account(session, on)
    return [_line(account, roles.get(account.id, ())) for account in accounts]


def own(archive: Archive, actor: Actor) -> AccountLine:
    """One's own account with its roles of today. Raises NotFound for an actor without an account."""
    with archive.read() as session:
        account = session.get(Account, actor.account_id or "")
        if account is None:
            raise NotFound("当前操作者没有账号")
        return _line(account, _roles_by_account(session, today(archive.clock), account.id).get(account.id, ()))


def account_of_login(archive: Archive, login: str, actor: Actor) -> AccountLine:
    """One account the actor manages, by its login. Raises NotFound, Denied."""
    on = today(archive.clock)
    with archive.read() as session:
        account_id = session.scalars(select(Account.id).where(Account.login == fold_login(login))).first() or ""
        account = managed_account(session, account_id, actor, on, lock=False)
        return _line(account, _roles_by_account(session, on, account.id).get(account.id, ()))


def _give_roles(archive: Archive, session: Session, account: Account, roles: Sequence[RoleAt]) -> tuple[list[str], list[str]]:
    changed = replace_roles(session, account.id, roles, today(archive.clock))
    waits = lacks_training(session, account.id, (each.role for each in roles))
    account.state = AccountState.WAITING if waits else AccountState.ACTIVE
    account.version += 1
    return changed


def _refuse_long_places(roles: Iterable[RoleAt]) -> None:
    for each in roles:
        refuse_long({"年级": each.grade, "班级": each.class_name}, most=CODE_MOST)


def _insist_open(account: Account) -> None:
    if account.state is AccountState.CLOSED:
        raise Rejected("账号已注销，不能再指定岗位")


def _roles_by_account(session: Session, on: date, account_id: str | None = None) -> dict[str, tuple[RoleLine, ...]]:
    wanted = select(AccountRole, Organisation).join(Organisation, Organisation.id == AccountRole.organisation_id).where(holds_on(on))
    if account_id:
        wanted = wanted.where(AccountRole.account_id == account_id)
    found: dict[str, tuple[RoleLine, ...]] = {}
    for role, unit in session.execute(wanted.order_by(AccountRole.id)):
        line = RoleLine(role.id, Role(role.role), unit.id, unit.code, unit.name, role.grade, role.class_name, role.valid_from_on)
        found[role.account_id] = (*found.get(role.account_id, ()), line)
    return found


def _line(account: Account, roles: Iterable[RoleLine]) -> AccountLine:
    return AccountLine(
        id=account.id,
        login=account.login,
        name=account.name,
        state=account.state,
        must_change_password=account.must_change_password,
        created_at=account.created_at,
        signed_in_at=account.signed_in_at,
        version=account.version,
        roles=tuple(roles),
    )


def _labels(roles: Iterable[RoleAt]) -> list[str]:
    return [each.role.label for each in roles]


def _write(archive: Archive, session: Session, act: str, account: Account, actor: Actor, detail: dict[str, object]) -> None:
    ledger.write(session, act, ledger.Subject("account", account.id), actor=actor, now=archive.clock.now(), detail=detail)
