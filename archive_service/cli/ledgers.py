"""`xueji verify-ledger`, `anchor-ledger`, `export-ledger`, `verify-anchor`: proving what the ledger says, here and without the database."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from archive_service.adapters import anchor_files
from archive_service.adapters.anchor_files import AnchorFile
from archive_service.cli.console import DONE, REFUSED, Console, speaking
from archive_service.cli.operator import OPERATOR, instance
from archive_service.errors import Damaged
from archive_service.services import ledger_anchors, ledger_export, ledger_noted, ledger_outside, ledger_verify
from archive_service.services.ledger_outside import Proof

FILE = click.Path(path_type=Path)
THERE = click.Path(exists=True, path_type=Path)


@click.command("verify-ledger", help="从第一环起核对台账的摘要链，并与存证文件对照，逐处指出被改、被删、被插入的事件；有误时退出状态为 1。")
@click.option("--anchors", type=THERE, help="存证目录；不写时用设置里的")
@speaking
def verify_ledger(console: Console, anchors: Path | None) -> int:
    """Walk the chain, then hold it against the anchors."""
    with instance() as archive:
        verdict, unguarded = ledger_verify.verify(archive), filter(None, [ledger_verify.unguarded(archive)])
        files, damaged = _read([anchors or archive.settings.anchor_folder])
        expected = [] if anchors else ledger_noted.absent(archive, files)  # a copy kept elsewhere may lag by a day
        faults = [
            *verdict.faults, *unguarded, *damaged, *expected,
            *ledger_noted.other(archive, files), *ledger_anchors.contradictions(archive, files),
        ]  # fmt: skip
        doubts = [*verdict.doubts, *ledger_anchors.late(archive, files)]
    value = {**asdict(verdict), "doubts": doubts, "anchors": len(files), "faults": faults, "fault": faults[0] if faults else None}
    told = f"事件 {verdict.events} 条，已封存 {verdict.sealed} 条，待封存 {verdict.unsealed} 条，末环 {verdict.head[:16]}"
    told += f"，对照存证 {len(files)} 份"
    console.result(value, *(f"台账有误：{fault}" for fault in faults), *(f"须核实：{doubt}" for doubt in doubts), told)
    return REFUSED if faults else DONE


@click.command("anchor-ledger", help="补写到期而还没有的每日存证；存证文件应抄送到本机以外保管。")
@click.option("--now", "at_once", is_flag=True, help="另写一份记到此刻的存证")
@speaking
def anchor_ledger(console: Console, *, at_once: bool) -> int:
    """Write what is due, and one more if asked."""
    with instance() as archive:
        files = ledger_anchors.write_due(archive, at_most=None)
        files += [ledger_anchors.write_now(archive)] if at_once else []
        folder = archive.settings.anchor_folder
    lines = [f"{folder / file.name}：第 {file.anchor.seq} 环 {file.anchor.head[:16]}" for file in files]
    console.result([{"file": str(folder / file.name), **asdict(file.anchor)} for file in files], *(lines or ["没有到期的存证要写"]))
    return DONE


@click.command("export-ledger", help="把已封存的事件逐条写入 FILE，供没有数据库的一方核对；含账号姓名和材料编号，请按档案保管。")
@click.argument("file", type=FILE)
@click.option("--after", type=click.IntRange(min=0), default=0, help="从这一环之后写起，应是某份存证记到的一环")
@speaking
def export_ledger(console: Console, file: Path, after: int) -> int:
    """Write a listing; an existing file is not replaced."""
    number = 0
    with instance() as archive, file.open("x", encoding="utf-8", newline="\n") as out:
        file.chmod(0o600)
        for line in ledger_export.listing(archive, actor=OPERATOR, after=after):
            out.write(line.text + "\n")
            number += 1
    console.result({"file": str(file), "events": number}, f"{file}：{number} 条事件")
    return DONE


@click.command("verify-anchor", help="不用数据库核对存证：文件或目录之间是否首尾相接；给出事件清单时，再核对清单是否得出存证所记的摘要。")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=THERE)
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="手上最早一份每日存证的日期；不写时须从第一份起齐全")
@click.option("--export", "events", type=click.File(encoding="utf-8"), help="xueji export-ledger 写出的事件清单")
@speaking
def verify_anchor(console: Console, files: tuple[Path, ...], since: datetime | None, events: Iterable[str] | None) -> int:
    """Check anchors by themselves, and events against them."""
    read, damaged = _read(files)
    proof = ledger_outside.prove(read, events) if events is not None else Proof(0, (), ())
    unreached = [] if events is None else [file.name for file in read if file.name not in proof.reached]
    chained = ledger_outside.chain_faults(read, since=since.date() if since else None)
    faults = [*damaged, *chained, *proof.faults, *([] if read else ["没有存证文件"])]
    told = f"存证 {len(read)} 份，清单 {proof.lines} 条，与清单相符的存证 {len(proof.reached)} 份"
    notes = [f"清单没有证实 {'、'.join(unreached)}"] if unreached else []
    console.result(
        {"anchors": len(read), "lines": proof.lines, "reached": proof.reached, "unreached": unreached, "faults": faults},
        *(f"有误：{fault}" for fault in faults), *notes, told,
    )  # fmt: skip
    return REFUSED if faults else DONE


def _read(places: Iterable[Path]) -> tuple[list[AnchorFile], list[str]]:
    files, damaged = [], []
    for path in _paths(places):
        try:
            files.append(anchor_files.read_file(path))
        except Damaged as error:
            damaged.append(error.message)
    return files, damaged


def _paths(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from anchor_files.paths(place)
        elif place.exists():
            yield place
