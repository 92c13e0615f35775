"""`xueji doctor`: everything the service needs, looked at one by one, each with what to do about it."""

from dataclasses import asdict
from itertools import chain

import click

from archive_service.cli.console import DONE, REFUSED, Console, speaking
from archive_service.cli.doctor_instance import instance_checks
from archive_service.cli.doctor_machine import machine_checks
from archive_service.services.doctor_model import Finding, State
from archive_service.settings import load

CHECKS = (machine_checks, instance_checks)
MARKS = {State.OK: "正常", State.WARN: "留意", State.FAULT: "故障"}


@click.command(help="检查运行所需的一切：程序、字体、识别模型、目录、数据库、存储、检索、台账、作业；有故障时退出状态为 1。")
@click.option("--quick", is_flag=True, help="台账只核对最新的部分，材料少抽查几份，不装识别模型；给定时检查用")
@speaking
def doctor(console: Console, *, quick: bool) -> int:
    """Look at everything; a check that cannot be made is a fault of its own."""
    settings = load()
    findings: list[Finding] = []
    with console.progress("检查") as advance:
        for number, finding in enumerate(chain(*(check(settings, thorough=not quick) for check in CHECKS)), start=1):
            findings.append(finding)
            advance(number, None)
    rows = [(MARKS[each.state], each.name, each.detail, each.advice) for each in findings]
    console.table([asdict(each) | {"state": each.state.value} for each in findings], ("结果", "检查", "情况", "怎么办"), rows)
    return REFUSED if any(each.state is State.FAULT for each in findings) else DONE
