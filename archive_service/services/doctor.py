"""Everything that can be wrong with an instance, looked at one by one: for `xueji doctor`, for the figures of collectors.

Lives here: the list of checks over an open instance. Not here: what can be checked before it opens (cli.doctor_instance), the machine
(cli.doctor_machine), the store (doctor_store). Nothing is changed. A check says what is wrong and what to do, never names or numbers
of anybody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive_service import migrations
from archive_service.archive import Archive
from archive_service.models.job import Job, JobState, Lease
from archive_service.models.ledger import Event, EventLink
from archive_service.services import ledger_noted, ledger_verify
from archive_service.services.doctor_model import Code, Finding, State, judged
from archive_service.services.doctor_store import disk_check, store_checks
from archive_service.services.ledger_chain import link_digest
from archive_service.services.watching import LedgerState, QueueState, ledger_state, queue_state

KEEPER_ROLES = ("sealer", "indexer", "scheduler")
LONG_WAIT_SECONDS = 300
STUCK_FOR = timedelta(seconds=60)  # a lease that ran out is taken over within seconds
BACKUP_WANTED = timedelta(days=2)
CLOCK_MAY_DIFFER = timedelta(seconds=60)
THOROUGH_SAMPLE, QUICK_SAMPLE = 200, 20
TAIL_LINKS = 500
REBUILT_LATER = "下次启动时自动重建，或运行 xueji reindex"
SEE_LOG = "看日志里 keeper 的报错（XUEJI_HOME/logs/service.log，或 journalctl -u xueji）"


@dataclass(frozen=True)
class _Seen:
    """What is read once for all checks."""

    archive: Archive
    is_running: bool
    now: datetime
    queue: QueueState
    ledger: LedgerState
    roles: dict[str, datetime]
    stuck: int
    first_at: datetime | None
    last_at: datetime | None
    backup_at: datetime | None
    database_now: datetime | None


def examine(archive: Archive, *, is_running: bool, thorough: bool = True, may_write: bool = True) -> Iterator[Finding]:
    """Every check; `thorough` walks the whole ledger and samples more of the store, else only the newest links and few blobs.

    Without `may_write` the store is not tried by a trial blob: a GET changes nothing.
    """
    yield from store_checks(archive, sample=THOROUGH_SAMPLE if thorough else QUICK_SAMPLE, may_write=may_write)
    yield disk_check(archive)
    yield _chain(archive, thorough=thorough)
    yield _guards(archive)
    yield _anchors(archive)
    with archive.read() as session:
        seen = _look(archive, session, is_running=is_running)
    yield from (check(seen) for check in CHECKS)


def schema_check(found: str | None) -> Finding:
    """Whether the database has the tables this version works on."""
    wanted = migrations.head()
    if found is None or found == wanted or migrations.knows(found):
        advice = f"停止服务，运行 xueji backup，再运行 xueji init 升级到 {wanted}"
        return judged((Code.SCHEMA_OLD, "数据库结构"), found == wanted, f"结构 {found or '空'}", advice)
    advice = "数据由更新的版本写过：换回那个版本的程序，或恢复升级前的备份"
    return Finding(Code.SCHEMA_NEW, "数据库结构", State.FAULT, f"结构 {found} 本程序不认识，本程序是 {wanted}", advice)


def _look(archive: Archive, session: Session, *, is_running: bool) -> _Seen:
    now = archive.clock.now()
    stuck = select(func.count()).select_from(Job).where(Job.state == JobState.RUNNING, Job.lease_until < now - STUCK_FOR)
    backup = select(Event.at).where(Event.act == "backup.made").order_by(Event.id.desc()).limit(1)
    is_apart = archive.engine.dialect.name == "postgresql"
    return _Seen(
        archive=archive,
        is_running=is_running,
        now=now,
        queue=queue_state(archive, session),
        ledger=ledger_state(archive, session),
        roles={lease.name: lease.held_until for lease in session.scalars(select(Lease))},
        stuck=session.scalar(stuck) or 0,
        first_at=session.scalar(select(Event.at).order_by(Event.id).limit(1)),
        last_at=session.scalar(select(func.max(Event.at))),
        backup_at=session.scalar(backup),
        database_now=session.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC) if is_apart else None,
    )


def _index_missing(seen: _Seen) -> Finding:
    health = seen.archive.index.health()
    detail = health.reason or str(health.state) if health.needs_rebuild else f"{health.pages} 页，{health.size_bytes / 1024**2:.1f} MB"
    advice = "正在自动重建，期间检索照常，只是慢；一直不动时运行 xueji reindex" if seen.is_running else REBUILT_LATER
    return judged((Code.INDEX_MISSING, "检索"), not health.needs_rebuild, detail, advice, otherwise=State.WARN)


def _index_behind(seen: _Seen) -> Finding:
    waits = seen.queue.oldest_by_kind.get("index", 0.0)
    detail = f"等得最久的一件已等 {waits:.0f} 秒" if waits else "没有积压"
    return judged((Code.INDEX_BEHIND, "检索的积压"), waits < LONG_WAIT_SECONDS, detail, _advice(seen, SEE_LOG), otherwise=State.WARN)


def _ledger_late(seen: _Seen) -> Finding:
    state = seen.ledger
    age = f"，最早一条已等 {state.tail_age.total_seconds():.0f} 秒" if state.tail_age else ""
    detail = f"事件 {state.events} 条，未封存 {state.events - state.sealed} 条{age}"
    otherwise = State.FAULT if seen.is_running else State.WARN
    return judged((Code.LEDGER_LATE, "台账封存"), not state.is_late, detail, _advice(seen, f"封存没有进行：{SEE_LOG}"), otherwise=otherwise)


def _dead_letters(seen: _Seen) -> Finding:
    advice = "运行 xueji jobs 查看原因，排除后运行 xueji jobs retry；原件完好"
    return judged((Code.DEAD_LETTERS, "失败的作业"), seen.queue.dead == 0, f"{seen.queue.dead} 件", advice, otherwise=State.WARN)


def _waiting(seen: _Seen) -> Finding:
    seconds = seen.queue.oldest_wait_seconds
    advice = _advice(seen, "识别跟不上：把 service.workers 调大，每个进程要一个处理器核和 1.5 GB 内存")
    detail = f"等得最久的 {seconds:.0f} 秒"
    return judged((Code.JOBS_WAITING, "待办的作业"), seconds < LONG_WAIT_SECONDS, detail, advice, otherwise=State.WARN)


def _stuck_leases(seen: _Seen) -> Finding:
    advice = _advice(seen, "办理它们的进程已经不在，又没有别的进程接手：重新启动服务")
    otherwise = State.FAULT if seen.is_running else State.WARN
    return judged((Code.STUCK_LEASES, "无人接手的作业"), seen.stuck == 0, f"{seen.stuck} 件", advice, otherwise=otherwise)


def _keeper(seen: _Seen) -> Finding:
    named = (Code.KEEPER_DOWN, "常驻职责")
    if not seen.is_running:
        return Finding(*named, State.OK, "服务没有运行")
    idle = [name for name in KEEPER_ROLES if name not in seen.roles or seen.roles[name] < seen.now]
    return judged(named, not idle, f"无人担任：{'、'.join(idle)}" if idle else "封存、检索、定时均有进程担任", SEE_LOG)


def _clock(seen: _Seen) -> Finding:
    """Wrong when the past lies ahead, or the database's machine says otherwise."""
    ahead = seen.last_at - seen.now if seen.last_at else timedelta(0)
    apart = abs(seen.database_now - seen.now) if seen.database_now else timedelta(0)
    advice = "校准本机时间（timedatectl 或机房的时间服务器）；期限、租约和台账都依它"
    detail = "与台账、数据库相合"
    if ahead > CLOCK_MAY_DIFFER:
        detail = f"本机时间比台账最新的一条早 {ahead.total_seconds():.0f} 秒"
    elif apart > CLOCK_MAY_DIFFER:
        detail = f"与数据库所在机器相差 {apart.total_seconds():.0f} 秒"
    return judged((Code.CLOCK_WRONG, "时钟"), max(ahead, apart) <= CLOCK_MAY_DIFFER, detail, advice)


def _backup(seen: _Seen) -> Finding:
    since = seen.backup_at or seen.first_at
    is_old = since is not None and seen.now - since > BACKUP_WANTED
    detail = f"最近一次 {seen.backup_at:%Y-%m-%d %H:%M} UTC" if seen.backup_at else "还没有做过"
    advice = "运行 xueji backup，并看每夜的备份为何没有做（systemctl status xueji-backup）；在另一台机器上试恢复"
    return judged((Code.BACKUP_OLD, "备份"), not is_old, detail, advice, otherwise=State.WARN)


CHECKS: tuple[Callable[[_Seen], Finding], ...] = (
    _index_missing,
    _index_behind,
    _ledger_late,
    _dead_letters,
    _waiting,
    _stuck_leases,
    _keeper,
    _clock,
    _backup,
)


def _advice(seen: _Seen, running: str) -> str:
    return running if seen.is_running else "服务没有运行，启动后自动继续"


def _chain(archive: Archive, *, thorough: bool) -> Finding:
    if thorough:
        verdict = ledger_verify.verify(archive)
        fault, detail = verdict.fault, f"{verdict.sealed} 环全部核对"
    else:
        with archive.read() as session:
            fault, detail = _tail_fault(session), f"最新的 {TAIL_LINKS} 环核对"
    advice = "运行 xueji verify-ledger 看全部；保留现场，报告安全管理员，与备份和每日锚文件对照"
    return judged((Code.LEDGER_BROKEN, "台账的链"), fault is None, fault or detail, advice)


def _guards(archive: Archive) -> Finding:
    fault = ledger_verify.unguarded(archive)
    advice = "先运行 xueji verify-ledger 并与机外的存证对照，查明是谁动了数据库；再运行 xueji init 恢复触发器，报告安全管理员"
    return judged((Code.LEDGER_UNGUARDED, "台账的防改"), fault is None, fault or "不许改动的表都有触发器把守", advice)


def _anchors(archive: Archive) -> Finding:
    fault = ledger_noted.newest_fault(archive)
    advice = "目录只是丢了，值守会照原样补写；补不出就运行 xueji verify-ledger，保留现场，报告安全管理员，用机外的存证核对"
    return judged((Code.ANCHORS_WRONG, "每日存证"), fault is None, fault or "最近一份与台账所记相符，或还没有存证", advice)


def _tail_fault(session: Session) -> str | None:
    rows = select(EventLink, Event).outerjoin(Event, Event.id == EventLink.event_id).order_by(EventLink.seq.desc()).limit(TAIL_LINKS + 1)
    newest = [(link, event) for link, event in session.execute(rows)][::-1]
    for (before, _), (link, event) in pairwise(newest):
        if link.seq != before.seq + 1 or event is None or link_digest(before.digest, link.seq, event) != link.digest:
            return f"第 {link.seq} 环与摘要不符"
    return None
