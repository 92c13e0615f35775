"""Who acts at the command line, and the instance it acts on.

Lives here: the operator as an actor, opening the instance, finding accounts to act as. Not here: what is done (services).
Whoever may run commands on the machine may read the database anyway; the operator is therefore not asked for a password, but each
act is on the ledger under this name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from archive_service import migrations
from archive_service.archive import Archive, opened
from archive_service.clock import today
from archive_service.db import open_engine
from archive_service.errors import NotFound, Refused
from archive_service.models.account import Account, AccountState
from archive_service.models.organisation import Organisation
from archive_service.rules.access import Grant, Right, Viewer
from archive_service.services.accounts_viewer import actor_of, roles_on
from archive_service.services.actor import Actor
from archive_service.services.sign_in import fold_login
from archive_service.settings import Settings, load

OPERATOR = Actor(name="命令行", address="cli")
NOT_THERE = "{home} 里还没有实例；先运行 xueji init，或用环境变量 XUEJI_HOME 指明数据目录。"
OUTDATED = "数据库结构是 {found}，本程序需要 {wanted}；先停止服务，再运行 xueji init 升级。"


@contextmanager
def instance() -> Iterator[Archive]:
    """The instance XUEJI_HOME names. Raises Refused when it is not there or of another version."""
    settings = load()
    insist_prepared(settings)
    with opened(settings) as archive:
        yield archive


def insist_prepared(settings: Settings) -> None:
    """Insist that the instance has been made, without making anything. Raises Refused."""
    url = make_url(settings.database_url)
    missing_file = url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()
    if missing_file or not settings.secret_file.exists():
        raise Refused(NOT_THERE.format(home=settings.home), code="no_instance")
    engine = open_engine(settings.database_url)
    try:
        found, wanted = migrations.current(engine), migrations.head()
    finally:
        engine.dispose()
    if found != wanted:
        raise Refused(OUTDATED.format(found=found or "空的", wanted=wanted), code="schema")


def system_operator(archive: Archive) -> Actor:
    """The operator with the right to manage the system, for services that ask for it."""
    with archive.read() as session:
        roots = session.scalars(select(Organisation.id).where(Organisation.parent_id.is_(None))).all()
    return replace(OPERATOR, viewer=Viewer("", tuple(Grant(unit, Right.MANAGE_SYSTEM) for unit in roots)))


def acting_as(archive: Archive, login: str) -> Actor:
    """An account in all its roles, as the operator lets it act. Raises NotFound, Refused."""
    with archive.read() as session:
        account = session.scalars(select(Account).where(Account.login == fold_login(login))).first()
        if account is None:
            raise NotFound(f"没有账号 {login}；用 xueji accounts list 查看现有账号。")
        if account.state is not AccountState.ACTIVE:
            raise Refused(f"账号 {login} 尚未启用或已注销，不能以它的名义办理。", code="account_state")
        return _actor(archive, session, account)


def capturing_account(archive: Archive) -> Actor:
    """The account with the right to take papers in; the first one by login, with a notice, where there are several. Raises Refused."""
    with archive.read() as session:
        active = session.scalars(select(Account).where(Account.state == AccountState.ACTIVE).order_by(Account.login))
        able = [actor for actor in (_actor(archive, session, account) for account in active.all()) if _may_capture(actor)]
        if not able:
            raise Refused("没有可以接收材料的账号；先用 xueji accounts create 建立学籍管理员账号。", code="no_account")
        registrars = [actor for actor in able if actor.role == "school_registrar"]
        chosen = (registrars or able)[0]
        login = session.get_one(Account, chosen.account_id).login
    if len(able) > 1:
        click.echo(f"有 {len(able)} 个账号可以接收材料，以 {login}（{chosen.name}）的名义办理；用 --account 另指。", err=True)
    return chosen


def _actor(archive: Archive, session: Session, account: Account) -> Actor:
    return actor_of(account, roles_on(session, account.id, today(archive.clock)), "cli")


def _may_capture(actor: Actor) -> bool:
    return any(grant.right is Right.CAPTURE for grant in actor.viewer.grants)
