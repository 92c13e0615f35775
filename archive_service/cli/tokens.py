"""`xueji tokens`: the tokens of an account, seen and ended. Making one is `xueji token` (accounts)."""

from dataclasses import asdict

import click

from archive_service.cli.console import Console, speaking
from archive_service.cli.operator import OPERATOR, instance
from archive_service.clock import CHINA
from archive_service.services import accounts
from archive_service.services import tokens as service
from archive_service.services.tokens import TokenLine


@click.group(help="查看和作废访问令牌。")
def tokens() -> None:
    """Tokens."""


@tokens.command("list", help="列出账号 ACCOUNT（登录名）的访问令牌。")
@click.argument("account")
@speaking
def list_them(console: Console, account: str) -> None:
    """Tokens of an account, the newest first; their text is kept nowhere."""
    with instance() as archive:
        lines = service.listed(archive, accounts.account_of_login(archive, account, OPERATOR).id, OPERATOR)
        now = archive.clock.now()
    rows = [_row(line, is_over=line.expires_at <= now) for line in lines]
    console.table([asdict(line) for line in lines], ("编号", "名称", "权限", "到期", "状态"), rows)


@tokens.command("revoke", help="作废编号为 TOKEN_ID 的访问令牌，立即生效。")
@click.argument("token_id")
@speaking
def revoke(console: Console, token_id: str) -> None:
    """End a token now."""
    with instance() as archive:
        service.revoke(archive, token_id, OPERATOR)
    console.result({"id": token_id, "revoked": True}, f"令牌 {token_id} 已作废")


def _row(line: TokenLine, *, is_over: bool) -> tuple[str, ...]:
    until = line.expires_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    state = "已作废" if line.revoked_at else "已到期" if is_over else "可用"
    return line.id, line.label, "、".join(line.scopes) or "与账号相同", until, state
