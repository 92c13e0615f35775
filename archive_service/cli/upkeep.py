"""`xueji verify-store`, `verify-ledger`, `reindex`, `jobs`: what an operator checks and mends."""

import time
from dataclasses import asdict
from typing import Any

import click
from sqlalchemy import select

from archive_service.cli.console import DONE, REFUSED, Console, speaking
from archive_service.cli.operator import OPERATOR, instance, system_operator
from archive_service.cli.taking_over import as_indexer
from archive_service.models.job import Job, JobState
from archive_service.services import fixity, indexing, ledger, watching

FAULTS_SHOWN = 200


@click.command("verify-store", help="逐份核对材料内容与登记的摘要，并找出没有登记的内容；发现问题时退出状态为 1。")
@click.option("--sample", type=click.IntRange(min=1), help="只抽查这么多份")
@click.option("--strict", is_flag=True, help="中断留下的未登记内容也算问题")
@speaking
def verify_store(console: Console, sample: int | None, *, strict: bool) -> int:
    """Read every byte the service answers for."""
    with instance() as archive, console.progress("核对内容") as advance:
        verdict = fixity.verify_store(archive, actor=OPERATOR, sample=sample, told=advance)
    named = [*verdict.faults, *verdict.leftovers]
    value: dict[str, Any] = {"total": verdict.total, "checked": verdict.checked, "bytes": verdict.bytes}
    value |= {"faults": [each.as_json() for each in verdict.faults], "leftovers": [each.as_json() for each in verdict.leftovers]}
    more = [f"……共 {len(named)} 处"] if len(named) > FAULTS_SHOWN else []
    told = f"登记 {verdict.total} 份，核对 {verdict.checked} 份，{verdict.bytes:,} 字节；问题 {len(verdict.faults)} 处"
    console.result(value, *(each.message for each in named[:FAULTS_SHOWN]), *more, told)
    return REFUSED if verdict.faults or (strict and verdict.leftovers) else DONE


@click.command("verify-ledger", help="从第一环起核对台账的摘要链，指出第一处断开的地方；有断开时退出状态为 1。")
@speaking
def verify_ledger(console: Console) -> int:
    """Walk the chain."""
    with instance() as archive:
        verdict = ledger.verify(archive)
    told = f"事件 {verdict.events} 条，已封存 {verdict.sealed} 条，待封存 {verdict.unsealed} 条，末环 {verdict.head[:16]}"
    console.result(asdict(verdict), *([f"台账有误：{verdict.fault}"] if verdict.fault else []), told)
    return REFUSED if verdict.fault else DONE


@click.command(help="从数据库重建检索；期间检索照常，服务不必停。")
@speaking
def reindex(console: Console) -> int:
    """Fill a new index from the rows and switch to it."""
    began = time.monotonic()
    with instance() as archive, as_indexer(archive):
        pages = indexing.rebuild(archive)
    seconds = time.monotonic() - began
    console.result({"pages": pages, "seconds": round(seconds, 1)}, f"检索已重建：{pages} 页，用时 {seconds:.1f} 秒")
    return DONE


@click.group(invoke_without_command=True, help="后台作业：各类各状态的数量，以及失败待处理的作业。")
@speaking
@click.pass_context
def jobs(context: click.Context, console: Console) -> None:
    """Counts, and the dead letters."""
    if context.invoked_subcommand is not None:
        return
    with instance() as archive, archive.read() as session:
        state = watching.queue_state(archive, session)
        dead = session.scalars(select(Job).where(Job.state == JobState.DEAD).order_by(Job.id)).all()
    if console.as_json:
        letters = [
            {"id": job.id, "kind": job.kind, "record_id": job.record_id, "attempts": job.attempts, "error": job.last_error} for job in dead
        ]
        console.result({"kinds": state.kinds, "oldest_wait_seconds": state.oldest_wait_seconds, "dead": letters})
        return
    states = [each.value for each in JobState]
    rows = [(watching.KIND_LABELS.get(kind, kind), *(found.get(each, 0) for each in states)) for kind, found in sorted(state.kinds.items())]
    console.table([], ("作业", "待办", "进行中", "完成", "失败"), rows)
    console.note(f"等得最久的一件已等 {state.oldest_wait_seconds:.0f} 秒")
    if dead:
        console.table(
            [], ("编号", "作业", "材料", "原因"), [(job.id, job.kind, job.record_id or "-", job.last_error or "") for job in dead]
        )
        console.note("重新办理：xueji jobs retry 编号……,或 xueji jobs retry --all")


@jobs.command("retry", help="让失败的作业重新开始。")
@click.argument("job_ids", metavar="[编号]...", nargs=-1, type=int)
@click.option("--all", "all_of_them", is_flag=True, help="全部失败的作业")
@speaking
def retry(console: Console, job_ids: tuple[int, ...], *, all_of_them: bool) -> int:
    """Give dead letters a new start."""
    if bool(job_ids) == all_of_them:
        raise click.UsageError("给出作业编号，或用 --all")
    with instance() as archive:
        if all_of_them:
            with archive.read() as session:
                job_ids = tuple(session.scalars(select(Job.id).where(Job.state == JobState.DEAD)))
        number = watching.revive(archive, job_ids, actor=system_operator(archive)) if job_ids else 0
    console.result({"revived": number}, f"{number} 件作业重新开始")
    return DONE if number == len(job_ids) else REFUSED
