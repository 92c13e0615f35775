"""Changing one's own password, and resetting another's.

Lives here: the two use cases. Not here: hashing and the rule for passwords (passwords).
Every other session of the account ends with either; tokens stay, they are revoked on their own.
"""

from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.errors import NotSignedIn, Rejected, StaleRow
from archive_service.models.account import Account, AccountState
from archive_service.services import ledger, sessions
from archive_service.services.accounts_viewer import managed_account
from archive_service.services.actor import Actor
from archive_service.services.passwords import hash_password, is_right, one_time_password, password_faults
from archive_service.services.sign_in_locks import forget_failures, record_failure, refuse_if_locked


def change_password(archive: Archive, old: str, new: str, actor: Actor, *, keep_token: str | None = None) -> None:
    """Set one's own password, knowing the old one; only the session of `keep_token` goes on.

    A wrong old password counts like a failed sign-in.

    Raises:
        Rejected: the old password is wrong, or the new one is too weak (all reasons in `findings`).
        TooMany: too many wrong ones.
    """
    now, settings = archive.clock.now(), archive.settings.accounts
    with archive.read() as session:
        account = session.get(Account, actor.account_id or "")
        if account is None:
            raise NotSignedIn
        refuse_if_locked(session, account.login, actor.address, now=now, settings=settings)
    if not is_right(account.password_hash, old):
        with archive.begin() as session:
            record_failure(session, account.login, actor.address, now=now, settings=settings)
            _write(archive, session, "password.change_failed", account, actor)
        raise Rejected("原密码不正确，密码没有更改", code="wrong_password")
    faults = password_faults(new, login=account.login, length=settings.password_length)
    refuse_weak([*faults, *(["新密码不能与原密码相同"] if new == old else [])])
    new_hash = hash_password(new)
    with archive.begin() as session:
        current = session.get(Account, account.id, with_for_update=True)
        if current is None or current.password_hash != account.password_hash:
            raise StaleRow("密码刚刚已被更改，本次没有生效")
        _set(session, current, new_hash, must_change=False)
        sessions.end_all(session, current.id, but=keep_token)
        _write(archive, session, "password.changed", current, actor)


def reset_password(archive: Archive, account_id: str, actor: Actor) -> str:
    """Give an account a one-time password, returned once, which its owner must change; unlocks the account too.

    Raises:
        NotFound: unknown or not managed by the actor.
        Rejected: the account is closed.
    """
    password = one_time_password(archive.settings.accounts.password_length)
    new_hash = hash_password(password)
    with archive.begin() as session:
        account = managed_account(session, account_id, actor, today(archive.clock))
        if account.state is AccountState.CLOSED:
            raise Rejected("账号已注销，不能重置密码")
        _set(session, account, new_hash, must_change=True)
        sessions.end_all(session, account.id)
        _write(archive, session, "password.reset", account, actor)
    return password


def refuse_weak(faults: list[str]) -> None:
    """Raise Rejected with every reason why a password may not be used."""
    if faults:
        raise Rejected("；".join(faults), code="weak_password", findings=[{"code": "weak_password", "advice": fault} for fault in faults])


def _set(session: Session, account: Account, new_hash: str, *, must_change: bool) -> None:
    account.password_hash, account.must_change_password = new_hash, must_change
    account.version += 1
    forget_failures(session, account.login)


def _write(archive: Archive, session: Session, act: str, account: Account, actor: Actor) -> None:
    ledger.write(session, act, ledger.Subject("account", account.id), actor=actor, now=archive.clock.now())
