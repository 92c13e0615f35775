"""Every failure as one Chinese sentence with the way out: the table from exception to words and exit status.

The only place of the command line that catches; tracebacks are for `XUEJI_LOG__LEVEL=DEBUG`.
"""

import json
from collections.abc import Sequence

import click
from sqlalchemy.exc import DBAPIError, OperationalError

from archive_service.cli.console import REFUSED, WRONG_USE
from archive_service.errors import ArchiveError
from archive_service.settings import SettingsError

Failure = ArchiveError | SettingsError | DBAPIError | OSError
FAILURES = (ArchiveError, SettingsError, DBAPIError, OSError)


def wrong_use(error: click.UsageError) -> int:
    """Say what is wrong with the command as it was typed, and where to read on."""
    path = error.ctx.command_path if error.ctx else "xueji"
    click.echo(f"命令用法不对：{_in_chinese(error)}\n用 {path} --help 查看用法。", err=True)
    return WRONG_USE


def failed(error: Failure, arguments: Sequence[str]) -> int:
    """Say why nothing was done; as JSON on standard output when the command was asked for JSON."""
    message, code = _sentence(error)
    reasons = error.reasons if isinstance(error, ArchiveError) else []
    if "--json" in arguments:
        click.echo(json.dumps({"error": {"code": code, "detail": message, "reasons": reasons}}, ensure_ascii=False, indent=1))
        return REFUSED
    click.echo(message, err=True)
    for reason in reasons if len(reasons) > 1 else []:
        click.echo(f"  {reason.get('article') or '-'} {reason.get('text')}", err=True)
    return REFUSED


def _sentence(error: Failure) -> tuple[str, str]:
    match error:
        case ArchiveError():
            return error.message, error.this_code
        case SettingsError():
            return "设置有误，请改正后再启动：\n" + "\n".join(f"  {fault}" for fault in error.faults), "settings"
        case OperationalError():
            return f"数据库无法使用：{error.orig}；检查 XUEJI_HOME 或 XUEJI_DATABASE__URL，数据没有改动。", "database"
        case DBAPIError():
            return f"数据库拒绝了这次操作，没有改动任何数据：{error.orig}", "database"
        case _:
            place = f"{error.filename}:" if error.filename else ""
            return f"文件无法读写：{place}{error.strerror or error}；检查路径、权限和剩余空间。", "file"


def _in_chinese(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            near = f"，是否想用 {'、'.join(error.possibilities)}" if error.possibilities else ""
            return f"没有选项 {error.option_name}{near}"
        case click.MissingParameter():
            return f"缺少 {error.param.human_readable_name if error.param else '参数'}"
        case click.BadParameter():
            name = error.param.human_readable_name if error.param else "参数"
            return f"{name} 的值不能用（{error.message}）"
        case _:
            return error.message.removesuffix(".")
