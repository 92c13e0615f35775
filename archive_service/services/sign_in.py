"""Signing in: one answer for a wrong password and for an account that does not exist, and a lock when tries add up.

Lives here: `open_session`. Not here: what a session may do (sessions), hashing (passwords), counting (sign_in_locks).
The hash is compared between two transactions; the second one looks again, so that tries made at the same time count too.
"""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import civil
from archive_service.errors import NotSignedIn
from archive_service.models.account import Account, AccountState, WebSession
from archive_service.services import ledger
from archive_service.services.accounts_viewer import actor_of, roles_on
from archive_service.services.actor import Actor
from archive_service.services.passwords import LENGTH_AT_MOST, hash_password, is_outdated, is_right
from archive_service.services.sessions import WAITING, digest
from archive_service.services.sign_in_locks import forget_failures, record_failure, refuse_if_locked

STRANGER = "未知账号"  # who tries a login that nobody has
WRONG = "登录名或密码不正确"
_LOGIN_AT_MOST = 64
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class OpenedSession:
    """A session just opened. The token goes into the cookie and is kept nowhere else; `notice` is to be shown."""

    token: str
    account_id: str
    expires_at: datetime
    must_change_password: bool
    notice: str = ""


@dataclass(frozen=True)
class _Try:
    login: str
    address: str
    account: Account | None
    is_right: bool


def fold_login(login: str) -> str:
    """The form in which logins are stored and compared: no case, no width, no spaces around."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:_LOGIN_AT_MOST]


def open_session(archive: Archive, login: str, password: str, address: str) -> OpenedSession:
    """Sign in; beyond the allowed number of sessions the oldest ends.

    A failure is counted and on the ledger before the refusal leaves here.

    Raises:
        NotSignedIn: wrong login or password, or a closed account; the answer does not tell which.
        TooMany: the login or the address has to wait.
    """
    login, address, now = fold_login(login), address[:_LOGIN_AT_MOST], archive.clock.now()
    with archive.read() as session:
        refuse_if_locked(session, login, address, now=now, settings=archive.settings.accounts)
        account = session.scalars(select(Account).where(Account.login == login)).first()
    tried = _Try(login, address, account, _compare(account, password))
    rehashed = _rehash(account, password) if tried.is_right else None
    with archive.begin() as session:
        refuse_if_locked(session, login, address, now=now, settings=archive.settings.accounts)
        current = _unmoved(session, tried)
        if current is None:
            _fail(archive, session, tried, now)
            opened = None
        else:
            current.password_hash = rehashed or current.password_hash
            opened = _open(archive, session, current, tried, now)
    if opened is None:
        raise NotSignedIn(WRONG, code="wrong_login_or_password")
    return opened


def _compare(account: Account | None, password: str) -> bool:
    usable = account is not None and account.state is not AccountState.CLOSED
    # A password past the limit was never set, and hashing megabytes would be a gift to an attacker.
    return is_right(account.password_hash if account else None, password[: LENGTH_AT_MOST + 1]) and usable


def _rehash(account: Account | None, password: str) -> str | None:
    outdated = account is not None and account.password_hash is not None and is_outdated(account.password_hash)
    return hash_password(password) if outdated else None


def _unmoved(session: Session, tried: _Try) -> Account | None:
    if tried.account is None or not tried.is_right:
        return None
    current = session.get(Account, tried.account.id, with_for_update=True)
    same = current is not None and current.password_hash == tried.account.password_hash and current.state is not AccountState.CLOSED
    return current if same else None


def _fail(archive: Archive, session: Session, tried: _Try, now: datetime) -> None:
    record_failure(session, tried.login, tried.address, now=now, settings=archive.settings.accounts)
    # What was typed stays off the ledger: people type their password into the wrong box, and the ledger is for ever.
    known = tried.account
    # The account's unit stands with it, so that the auditor of that unit reads of the try and no other school's does.
    actor = actor_of(known, roles_on(session, known.id, civil(now))[:1], tried.address) if known else _stranger(tried.address)
    ledger.write(session, "session.failed", ledger.Subject("account", actor.account_id), actor=actor, now=now)


def _stranger(address: str) -> Actor:
    return Actor(name=STRANGER, role="none", address=address)


def _open(archive: Archive, session: Session, account: Account, tried: _Try, now: datetime) -> OpenedSession:
    settings, token = archive.settings.accounts, secrets.token_urlsafe(_TOKEN_BYTES)
    forget_failures(session, tried.login)
    account.signed_in_at = now
    _make_room(session, account.id, now, idle=timedelta(minutes=settings.idle_minutes), at_most=settings.sessions_at_most)
    roles = roles_on(session, account.id, civil(now))
    expires_at = now + timedelta(hours=settings.session_hours)
    session.add(
        WebSession(
            token_hash=digest(token),
            account_id=account.id,
            role_id=roles[0].id if roles else None,
            address=tried.address,
            opened_at=now,
            seen_at=now,
            expires_at=expires_at,
        )
    )
    ledger.write(
        session, "session.opened", ledger.Subject("account", account.id), actor=actor_of(account, roles[:1], tried.address), now=now
    )
    notice = WAITING if account.state is AccountState.WAITING else ""
    return OpenedSession(token, account.id, expires_at, account.must_change_password, notice)


def _make_room(session: Session, account_id: str, now: datetime, *, idle: timedelta, at_most: int) -> None:
    own = WebSession.account_id == account_id
    session.execute(delete(WebSession).where(own, or_(WebSession.expires_at <= now, WebSession.seen_at <= now - idle)))
    newest = select(WebSession.token_hash).where(own).order_by(WebSession.opened_at.desc(), WebSession.token_hash)
    keep = list(session.scalars(newest.limit(at_most - 1))) if at_most > 1 else []
    session.execute(delete(WebSession).where(own, WebSession.token_hash.not_in(keep)))
