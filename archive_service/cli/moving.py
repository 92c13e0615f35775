"""`xueji migrate-store` and `xueji migrate-database`: moving an instance to another place, resumable and proved."""

from pathlib import Path

import click

from archive_service.cli.console import DONE, REFUSED, Console, speaking
from archive_service.cli.operator import OPERATOR, instance
from archive_service.cli.single import holder, only_one
from archive_service.services import migrate_database as moving_rows
from archive_service.services import migrate_store as moving_store
from archive_service.settings import with_database, with_store

FAULTS_SHOWN = 100
STORE_RUNS_ON = "服务在运行，这一次之后还会有新材料：停止服务，把同一命令再运行一次，然后切换。"
STORE_SWITCH = (
    "切换：服务停止后，把 {file} 的 [store] 放进 {home}/config.toml（密钥写成环境变量 XUEJI_STORE__ACCESS_KEY、XUEJI_STORE__SECRET_KEY），"
    "启动服务，再运行 xueji verify-store。原存储没有删除任何内容；新存储用稳之前不要清理它。"
)
DATABASE_SWITCH = (
    "切换：把 {home}/config.toml 的 [database] url（或环境变量 XUEJI_DATABASE__URL）改为新的地址，启动服务，再运行 xueji verify-ledger。"
    "原数据库没有删除任何内容；切换之后不要再用它启动服务。"
)
DATABASE_FAULTY = (
    "目标数据库与现用的不一致，不能切换；现用的数据库没有改动，可以照常启动服务。要再搬，加 --again：先清空目标里搬来的内容，再从头搬。"
)


@click.command("migrate-store", help="把全部材料内容搬到 TARGET（含 [store] 的 TOML 文件）所指的存储，逐份读回核对；中断后再运行即继续。")
@click.argument("target", metavar="TARGET", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--afresh", is_flag=True, help="不信以前各次的记录，目标处的每一份都重新读出核对")
@speaking
def migrate_store(console: Console, target: Path, *, afresh: bool) -> int:
    """Copy the bytes to another store; nothing is removed anywhere."""
    with instance() as archive, console.progress("搬迁材料") as advance:
        settings = archive.settings
        moved = moving_store.migrate_store(archive, with_store(settings, target), actor=OPERATOR, afresh=afresh, told=advance)
    is_running = holder(settings) is not None
    console.result({**moved.as_json(), "service_is_running": is_running}, *moved.faults[:FAULTS_SHOWN], _told(moved))
    if not moved.faults:
        console.note(STORE_RUNS_ON if is_running else STORE_SWITCH.format(file=target, home=settings.home))
    return REFUSED if moved.faults else DONE


def _told(moved: moving_store.Moved) -> str:
    before = f"，此前已核对 {moved.proved_before} 份" if moved.proved_before else ""
    return f"登记 {moved.total} 份，本次搬迁并读回核对 {moved.copied} 份，{moved.bytes:,} 字节{before}；问题 {len(moved.faults)} 处"


@click.command(
    "migrate-database", help="把全部数据搬到另一个数据库（SQLite 与 PostgreSQL 之间），逐表核对；服务先停止，中断后再运行即继续。"
)
@click.option(
    "--to", "url", envvar="XUEJI_TARGET_DATABASE_URL", required=True, help="目标地址；含密码时用环境变量 XUEJI_TARGET_DATABASE_URL"
)
@click.option("--again", is_flag=True, help="先清空目标里上次从这里搬去的内容，再从头搬；目标此后用过的不清空")
@speaking
def migrate_database(console: Console, url: str, *, again: bool) -> int:
    """Copy the rows to another database and prove them there."""
    with instance() as archive, only_one(archive.settings), console.progress("搬迁数据") as advance:
        home = archive.settings.home
        target = with_database(archive.settings, url)
        moved = moving_rows.migrate_database(archive, target, actor=OPERATOR, again=again, told=advance)
    what = "此前已搬完，再次核对" if moved.was_done_before else f"本次写入 {moved.copied} 行，核对"
    told = f"{what} {moved.tables} 张表、{moved.rows} 行，台账末环 {moved.ledger_head[:16]}；问题 {len(moved.faults)} 处"
    console.result(moved.as_json(), *moved.faults[:FAULTS_SHOWN], told)
    console.note(DATABASE_FAULTY if moved.faults else DATABASE_SWITCH.format(home=home))
    return REFUSED if moved.faults else DONE
