"""Moving the rows to another database （搬迁数据库）： SQLite to PostgreSQL, and back.

Lives here: `migrate_database`: copy table by table, put what binds them back, prove every row, then the chain of the ledger at the
target. Not here: batches and sums (migrate_rows), the target's mark (migrate_target), bytes (migrate_store). The service stands still
meanwhile. The source is only read, but for the one event that tells of the move, which goes over with the rest.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Engine, Table, func, insert, select
from sqlalchemy.engine import make_url

from archive_service import migrations
from archive_service.archive import Archive, opened
from archive_service.db import Base, writer
from archive_service.errors import Conflict, Refused
from archive_service.models.job import Lease
from archive_service.services import ledger, ledger_verify
from archive_service.services.actor import Actor
from archive_service.services.migrate_again import USED_SINCE, empty, insist_unused_since, is_as_moved
from archive_service.services.migrate_rows import batches, digest_of, key_of
from archive_service.services.migrate_target import (
    begin_move,
    end_copying,
    end_move,
    holds_rows,
    insist_ours,
    note,
    open_target,
    progress,
)
from archive_service.settings import Settings

SAME = "目标数据库就是现用的数据库，没有可搬的；检查 XUEJI_TARGET_DATABASE_URL。"
NOT_EMPTY = "目标数据库里已有数据，而且与现用的不同，没有写入任何内容；换一个空的数据库。"
STILL_HELD = "有进程还在用现用的数据库（{names}）；停止各台机器上的服务，等 {seconds:.0f} 秒后再运行。"
Told = Callable[[int, int | None], None]


@dataclass
class DatabaseMoved:
    """What a run did; `rows` are at the target now, `copied` of them came with this run."""

    tables: int = 0
    rows: int = 0
    copied: int = 0
    was_done_before: bool = False
    ledger_head: str = ""
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def migrate_database(
    archive: Archive, target: Settings, *, actor: Actor, again: bool = False, told: Told = lambda _done, _total: None
) -> DatabaseMoved:
    """Bring every row to another database and prove it there; one that was cut short goes on.

    `again` first takes away what an earlier move from here brought to the target, if nobody has worked on it.

    Raises:
        Refused: the target is the database in use, or holds anything else, or what it holds has been overtaken.
        Conflict: somebody still works on the database in use, or on one that was to be emptied.
    """
    source = place_of(archive.settings)
    if place_of(target) == source:
        raise Refused(SAME, code="same_database")
    _insist_idle(archive)
    engine = open_target(target.database_url, target.database.busy_seconds)
    try:
        insist_ours(engine, source)
        if again:
            empty(engine, source, archive.clock.now())
        migrations.upgrade(engine)
        moved = DatabaseMoved(tables=len(Base.metadata.tables))
        is_begun = bool(progress(engine))
        moved.was_done_before = not is_begun and holds_rows(engine)
        if is_begun:
            insist_unused_since(archive.engine, place_of(target))
        elif not moved.was_done_before:
            _note(archive, target, actor)
        if not moved.was_done_before:
            _copy(archive.engine, engine, source, moved, told)
        _prove(archive, engine, moved, told)
        if moved.was_done_before and moved.faults:
            raise _overtaken(engine, source)
        _prove_ledger(archive, target, moved)
        if not moved.faults:
            end_move(engine)
        return moved
    finally:
        engine.dispose()


def _overtaken(engine: Engine, source: str) -> Refused:
    if is_as_moved(engine, source):
        return Refused(USED_SINCE, code="used_since")
    return Refused(NOT_EMPTY, code="not_empty")


def place_of(settings: Settings) -> str:
    """Where the rows lie, without a password."""
    return make_url(settings.database_url).render_as_string(hide_password=True)


def _insist_idle(archive: Archive) -> None:
    now = archive.clock.now()
    with archive.read() as session:
        names = list(session.scalars(select(Lease.name).where(Lease.held_until > now).order_by(Lease.name)))
    if names:
        seconds = archive.settings.jobs.lease_seconds
        raise Conflict(STILL_HELD.format(names="、".join(names), seconds=seconds), code="running")


def _note(archive: Archive, target: Settings, actor: Actor) -> None:
    with archive.begin() as session:
        detail = {"from": place_of(archive.settings), "to": place_of(target)}
        ledger.write(session, "database.moved", ledger.Subject("instance"), actor=actor, now=archive.clock.now(), detail=detail)


def _copy(source: Engine, target: Engine, name: str, moved: DatabaseMoved, told: Told) -> None:
    begin_move(target, name)
    reached = progress(target)
    total = _rows_in(source)
    done = _rows_in(target)
    for table in Base.metadata.sorted_tables:
        for rows in batches(source, table, reached.get(table.name)):
            with writer(target)() as session:
                session.execute(insert(table), list(rows))
                note(session, table.name, rows[-1][key_of(table).name])
            moved.copied, done = moved.copied + len(rows), done + len(rows)
            told(done, total)
    end_copying(target)


def _rows_in(engine: Engine) -> int:
    with engine.connect() as connection:
        return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in Base.metadata.sorted_tables)


def _prove(archive: Archive, target: Engine, moved: DatabaseMoved, told: Told) -> None:
    """Read both databases whole and compare each table's count and sum."""
    for number, table in enumerate(Base.metadata.sorted_tables, start=1):
        fault, rows = _compared(archive.engine, target, table)
        moved.rows += rows
        moved.faults += [fault] if fault else []
        told(number, moved.tables)


def _compared(source: Engine, target: Engine, table: Table) -> tuple[str, int]:
    here, there = digest_of(source, table), digest_of(target, table)
    if here == there:
        return "", there.rows
    if here.rows != there.rows:
        return f"表 {table.name}：现用 {here.rows} 行，目标 {there.rows} 行", there.rows
    return f"表 {table.name}：行数相同，内容不同", there.rows


def _prove_ledger(archive: Archive, target: Settings, moved: DatabaseMoved) -> None:
    with opened(target) as other:
        here, there = ledger_verify.verify(archive), ledger_verify.verify(other)
    moved.ledger_head = there.head
    moved.faults += [f"目标的台账：{fault}" for fault in there.faults]
    if (here.sealed, here.head) != (there.sealed, there.head):
        moved.faults.append("目标台账的末环与现用的不同")
