"""From account rows to the actor the rules see: which roles hold today, and what they give.

Lives here: valid roles, the viewer, who may manage whose account. Not here: sessions and tokens, which call this; the table of rights.
A registrar who waits for training may sign in but has no rights (HN-22.1, GZ-29.1, YK-30.2).
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from archive_service.errors import NotFound
from archive_service.models.account import Account, AccountRole, AccountState
from archive_service.rules.access import Grant, Right, Role, TokenScope, Viewer, grants_of
from archive_service.services.actor import SERVICE, Actor
from archive_service.services.scope import Scope


def roles_on(session: Session, account_id: str, on: date) -> list[AccountRole]:
    """Roles valid on a day, the oldest first."""
    return list(session.scalars(select(AccountRole).where(AccountRole.account_id == account_id, holds_on(on)).order_by(AccountRole.id)))


def holds_on(on: date) -> ColumnElement[bool]:
    """Which roles hold on a day: a condition on AccountRole; the last day counts."""
    return (AccountRole.valid_from_on <= on) & or_(AccountRole.valid_to_on.is_(None), AccountRole.valid_to_on >= on)


def actor_of(account: Account, roles: Sequence[AccountRole], address: str, *, scopes: Iterable[str] = ()) -> Actor:
    """The account acting in these roles; the first one gives the unit on the ledger."""
    first = roles[0] if roles else None
    viewer = Viewer(account.id, _grants(account, roles), tuple(TokenScope(scope) for scope in scopes))
    return Actor(
        name=account.name,
        account_id=account.id,
        unit_id=first.organisation_id if first else None,
        role=first.role if first else "none",
        address=address,
        viewer=viewer,
    )


def is_service(actor: Actor) -> bool:
    """Whether it is the service or its operator at the command line, who has no account."""
    return actor.account_id is None and actor.role == SERVICE.role


def managed_units(session: Session, actor: Actor) -> frozenset[str] | None:
    """Units whose accounts the actor manages; None for the operator: all. Raises Denied without the right."""
    if is_service(actor):
        return None
    scope = Scope.of(session, actor)
    scope.require_anywhere(Right.MANAGE_ACCOUNTS)
    return scope.units(Right.MANAGE_ACCOUNTS)


def in_units(units: frozenset[str] | None, on: date) -> ColumnElement[bool]:
    """Accounts with a role, past or present, in the units and none outside that still holds: a condition on Account.

    One role elsewhere takes an account out: whoever could reset its password would gain what that role gives.
    """
    if units is None:
        return Account.id.is_not(None)
    roles = select(AccountRole.id).where(AccountRole.account_id == Account.id)
    inside, outside = AccountRole.organisation_id.in_(units), AccountRole.organisation_id.not_in(units)
    lasting = or_(AccountRole.valid_to_on.is_(None), AccountRole.valid_to_on >= on)
    return roles.where(inside).exists() & ~roles.where(outside, lasting).exists()


def managed_account(session: Session, account_id: str, actor: Actor, on: date, *, lock: bool = True) -> Account:
    """One account the actor manages, locked for change unless it is only read. Raises NotFound, Denied."""
    wanted = select(Account).where(Account.id == account_id, in_units(managed_units(session, actor), on))
    account = session.scalars(wanted.with_for_update(of=Account) if lock else wanted).first()
    if account is None:
        raise NotFound("没有找到该账号，或不在您的管理范围内")
    return account


def _grants(account: Account, roles: Iterable[AccountRole]) -> tuple[Grant, ...]:
    if account.state is not AccountState.ACTIVE:
        return ()
    return tuple(dict.fromkeys(grant for role in roles for grant in grants_of(Role(role.role), role.organisation_id)))
