"""运行: queues, dead letters, stores, index, ledger, versions; each red thing says what to do. No paper, no names."""

import sys
from datetime import timedelta
from typing import Any

from flask import render_template
from werkzeug.wrappers import Response as BaseResponse

from archive_service.http.context import actor, archive
from archive_service.models.job import Job, JobState
from archive_service.services import watching
from archive_service.services.watching import KIND_LABELS, Operations
from archive_service.web.pages import decided, pages

STALE_SECONDS = 300
BACKUP_WANTED = timedelta(days=2)


@pages.get("/operations")
def operations_page() -> str:
    """The state of all parts."""
    state = watching.operations(archive(), actor=actor())
    return render_template(
        "pages/operations.html",
        alarms=alarms(state),
        queues=[_queue(kind, states, state) for kind, states in sorted(state.queue.kinds.items())],
        dead=[_dead(job) for job in state.dead],
        dead_total=state.queue.dead,
        stores=[_store(state)],
        index=_index(state),
        ledger=_ledger(state),
        backup=_backup(state),
        versions=_versions(state),
    )


@pages.post("/operations/jobs/<int:job_id>/retry")
def retry_job(job_id: int) -> BaseResponse:
    """Give one dead letter a new start."""
    watching.revive(archive(), [job_id], actor=actor())
    return decided("已重新排队。", next_url="/operations")


@pages.post("/operations/jobs/retry")
def retry_jobs() -> BaseResponse:
    """Give every dead letter shown a new start."""
    the, who = archive(), actor()
    dead = [job.id for job in watching.operations(the, actor=who).dead]
    watching.revive(the, dead, actor=who)
    return decided(f"已重新排队 {len(dead)} 项。", next_url="/operations")


def alarms(state: Operations) -> list[dict[str, str]]:
    """What is wrong now, with the way out."""
    checks = (
        (not state.store.reachable, "存储连不上", "检查存储服务和网络；期间不能上传，已接收的材料不受影响。"),
        (state.index.needs_rebuild, "检索索引需要重建", "保管进程会自动重建；一直不动时运行 xueji reindex。"),
        (state.ledger.is_late, "台账有事件迟迟没有入链", "检查保管进程（keeper）是否在运行。"),
        (state.queue.dead > 0, f"有 {state.queue.dead} 项任务多次失败", "看下面的原因，排除后重试。"),
        (state.queue.oldest_wait_seconds > STALE_SECONDS, "有任务等待过久", "检查识别进程是否在运行，或增加 service.workers。"),
    )
    return [{"what": what, "advice": advice} for is_wrong, what, advice in checks if is_wrong]


def _queue(kind: str, states: dict[str, int], state: Operations) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": KIND_LABELS.get(kind, kind),
        "queued": states.get(JobState.READY, 0),
        "running": states.get(JobState.RUNNING, 0),
        "failed": states.get(JobState.DEAD, 0),
        "oldest_seconds": state.queue.oldest_by_kind.get(kind, 0.0),
        "advice": "",
    }


def _dead(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "label": KIND_LABELS.get(job.kind, job.kind),
        "reason": job.last_error,
        "attempts": job.attempts,
        "at": job.run_at,
    }


def _store(state: Operations) -> dict[str, Any]:
    store = state.store
    is_low = store.free_bytes is not None and store.free_bytes < state.room_wanted_bytes
    condition = "down" if not store.reachable else ("low" if is_low else "up")
    advice = {"down": store.detail, "low": "空间不足，新上传会被拒绝；请清理或扩容。", "up": ""}[condition]
    return {"label": "材料存储", "state": condition, "free_bytes": store.free_bytes, "total_bytes": None, "advice": advice}


def _index(state: Operations) -> dict[str, Any]:
    behind = state.queue.kinds.get("index", {}).get(JobState.READY, 0)
    condition = "down" if state.index.needs_rebuild else "up"
    return {"state": condition, "pages": state.index.pages, "behind": behind, "advice": state.index.reason}


def _ledger(state: Operations) -> dict[str, Any]:
    is_late = state.ledger.is_late
    return {
        "state": "low" if is_late else "up",
        "events": state.ledger.events,
        "sealed_at": state.ledger.sealed_at,
        "unsealed": state.ledger.events - state.ledger.sealed,
        "advice": "检查保管进程（keeper）是否在运行。" if is_late else "",
    }


def _backup(state: Operations) -> dict[str, Any]:
    is_old = state.backup_at is None or state.now - state.backup_at > BACKUP_WANTED
    advice = "用 xueji backup 备份，并在另一台机器上用 xueji restore 试恢复。" if is_old else ""
    return {"state": "low" if is_old else "up", "at": state.backup_at, "proof_at": state.proof_at, "advice": advice}


def _versions(state: Operations) -> list[dict[str, str]]:
    python = ".".join(str(part) for part in sys.version_info[:3])
    rows = (
        ("服务", state.version),
        ("数据库", f"{state.database}，结构 {state.schema}"),
        ("Python", python),
        ("规则", state.rules_version),
    )
    return [{"label": label, "version": str(version)} for label, version in rows]
