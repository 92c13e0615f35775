"""`xueji accounts` and `xueji token`: accounts as the operator opens them, and tokens for programs."""

import sys
from dataclasses import asdict
from datetime import date, datetime

import click
from sqlalchemy import select

from archive_service.archive import Archive
from archive_service.cli.console import Console, speaking
from archive_service.cli.operator import OPERATOR, instance
from archive_service.errors import NotFound
from archive_service.models.organisation import Organisation
from archive_service.rules.access import Role, TokenScope
from archive_service.services import accounts as service
from archive_service.services import tokens, training
from archive_service.services.accounts import AccountLine, NewAccount
from archive_service.services.accounts_roles import RoleAt

STATES = {"waiting": "待培训备案", "active": "可用", "closed": "已注销"}
SUBJECT = "学籍管理培训"
ROLES = click.Choice([role.value for role in Role])


@click.group(help="查看和建立账号。")
def accounts() -> None:
    """Accounts."""


@accounts.command("list", help="列出全部账号、岗位和单位。")
@speaking
def list_them(console: Console) -> None:
    """All accounts with the roles that hold today."""
    with instance() as archive:
        lines = service.listed(archive, OPERATOR)
    rows = [(line.login, line.name, STATES[line.state], _roles(line)) for line in lines]
    console.table([asdict(line) | {"state": line.state.value} for line in lines], ("登录名", "姓名", "状态", "岗位"), rows)


@accounts.command("create", help="建立账号。")
@click.option("--login", required=True, help="登录名")
@click.option("--name", required=True, help="姓名")
@click.option("--role", required=True, type=ROLES, help="岗位")
@click.option("--unit", required=True, help="单位代码")
@click.option("--grade", default="", help="班主任所带年级")
@click.option("--class", "class_name", default="", help="班主任所带班级")
@click.option("--password-stdin", is_flag=True, help="从标准输入读密码；不给时生成一次性密码")
@click.option("--keep-password", is_flag=True, help="首次登录不要求改密码")
@click.option("--trained-on", type=click.DateTime(["%Y-%m-%d"]), help="培训日期；学籍管理员登记培训备案后才能办理业务")
@click.option("--filing-ref", default="", help="培训备案文号")
@speaking
def create(console: Console, *, unit: str, password_stdin: bool, trained_on: datetime | None, filing_ref: str, **given: str) -> None:
    """Open an account at a unit; a registrar's training may be filed at once."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with instance() as archive:
        role = RoleAt(Role(given["role"]), _unit_id(archive, unit), given["grade"], given["class_name"])
        new = NewAccount(given["login"], given["name"], (role,), password, must_change_password=not given["keep_password"])
        opened = service.create(archive, new, OPERATOR)
        if trained_on:
            _file(archive, opened.account_id, trained_on.date(), filing_ref)
        line = service.account_of_login(archive, opened.login, OPERATOR)
    value = {"id": line.id, "login": line.login, "state": line.state.value} | ({} if password_stdin else {"password": opened.password})
    told = "" if password_stdin else f"，一次性密码 {opened.password}（只显示这一次）"
    console.result(value, f"已建立账号 {line.login}（{STATES[line.state]}）{told}")


@accounts.command("train", help="为账号 ACCOUNT（登录名）登记培训备案，学籍管理员备案后才能办理业务。")
@click.argument("account")
@click.option("--trained-on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="培训日期")
@click.option("--filing-ref", required=True, help="培训备案文号")
@click.option("--subject", default=SUBJECT, help="培训内容")
@speaking
def train(console: Console, account: str, *, trained_on: datetime, filing_ref: str, subject: str) -> None:
    """File a training record, which opens a waiting account."""
    with instance() as archive:
        line = service.account_of_login(archive, account, OPERATOR)
        training.file_training(archive, line.id, training.Training(trained_on.date(), subject, filing_ref), OPERATOR)
        line = service.account_of_login(archive, account, OPERATOR)
    console.result({"login": line.login, "state": line.state.value}, f"已登记 {line.login} 的培训备案（{STATES[line.state]}）")


@accounts.command("set-roles", help="把账号 ACCOUNT（登录名）的岗位改为所列各项，其余岗位即时终止。")
@click.argument("account")
@click.option("--role", "roles", required=True, multiple=True, help="岗位@单位代码，可重复，例如 school_registrar@2141000001")
@speaking
def set_roles(console: Console, account: str, *, roles: tuple[str, ...]) -> None:
    """Make these the account's roles from today."""
    with instance() as archive:
        line = service.account_of_login(archive, account, OPERATOR)
        service.set_roles(archive, line.id, [_role_at(archive, text) for text in roles], OPERATOR)
        line = service.account_of_login(archive, account, OPERATOR)
    console.result({"login": line.login, "state": line.state.value}, f"{line.login} 的岗位：{_roles(line)}（{STATES[line.state]}）")


@click.command(help="为账号 ACCOUNT（登录名）创建访问令牌，只输出令牌本身。")
@click.argument("account")
@click.option("--scope", "scopes", multiple=True, type=click.Choice([scope.value for scope in TokenScope]), help="收窄权限；默认与账号相同")
@click.option("--days", type=click.IntRange(1, 366), help="有效天数；默认见设置 accounts.token_days")
@click.option("--label", default="命令行", help="令牌名称")
@speaking
def token(console: Console, account: str, *, scopes: tuple[str, ...], days: int | None, label: str) -> None:
    """Make a token for an account; without --json the token stands alone on standard output."""
    with instance() as archive:
        line = service.account_of_login(archive, account, OPERATOR)
        made = tokens.create(archive, line.id, tokens.NewToken(label, tuple(TokenScope(scope) for scope in scopes), days), OPERATOR)
    console.result({"token": made.text, "id": made.id, "expires_at": made.expires_at.isoformat()}, made.text)


def _file(archive: Archive, account_id: str, on: date, filing_ref: str) -> None:
    training.file_training(archive, account_id, training.Training(on, SUBJECT, filing_ref), OPERATOR)


def _role_at(archive: Archive, text: str) -> RoleAt:
    role, _, code = text.partition("@")
    if role not in set(Role) or not code:
        raise click.BadParameter(f"{text} 不是 岗位@单位代码", param_hint="--role")
    return RoleAt(Role(role), _unit_id(archive, code))


def _unit_id(archive: Archive, code: str) -> str:
    with archive.read() as session:
        found = session.scalars(select(Organisation.id).where(Organisation.code == code)).first()
    if found is None:
        raise NotFound(f"没有代码为 {code} 的单位；先用 xueji organisations import 导入单位。")
    return found


def _roles(line: AccountLine) -> str:
    return "、".join(f"{role.unit_name} {role.grade}{role.class_name}{role.role.label}" for role in line.roles)
