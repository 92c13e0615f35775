"""What the last run left behind, told and taken up as the service starts again.

Lives here: `take_up`, called once by `xueji up` while nothing else of this instance runs. Not here: making folders and schema ready
(`instance`), the index's rebuild (keeper), laying down what kills its workers (worker). Only what is there is told; nothing here is
needed for safety: leases run out and drafts are swept without it, later and in silence.
"""

import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.archive import Archive
from archive_service.models.job import Job, JobState
from archive_service.services import ledger, uploads

MIB = 1_048_576


def take_up(archive: Archive) -> list[str]:
    """Free what processes that are gone still hold, and say what was found and done; empty after a clean stop."""
    now = archive.clock.now()
    with archive.begin() as session:
        jobs, roles = queue.take_back(session, _gone(queue.holders(session)), now=now)
        told = [*_of_leases(jobs, roles), *_of_work(session), *_of_uploads(archive, session)]
    return [*told, *_of_ledger(archive), *_of_index(archive), *_of_room(archive)]


def _gone(holders: Iterable[str]) -> Iterator[str]:
    """Those of this machine whose process is no more; of another machine nobody here can tell."""
    for holder in holders:
        host, _, rest = holder.partition("@")[2].partition(":")
        pid, _, moment = rest.partition(":")
        if host == socket.gethostname() and moment and not _runs(int(pid)):  # a name cut short may have lost digits
            yield holder


def _runs(pid: int) -> bool:
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True


def _of_leases(jobs: int, roles: int) -> Iterator[str]:
    if jobs:
        yield f"上次中断时有 {jobs} 件工作正在办理，已收回，马上重新办理。"
    if roles:
        yield f"上次中断时有 {roles} 项值守（台账封存、检索更新、定时清理）没有交还，已收回。"


def _of_work(session: Session) -> Iterator[str]:
    counted = select(func.count()).select_from(Job)
    if waiting := session.scalar(counted.where(Job.state == JobState.READY)):
        yield f"有 {waiting} 件工作等待办理，启动后接着办。"
    if dead := session.scalar(counted.where(Job.state == JobState.DEAD)):
        yield f"有 {dead} 件工作多次失败，等人处理：用 xueji jobs 查看原因，用 xueji jobs retry 重新办理。"


def _of_uploads(archive: Archive, session: Session) -> Iterator[str]:
    unfinished, whole = uploads.waiting(archive, session)
    if unfinished:
        yield f"有 {unfinished} 份上传没有传完，已收到的部分还在，可从断点继续。"
    if whole:
        yield f"有 {whole} 份上传已经传完，还没有登记为材料；由上传的人再提交一次即可，不必重传。"


def _of_ledger(archive: Archive) -> Iterator[str]:
    with archive.read() as session:
        age = ledger.unsealed_since(archive, session)
    if age is not None:
        yield "台账有事件尚未封存，启动后补封。"


def _of_index(archive: Archive) -> Iterator[str]:
    health = archive.index.health()
    if health.needs_rebuild:
        yield f"{health.reason}：启动后自动重建，其间检索暂停，其他照常。"


def _of_room(archive: Archive) -> Iterator[str]:
    free_bytes, wanted = archive.blobs.health().free_bytes, archive.settings.intake.free_bytes
    if free_bytes is not None and free_bytes < wanted:
        yield f"存储只剩 {free_bytes // MIB} MB，不足 {wanted // MIB} MB，暂不接收新材料，已有材料不受影响；请清理磁盘。"
