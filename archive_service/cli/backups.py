"""`xueji backup` and `xueji restore`."""

from pathlib import Path

import click

from archive_service.archive import Archive
from archive_service.cli.console import DONE, REFUSED, Console, speaking
from archive_service.cli.operator import OPERATOR, instance
from archive_service.cli.single import only_one
from archive_service.services.backup import make_backup
from archive_service.services.backup_restore import check_backup
from archive_service.services.backup_restore import restore as put_back
from archive_service.settings import load

FAULTS_SHOWN = 100


@click.command(help="备份数据库和全部材料到新目录；服务不必停。DIR 已存在时在其下新建，默认 XUEJI_HOME/backups。")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@speaking
def backup(console: Console, folder: Path | None) -> int:
    """Make a backup of one consistent point."""
    with instance() as archive, console.progress("备份材料") as advance:
        result = make_backup(archive, _target(archive, folder), actor=OPERATOR, told=advance)
    for fault in result.faults[:FAULTS_SHOWN]:
        console.note(fault)
    value = {"folder": str(result.folder), "renditions": result.renditions, "bytes": result.bytes, "faults": result.faults}
    console.note(f"备份 {result.renditions} 份内容，{result.bytes:,} 字节；问题 {len(result.faults)} 处")
    console.result(value, str(result.folder))
    return REFUSED if result.faults else DONE


@click.command(help="把备份 DIR 恢复到空的数据目录（XUEJI_HOME），恢复前后都逐份核对摘要。")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@speaking
def restore(console: Console, folder: Path) -> int:
    """Check a backup, put it back, prove it."""
    with console.progress("核对备份") as advance:
        faults = check_backup(folder, advance)
    if faults:
        console.result({"faults": faults}, *faults[:FAULTS_SHOWN])
        console.note("备份已损坏，没有恢复任何内容；换用另一份备份。")
        return REFUSED
    settings = load()
    with only_one(settings), console.progress("恢复材料") as advance:
        restored = put_back(settings, folder, actor=OPERATOR, told=advance)
    store = restored.store
    value = {"home": str(settings.home), "made_at": restored.about["made_at"], "checked": store.checked, "bytes": store.bytes}
    value |= {
        "faults": [fault.as_json() for fault in store.faults],
        "ledger_fault": restored.ledger_fault,
        "row_faults": restored.row_faults,
    }
    told = [*(fault.message for fault in store.faults), *restored.row_faults, *([restored.ledger_fault] if restored.ledger_fault else [])]
    console.result(
        value, *told, f"已恢复到 {settings.home}：{store.checked} 份内容摘要全部核对，问题 {len(told)} 处；检索在下次启动时重建。"
    )
    return DONE if restored.is_sound else REFUSED


def _target(archive: Archive, folder: Path | None) -> Path:
    stamp = f"xueji-{archive.clock.now():%Y%m%dT%H%M%SZ}"
    if folder is None:
        folder = archive.settings.home / "backups"
    elif not folder.exists():
        return folder
    return folder / stamp
