"""`xueji verify-ledger`: what an operator checks of the ledger. Not here: how it is checked (services)."""

from dataclasses import asdict

import click

from archive_service.cli.console import DONE, REFUSED, Console, speaking
from archive_service.cli.operator import instance
from archive_service.services import ledger_verify


@click.command("verify-ledger", help="从第一环起核对台账的摘要链，逐处指出被改、被删、被插入的事件；有误时退出状态为 1。")
@speaking
def verify_ledger(console: Console) -> int:
    """Walk the chain."""
    with instance() as archive:
        verdict = ledger_verify.verify(archive)
    told = f"事件 {verdict.events} 条，已封存 {verdict.sealed} 条，待封存 {verdict.unsealed} 条，末环 {verdict.head[:16]}"
    faults = (f"台账有误：{fault}" for fault in verdict.faults)
    doubts = (f"须核实：{doubt}" for doubt in verdict.doubts)
    console.result({**asdict(verdict), "fault": verdict.fault}, *faults, *doubts, told)
    return REFUSED if verdict.faults else DONE
