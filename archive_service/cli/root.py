"""The commands of `xueji`, put together, and the way they end."""

import sys
from collections.abc import Sequence

import click

from archive_service import __version__
from archive_service.cli import (
    accounts,
    backups,
    demonstration,
    describing,
    doctor,
    ingesting,
    ledgers,
    moving,
    registry,
    running,
    tokens,
    upkeep,
)
from archive_service.cli.console import DONE, REFUSED
from archive_service.cli.failures import FAILURES, failed, wrong_use

HELP = """学籍档案：收件、识别、归属、检索、审核的服务与工具。

数据目录由环境变量 XUEJI_HOME 指定，端口由 XUEJI_PORT 指定；config/default.toml 的每项设置都可写成 XUEJI_节__键。
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120}, help=HELP)
@click.version_option(__version__, message="xueji %(version)s")
def xueji() -> None:
    """All commands."""


COMMANDS = (
    running.init,
    running.up,
    demonstration.demo,
    accounts.accounts,
    accounts.token,
    tokens.tokens,
    registry.organisations,
    registry.students,
    ingesting.ingest,
    ingesting.wait,
    backups.backup,
    backups.restore,
    moving.migrate_store,
    moving.migrate_database,
    upkeep.reindex,
    ledgers.verify_ledger,
    ledgers.anchor_ledger,
    ledgers.export_ledger,
    ledgers.verify_anchor,
    upkeep.verify_store,
    upkeep.verify_index,
    upkeep.jobs,
    doctor.doctor,
    describing.openapi,
)
for command in COMMANDS:
    xueji.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        status = xueji.main(args=list(arguments), prog_name="xueji", standalone_mode=False)
    except click.UsageError as error:
        return wrong_use(error)
    except (click.Abort, KeyboardInterrupt):
        click.echo("已中止；已完成的部分保留，重新运行同一命令即可继续。", err=True)
        return REFUSED
    except FAILURES as error:
        return failed(error, arguments)
    return status if isinstance(status, int) else DONE
