"""`xueji ingest` and `xueji wait`: a folder of scans into a batch, and waiting until a batch has been worked through."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from archive_service.archive import Archive
from archive_service.cli.console import DONE, REFUSED, Console, speaking
from archive_service.cli.faults import show_cell_faults
from archive_service.cli.operator import acting_as, capturing_account, instance
from archive_service.errors import StoreUnavailable
from archive_service.services import ingest as service
from archive_service.services.actor import Actor
from archive_service.services.ingest import Intake, RefusedFile, folder_label, open_intake
from archive_service.services.ingest_folder import files_of
from archive_service.services.ingest_sheet import read_catalogue
from archive_service.services.ingest_watch import Watch

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
SHEET = click.Path(exists=True, dir_okay=False, path_type=Path)
LOOK_SECONDS = 1.0
AWAY_SECONDS = 15.0


@dataclass(frozen=True)
class How:
    """How a folder is taken in."""

    sheet: Path | None
    batch_id: str | None
    partial: bool


@click.command(help="把目录 DIR 里的全部文件作为一个批次接收；中断后重新运行会接着收，不会重复。")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--sheet", type=SHEET, help="目录表（.xlsx）：文件名、学籍号、姓名、材料种类、日期、页数")
@click.option("--watch", is_flag=True, help="守着目录，来一份收一份，直到 Ctrl-C；收下的移入 .done，未收的移入 .refused")
@click.option("--account", help="以哪个账号（登录名）的名义接收")
@click.option("--batch", "batch_id", help="接着收这个批次")
@click.option("--partial", is_flag=True, help="目录表有错时，先收没有错的")
@speaking
def ingest(console: Console, folder: Path, *, watch: bool, account: str | None, **options: Any) -> int:  # noqa: ANN401 (click's options)
    """Take a folder in, once or for as long as it is watched."""
    how = How(**options)
    if watch and (how.sheet or how.batch_id):
        raise click.UsageError("--watch 不能与 --sheet、--batch 同用")
    with instance() as archive:
        actor = acting_as(archive, account) if account else capturing_account(archive)
        if watch:
            return _watch(archive, folder, actor, console)
        return _ingest(archive, folder, actor, console, how)


@click.command(help="等批次里的材料全部检查、识别、归属并可检索；超时退出状态为 1。")
@click.option("--batch", "batch_id", required=True, help="批次号")
@click.option("--timeout", "seconds", type=click.FloatRange(min=0), default=600.0, show_default=True, help="最多等多少秒")
@speaking
def wait(console: Console, batch_id: str, seconds: float) -> int:
    """Wait until nothing of a batch is pending."""
    limit = time.monotonic() + seconds
    with instance() as archive, console.progress("等待识别") as advance:
        state = service.progress(archive, batch_id)
        while state.pending and time.monotonic() < limit:
            advance(state.total - state.pending, state.total)
            time.sleep(min(LOOK_SECONDS / 2, max(limit - time.monotonic(), 0)))
            state = service.progress(archive, batch_id)
    told = f"共 {state.total} 件，待处理 {state.pending} 件，无法识别 {state.unreadable} 件，失败 {state.failed} 件"
    late = "超时，还没有处理完；服务是否在运行？" if state.pending else ""
    console.result({"batch_id": batch_id, **asdict(state)}, f"{late}{told}")
    return REFUSED if state.pending else DONE


def _ingest(archive: Archive, folder: Path, actor: Actor, console: Console, how: How) -> int:
    files, slips = files_of(folder), {}
    if how.sheet is not None:
        files = [file for file in files if file.path.resolve() != how.sheet.resolve()]
        catalogue = read_catalogue(archive, how.sheet, files, actor=actor)
        if catalogue.faults and not how.partial:
            show_cell_faults(console, catalogue.faults, "目录表有错，没有接收任何文件；改正后重新运行，或用 --partial 先收没有错的。")
            return REFUSED
        slips = dict(catalogue.slips)
        files = [file for file in files if file.name in slips]
    source = "sheet" if how.sheet else "folder"
    batch = open_intake(archive, folder_label(folder), source=source, actor=actor, expected=len(files), batch_id=how.batch_id)
    with console.progress("接收文件", len(files)) as advance:
        service.take_folder(archive, files, slips, batch, actor=actor, told=advance)
    return _told(console, batch)


def _told(console: Console, batch: Intake) -> int:
    value = {
        "batch_id": batch.batch_id,
        "accession_no": batch.accession_no,
        "taken": len(batch.taken),
        "already": batch.already,
        "record_ids": batch.taken,
        "refused": [asdict(refusal) for refusal in batch.refused],
    }
    for refusal in batch.refused:
        console.note(_refusal(refusal))
    before = f"，先前已收 {batch.already} 份" if batch.already else ""
    console.note(f"接收号 {batch.accession_no}：收下 {len(batch.taken)} 份{before}，未收 {len(batch.refused)} 份")
    console.result(value, batch.batch_id)
    return REFUSED if batch.refused else DONE


def _watch(archive: Archive, folder: Path, actor: Actor, console: Console) -> int:
    watch = Watch(archive, folder, actor)
    console.result({"batch_id": watch.batch().batch_id}, watch.batch().batch_id)
    console.note(f"正在守着 {folder}；按 Ctrl-C 结束。")
    while True:
        try:
            for name, refusal in watch.round():
                console.note(_refusal(refusal) if refusal else f"收下 {name}")
        except StoreUnavailable as error:
            console.note(f"{error.message}；文件仍在原处，稍后再试。")
            time.sleep(AWAY_SECONDS)
        except KeyboardInterrupt:
            return DONE
        time.sleep(LOOK_SECONDS)


def _refusal(refusal: RefusedFile) -> str:
    return f"未收 {refusal.name}：{refusal.message}"
