"""Signed-in browsers: who a cookie stands for, in which role, and how a session ends.

Lives here: finding the actor of a session token, idle and absolute end, switching roles, signing out here and everywhere.
Not here: opening a session (sign_in), bearer tokens (tokens). The cookie holds the token, the row its SHA-256.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import civil
from archive_service.errors import NotFound, NotSignedIn
from archive_service.models.account import Account, AccountRole, AccountState, WebSession
from archive_service.models.organisation import Organisation
from archive_service.rules.access import Role
from archive_service.services import ledger
from archive_service.services.accounts_viewer import actor_of, holds_on
from archive_service.services.actor import Actor

ENDED = "登录已结束，请重新登录；已保存的内容不受影响"
WAITING = "账号尚未启用：学籍管理员须先参加培训并登记备案，登记后由安全管理员启用"
NO_ROLE = "账号目前没有岗位，由安全管理员指定岗位后才能办理业务"
TOUCH = timedelta(minutes=1)  # a click is written down at most this often, so that reading pages does not write


@dataclass(frozen=True)
class RoleChoice:
    """A role a person may take up, for the switch in the top bar."""

    id: int
    role: str
    label: str
    unit_id: str
    unit_name: str
    grade: str
    class_name: str


@dataclass(frozen=True)
class SignedIn:
    """Who sits in front of the browser. `notice` says why nothing can be done yet, where that is so."""

    actor: Actor
    login: str
    role_id: int | None
    roles: tuple[RoleChoice, ...]
    must_change_password: bool
    notice: str = ""


def digest(token: str) -> str:
    """What a row keeps of a token: it is random and long, so plain SHA-256 does."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of_session(archive: Archive, token: str, address: str) -> Actor:
    """Who acts through this session. Raises NotSignedIn."""
    return signed_in(archive, token, address).actor


def signed_in(archive: Archive, token: str, address: str) -> SignedIn:
    """Who is signed in with this token, in which role, with what else they could take up.

    Raises:
        NotSignedIn: no such session, or it has ended.
    """
    now = archive.clock.now()
    with archive.read() as session:
        row, account = _live(archive, session, token, now)
        choices = _choices(session, account.id, now)
        answer = _signed_in(account, choices, row.role_id, address)
    if now - row.seen_at >= TOUCH:
        with archive.begin() as session:
            session.execute(update(WebSession).where(WebSession.token_hash == row.token_hash).values(seen_at=now))
    return answer


def switch_role(archive: Archive, token: str, role_id: int, address: str) -> SignedIn:
    """Go on in another of one's roles.

    Raises:
        NotFound: it is not a role of this person today.
    """
    now = archive.clock.now()
    with archive.begin() as session:
        row, account = _live(archive, session, token, now)
        choices = _choices(session, account.id, now)
        if all(role.id != role_id for role, _ in choices):
            raise NotFound("您没有这个岗位，或任期已结束")
        row.role_id = role_id
        answer = _signed_in(account, choices, role_id, address)
        _write(session, "session.role_switched", answer.actor, now)
    return answer


def sign_out(archive: Archive, token: str, address: str) -> None:
    """End this session; an unknown token is no error, the wish is fulfilled."""
    now = archive.clock.now()
    with archive.begin() as session:
        found = session.execute(_joined(token)).first()
        if found is not None:
            session.delete(found.WebSession)
            _write(session, "session.closed", actor_of(found.Account, (), address), now)


def sign_out_everywhere(archive: Archive, actor: Actor) -> int:
    """End all sessions of one's account; returns how many."""
    with archive.begin() as session:
        ended = end_all(session, actor.account_id or "")
        _write(session, "session.all_closed", actor, archive.clock.now())
    return ended


def end_all(session: Session, account_id: str, *, but: str | None = None) -> int:
    """End the sessions of an account, all or all but the one of a token."""
    ending = delete(WebSession).where(WebSession.account_id == account_id)
    ended = session.execute(ending.where(WebSession.token_hash != digest(but)) if but else ending)
    return int(ended.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it, the annotated base class does not


def forget_ended(archive: Archive) -> int:
    """Drop the rows of sessions that have ended; upkeep calls it. Returns how many."""
    now = archive.clock.now()
    idle = timedelta(minutes=archive.settings.accounts.idle_minutes)
    with archive.begin() as session:
        ended = session.execute(delete(WebSession).where(or_(WebSession.expires_at <= now, WebSession.seen_at <= now - idle)))
        return int(ended.rowcount)  # type: ignore[attr-defined]  # as above


def _live(archive: Archive, session: Session, token: str, now: datetime) -> tuple[WebSession, Account]:
    found = session.execute(_joined(token)).first()
    idle = timedelta(minutes=archive.settings.accounts.idle_minutes)
    if found is None:
        raise NotSignedIn(ENDED)
    row, account = found.WebSession, found.Account
    if row.expires_at <= now or row.seen_at + idle <= now or account.state is AccountState.CLOSED:
        raise NotSignedIn(ENDED)
    return row, account


def _joined(token: str) -> Select[WebSession, Account]:
    wanted = select(WebSession, Account).join(Account, Account.id == WebSession.account_id)
    return wanted.where(WebSession.token_hash == digest(token))


def _choices(session: Session, account_id: str, now: datetime) -> list[tuple[AccountRole, str]]:
    wanted = select(AccountRole, Organisation.name).join(Organisation, Organisation.id == AccountRole.organisation_id)
    held = wanted.where(AccountRole.account_id == account_id, holds_on(civil(now))).order_by(AccountRole.id)
    return [(row.AccountRole, row.name) for row in session.execute(held)]


def _signed_in(account: Account, choices: Sequence[tuple[AccountRole, str]], role_id: int | None, address: str) -> SignedIn:
    roles = [role for role, _ in choices]
    in_use = next((role for role in roles if role.id == role_id), roles[0] if roles else None)
    return SignedIn(
        actor=actor_of(account, [in_use] if in_use else [], address),
        login=account.login,
        role_id=in_use.id if in_use else None,
        roles=tuple(_choice(role, unit_name) for role, unit_name in choices),
        must_change_password=account.must_change_password,
        notice=_notice(account, roles),
    )


def _choice(role: AccountRole, unit_name: str) -> RoleChoice:
    label = Role(role.role).label
    return RoleChoice(role.id, role.role, label, role.organisation_id, unit_name, role.grade, role.class_name)


def _notice(account: Account, roles: Sequence[AccountRole]) -> str:
    if account.state is AccountState.WAITING:
        return WAITING
    return "" if roles else NO_ROLE


def _write(session: Session, act: str, actor: Actor, now: datetime) -> None:
    ledger.write(session, act, ledger.Subject("account", actor.account_id), actor=actor, now=now)
