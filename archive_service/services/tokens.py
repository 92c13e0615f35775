"""API tokens: given once, kept as a hash, with scopes that narrow the account's rights and an end.

Lives here: creating, listing, revoking, and finding the actor of a bearer. Not here: what a scope allows (rules.access).
One's own tokens everybody manages; those of others the security administrator, who may end them but not make them.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import civil, today
from archive_service.errors import Denied, NotFound, NotSignedIn, Rejected
from archive_service.ids import new_id
from archive_service.models.account import Account, AccountState, ApiToken
from archive_service.rules.access import TokenScope
from archive_service.services import ledger
from archive_service.services.accounts_viewer import actor_of, in_units, is_service, managed_account, managed_units, roles_on
from archive_service.services.actor import Actor
from archive_service.services.lengths import refuse_long
from archive_service.services.sessions import TOUCH, digest

PREFIX = "xj_"  # lets people and secret scanners tell what it is
_TOKEN_BYTES = 32
_DAYS_AT_MOST = 366
_INVALID = "访问令牌无效、已到期或已作废"


@dataclass(frozen=True)
class NewToken:
    """A token to make; no scopes: the account's own rights; no days: as the settings say."""

    label: str
    scopes: tuple[TokenScope, ...] = ()
    days: int | None = None


@dataclass(frozen=True)
class MadeToken:
    """A token just made; the text is shown once and kept nowhere."""

    id: str
    text: str
    expires_at: datetime


@dataclass(frozen=True)
class TokenLine:
    """A token in a list, without its text."""

    id: str
    label: str
    scopes: tuple[TokenScope, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


def create(archive: Archive, account_id: str, new: NewToken, actor: Actor) -> MadeToken:
    """Make a token for one's own account; the operator may make one for any.

    Raises:
        NotFound: somebody else's account, or none.
        Rejected: too long a life, or the account is closed.
        Denied: asked through a token that is narrower than the new one.
    """
    days = archive.settings.accounts.token_days if new.days is None else new.days
    if not 1 <= days <= _DAYS_AT_MOST or not new.label.strip():
        raise Rejected(f"令牌须有名称，有效期 1 至 {_DAYS_AT_MOST} 天")
    refuse_long({"令牌名称": new.label.strip()})
    _refuse_widening(new, actor)
    now, text = archive.clock.now(), PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    with archive.begin() as session:
        account = _own(session, account_id, actor)
        token = ApiToken(
            id=new_id(),
            account_id=account.id,
            token_hash=digest(text),
            label=new.label.strip(),
            scopes=[scope.value for scope in new.scopes],
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        session.add(token)
        detail = {"account": account.login, "label": token.label, "scopes": token.scopes, "days": days}
        ledger.write(session, "token.created", ledger.Subject("token", token.id), actor=actor, now=now, detail=detail)
    return MadeToken(token.id, text, token.expires_at)


def listed(archive: Archive, account_id: str, actor: Actor) -> list[TokenLine]:
    """Tokens of an account, the newest first. Raises NotFound, Denied."""
    with archive.read() as session:
        _reachable(archive, session, account_id, actor)
        rows = session.scalars(select(ApiToken).where(ApiToken.account_id == account_id).order_by(ApiToken.id.desc()))
        return [_line(row) for row in rows]


def revoke(archive: Archive, token_id: str, actor: Actor) -> None:
    """End a token now; ending it twice is no error. Raises NotFound, Denied."""
    now = archive.clock.now()
    with archive.begin() as session:
        own = select(ApiToken).where(ApiToken.id == token_id, ApiToken.account_id == actor.account_id)
        token = session.scalars(own).first() or _managed(session, token_id, actor, civil(now))
        if token is None:
            raise NotFound("没有找到该令牌，或不在您的管理范围内")
        if token.revoked_at is None:
            token.revoked_at = now
            ledger.write(session, "token.revoked", ledger.Subject("token", token.id), actor=actor, now=now, detail={"label": token.label})


def _managed(session: Session, token_id: str, actor: Actor, on: date) -> ApiToken | None:
    """A token of an account the actor manages. Raises Denied to who manages none, whether there is such a token or not."""
    owned = select(ApiToken).join(Account, Account.id == ApiToken.account_id)
    return session.scalars(owned.where(ApiToken.id == token_id, in_units(managed_units(session, actor), on))).first()


def actor_of_token(archive: Archive, bearer: str, address: str) -> Actor:
    """Who acts through this token: the account in all its roles, narrowed by the token's scopes.

    Raises:
        NotSignedIn: unknown, expired or revoked, or the account is closed.
    """
    now = archive.clock.now()
    with archive.read() as session:
        token, account = _live(session, bearer, now)
        actor = actor_of(account, roles_on(session, account.id, civil(now)), address, scopes=token.scopes)
    if token.used_at is None or now - token.used_at >= TOUCH:
        with archive.begin() as session:
            session.execute(update(ApiToken).where(ApiToken.id == token.id).values(used_at=now))
    return actor


def _live(session: Session, bearer: str, now: datetime) -> tuple[ApiToken, Account]:
    joined = select(ApiToken, Account).join(Account, Account.id == ApiToken.account_id)
    found = session.execute(joined.where(ApiToken.token_hash == digest(bearer))).first()
    if found is None:
        raise NotSignedIn(_INVALID)
    token, account = found.ApiToken, found.Account
    if token.revoked_at is not None or token.expires_at <= now or account.state is AccountState.CLOSED:
        raise NotSignedIn(_INVALID)
    return token, account


def _own(session: Session, account_id: str, actor: Actor) -> Account:
    # A security administrator who could make a token for another would act as that person.
    account = session.get(Account, account_id) if is_service(actor) or account_id == actor.account_id else None
    if account is None:
        raise NotFound("没有找到该账号，令牌只能为本人账号创建")
    if account.state is AccountState.CLOSED:
        raise Rejected("账号已注销，不能创建令牌")
    return account


def _refuse_widening(new: NewToken, actor: Actor) -> None:
    held = set(actor.viewer.token_scopes)
    if held and not (new.scopes and set(new.scopes) <= held):
        raise Denied("不能用访问令牌创建权限更大的令牌")


def _reachable(archive: Archive, session: Session, account_id: str, actor: Actor) -> None:
    if account_id != actor.account_id:
        managed_account(session, account_id, actor, today(archive.clock), lock=False)


def _line(row: ApiToken) -> TokenLine:
    scopes = tuple(TokenScope(scope) for scope in row.scopes)
    return TokenLine(row.id, row.label, scopes, row.created_at, row.expires_at, row.revoked_at, row.used_at)
