"""What the doctor looks at in the instance: folders, database, store, index, ledger, jobs, the roles of running processes."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from archive_service import migrations
from archive_service.archive import Archive, opened
from archive_service.cli.doctor_model import Finding, State, judged
from archive_service.cli.single import holder
from archive_service.db import open_engine
from archive_service.models.job import Lease
from archive_service.services.watching import LedgerState, QueueState, ledger_state, queue_state
from archive_service.settings import Settings

NO_INSTANCE = "先运行 xueji init(空实例)或 xueji up --demo(演示)"
KEEPER_ROLES = ("sealer", "indexer", "scheduler")
LONG_WAIT_SECONDS = 300
PRIVATE = 0o077


def instance_checks(settings: Settings) -> Iterator[Finding]:
    """Nothing is made or changed; where there is no database yet, that is all there is to say."""
    yield _folders(settings)
    database = _database(settings)
    yield database
    if database.state is State.OK:
        with opened(settings) as archive:
            yield from _parts(archive)


def _parts(archive: Archive) -> Iterator[Finding]:
    with archive.read() as session:
        queue, ledger = queue_state(archive, session), ledger_state(archive, session)
        roles = {lease.name: lease.held_until for lease in session.scalars(select(Lease))}
    is_running = holder(archive.settings) is not None
    yield _store(archive)
    yield _index(archive, is_running=is_running)
    yield _ledger(ledger, is_running=is_running)
    yield _dead_letters(queue)
    yield _waiting(queue, is_running=is_running)
    yield _roles(roles, archive.clock.now(), is_running=is_running)


def _folders(settings: Settings) -> Finding:
    home = settings.home
    if not home.exists():
        return Finding("数据目录", State.WARN, f"{home} 还不存在", NO_INSTANCE)
    closed = [str(place) for place in (home, *_subfolders(home)) if not os.access(place, os.W_OK | os.X_OK)]
    if closed:
        return Finding("数据目录", State.FAULT, f"不能写入：{'、'.join(closed)}", "改正目录的属主和权限")
    is_private = not settings.secret_file.exists() or not settings.secret_file.stat().st_mode & PRIVATE
    return judged("数据目录", is_private, str(home), f"secret.key 别人也能读：chmod 600 {settings.secret_file}")


def _subfolders(home: Path) -> list[Path]:
    return [home / name for name in ("uploads", "tasks", "store", "index", "logs") if (home / name).exists()]


def _database(settings: Settings) -> Finding:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return Finding("数据库", State.WARN, "还没有建立", NO_INSTANCE)
    engine = open_engine(settings.database_url)
    try:
        found, wanted = migrations.current(engine), migrations.head()
    except DBAPIError as error:
        return Finding("数据库", State.FAULT, f"无法连接：{error.orig}", "检查数据库是否启动，以及 XUEJI_DATABASE__URL")
    finally:
        engine.dispose()
    return judged(
        "数据库", found == wanted, f"{url.get_backend_name()}，结构 {found or '空'}", f"停止服务后运行 xueji init，升级到 {wanted}"
    )


def _store(archive: Archive) -> Finding:
    health = archive.blobs.health()
    return judged("材料存储", health.reachable, health.detail, "检查存储目录或对象存储是否挂载、启动")


def _index(archive: Archive, *, is_running: bool) -> Finding:
    health = archive.index.health()
    if not health.needs_rebuild:
        return Finding("检索", State.OK, f"{health.pages} 页，{health.size_bytes / 1024**2:.1f} MB")
    advice = "正在自动重建，稍后再看" if is_running else "下次启动时自动重建，或运行 xueji reindex"
    return Finding("检索", State.WARN, health.reason or str(health.state), advice)


def _ledger(ledger: LedgerState, *, is_running: bool) -> Finding:
    detail = f"事件 {ledger.events} 条，已封存 {ledger.sealed} 条"
    advice = "封存进程没有工作，看 XUEJI_HOME/logs/service.log" if is_running else "服务启动后自动封存"
    return judged("台账", not ledger.is_late, detail, advice, otherwise=State.FAULT if is_running else State.WARN)


def _dead_letters(queue: QueueState) -> Finding:
    return judged(
        "失败的作业", queue.dead == 0, f"{queue.dead} 件", "运行 xueji jobs 查看原因，xueji jobs retry 重新办理", otherwise=State.WARN
    )


def _waiting(queue: QueueState, *, is_running: bool) -> Finding:
    seconds = queue.oldest_wait_seconds
    advice = "识别跟不上：把 service.workers 调大，每个进程要一个处理器核和 1.5 GB 内存" if is_running else "服务没有运行，启动后继续"
    return judged("待办的作业", seconds < LONG_WAIT_SECONDS, f"等得最久的 {seconds:.0f} 秒", advice, otherwise=State.WARN)


def _roles(roles: dict[str, datetime], now: datetime, *, is_running: bool) -> Finding:
    if not is_running:
        return Finding("常驻职责", State.OK, "服务没有运行")
    idle = [name for name in KEEPER_ROLES if name not in roles or roles[name] < now]
    detail = f"无人担任：{'、'.join(idle)}" if idle else "封存、检索、定时均有进程担任"
    return judged("常驻职责", not idle, detail, "看 XUEJI_HOME/logs/service.log 里 keeper 的报错")
