"""`xueji verify-store`, `verify-index`, `reindex`, `jobs`: what an operator checks and mends. Not here: the ledger (ledgers)."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click
from sqlalchemy import select

from archive_service.cli.console import DONE, REFUSED, Console, speaking
from archive_service.cli.operator import OPERATOR, instance, system_operator
from archive_service.cli.taking_over import as_indexer
from archive_service.models.job import Job, JobState
from archive_service.services import fixity, fixity_index, indexing, watching
from archive_service.services.fixity_choice import Choice

FAULTS_SHOWN = 200


@click.command("verify-store", help="逐份核对材料内容与登记的摘要，并找出没有登记的内容；发现问题时退出状态为 1。")
@click.option("--sample", type=click.IntRange(min=1), help="只抽查这么多份")
@click.option("--seed", help="抽查的种子：同一种子在同样的材料中抽到同样的份，不给出时随机产生并写明")
@click.option("--rota", type=click.IntRange(min=1), help="轮查：接着上一次核对这么多份，查完一轮从头再来")
@click.option("--strict", is_flag=True, help="中断留下的未登记内容也算问题")
@speaking
def verify_store(console: Console, sample: int | None, seed: str | None, rota: int | None, *, strict: bool) -> int:
    """Read every byte the service answers for."""
    if (sample and rota) or (seed and not sample):
        raise click.UsageError("--sample 与 --rota 只能用一个，--seed 与 --sample 同用")
    choice = Choice(sample or rota, seed, is_rota=rota is not None)
    with instance() as archive, console.progress("核对内容") as advance:
        verdict = fixity.verify_store(archive, actor=OPERATOR, choice=choice, told=advance)
    named = [*verdict.faults, *verdict.leftovers]
    value: dict[str, Any] = {"total": verdict.total, "checked": verdict.checked, "bytes": verdict.bytes, **verdict.choice}
    value |= {"faults": [each.as_json() for each in verdict.faults], "leftovers": [each.as_json() for each in verdict.leftovers]}
    more = [f"……共 {len(named)} 处"] if len(named) > FAULTS_SHOWN else []
    told = f"登记 {verdict.total} 份，核对 {verdict.checked} 份，{verdict.bytes:,} 字节；问题 {len(verdict.faults)} 处"
    console.result(value, *(each.message for each in named[:FAULTS_SHOWN]), *more, told, *_which(verdict.choice))
    return REFUSED if verdict.faults or (strict and verdict.leftovers) else DONE


def _which(choice: Mapping[str, Any]) -> list[str]:
    """What a run over a part has read, so that it can be repeated or gone on with."""
    if "seed" in choice:
        return [f"抽查 {choice['sample']} 份，种子 {choice['seed']}；用 --seed {choice['seed']} 可重做同一次抽查"]
    if "rota" in choice:
        return ["轮查完一轮，下次从头开始" if choice["round_done"] else "轮查到此，下次接着核对"]
    return []


@click.command("verify-index", help="把检索与数据库逐页对照，双向指出不同；发现问题时退出状态为 1，用 xueji reindex 重建。")
@speaking
def verify_index(console: Console) -> int:
    """Compare every page both ways."""
    with instance() as archive:
        verdict = fixity_index.verify_index(archive)
    more = [f"……共 {len(verdict.faults)} 处"] if len(verdict.faults) > FAULTS_SHOWN else []
    told = f"检索中 {verdict.held} 页，对照 {verdict.compared} 页；问题 {len(verdict.faults)} 处"
    value = asdict(verdict) | {"faults": [{**asdict(fault), "message": fault.message} for fault in verdict.faults]}
    console.result(value, *(fault.message for fault in verdict.faults[:FAULTS_SHOWN]), *more, told)
    return REFUSED if verdict.faults else DONE


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
        console.note("重新办理：xueji jobs retry 编号……，或 xueji jobs retry --all")


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
