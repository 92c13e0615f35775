"""How many failed tries an account or an address has left, counted in rows so that every web process counts the same.

Lives here: recording a failure, the lock that follows, and forgetting. Not here: who is let in (sign_in).
A lock speaks of the login as typed, whether or not such an account exists.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from archive_service.clock import CHINA
from archive_service.errors import TooMany
from archive_service.models.account import SignInFailure
from archive_service.settings import AccountsSettings


def refuse_if_locked(session: Session, login: str, address: str, *, now: datetime, settings: AccountsSettings) -> None:
    """Stop here while the login or the address has to wait.

    Raises:
        TooMany: with the time at which the next try is possible.
    """
    span = timedelta(minutes=settings.lock_minutes)
    limits = ((SignInFailure.login == login, settings.lock_failures), (SignInFailure.address == address, settings.address_failures))
    ends = [_free_at(session, whose, limit, since=now - span) for whose, limit in limits]
    last = max((end for end in ends if end is not None), default=None)
    if last is not None:
        free_at = (last + span).astimezone(CHINA) + timedelta(minutes=1)  # shown to the minute, so the next one is safe
        raise TooMany(f"登录失败次数过多，{free_at:%H:%M} 以后可以再试；忘记密码的，由安全管理员重置", code="locked")


def record_failure(session: Session, login: str, address: str, *, now: datetime, settings: AccountsSettings) -> None:
    """Count a failed try, and forget those that no longer count."""
    session.execute(delete(SignInFailure).where(SignInFailure.at < now - timedelta(minutes=settings.lock_minutes)))
    session.add(SignInFailure(login=login, address=address, at=now))


def forget_failures(session: Session, login: str) -> None:
    """Start counting anew after the right password."""
    session.execute(delete(SignInFailure).where(SignInFailure.login == login))


def _free_at(session: Session, whose: ColumnElement[bool], limit: int, *, since: datetime) -> datetime | None:
    # The failure that fills the limit, counted from the newest: once it is too old, fewer than the limit are left.
    tries = select(SignInFailure.at).where(whose, SignInFailure.at > since).order_by(SignInFailure.at.desc())
    return session.scalars(tries.offset(limit - 1).limit(1)).first()
