"""Moving once more to a database an earlier move has filled: telling it from one that is worked on, and emptying it.

Lives here: whether the source was used since it was moved, whether the target is still as the move left it, `empty`. Not here: the mark of
an unfinished move (migrate_target), the move (migrate_database). What tells is the ledger: whoever works on a database writes events.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine, inspect, select

from archive_service.db import writer
from archive_service.errors import Conflict, Refused
from archive_service.models.job import Lease
from archive_service.models.ledger import Event
from archive_service.services.migrate_target import SOURCE, progress

MOVED = "database.moved"
# Their event is all they write:
HARMLESS = frozenset({"backup.made", "store.verified", "store.moved", "ledger.exported", "ledger.anchored"})
LOOKED_AT = 1_000
USED_SINCE = (
    "上次往这个目标搬过之后，现用的数据库又用过，目标里的数据已经旧了，没有写入任何内容；加 --again，先清空目标里上次搬来的内容，再从头搬。"
)
IN_USE = "目标数据库里不是从这里搬去后没有用过的数据，不能清空，没有改动任何内容；换一个空的数据库。"
HELD = "有进程正在用目标数据库（{names}），不能清空；先停止用它的服务。"


def insist_unused_since(engine: Engine, place: str) -> None:
    """Insist that nobody worked on the source after it was last moved to that place. Raises Refused."""
    newest = select(Event.act, Event.detail).order_by(Event.id.desc()).limit(LOOKED_AT)
    with engine.connect() as connection:
        for act, detail in connection.execute(newest):
            if _is_move(act, detail, "to", place):
                return
            if act not in HARMLESS:
                break
    raise Refused(USED_SINCE, code="used_since")


def is_as_moved(engine: Engine, source: str) -> bool:
    """Whether the database holds what was moved there from the source, done or not, and nothing that came after."""
    if progress(engine):
        return progress(engine).get(SOURCE) == source  # the service refuses to start on it
    if not inspect(engine).has_table(Event.__tablename__):
        return False
    with engine.connect() as connection:
        last = connection.execute(select(Event.act, Event.detail).order_by(Event.id.desc()).limit(1)).first()
    return last is not None and _is_move(last.act, last.detail, "from", source)


def empty(engine: Engine, source: str, now: datetime) -> None:
    """Take away what an earlier move brought, in one transaction; a database without tables stays as it is.

    Raises:
        Refused: it holds anything else, or was worked on since.
        Conflict: somebody works on it now.
    """
    names = inspect(engine).get_table_names()
    if not names:
        return
    if not is_as_moved(engine, source):
        raise Refused(IN_USE, code="not_empty")
    _insist_idle(engine, now)
    is_postgres = engine.dialect.name == "postgresql"
    with writer(engine)() as session:
        connection = session.connection()
        for name in names:
            connection.exec_driver_sql(f'DROP TABLE "{name}"{" CASCADE" if is_postgres else ""}')
        for name in names if is_postgres else ():  # what refused changes of a table
            connection.exec_driver_sql(f'DROP FUNCTION IF EXISTS "{name}_append_only"()')


def _is_move(act: str, detail: Mapping[str, object], side: str, place: str) -> bool:
    return act == MOVED and detail.get(side) == place


def _insist_idle(engine: Engine, now: datetime) -> None:
    if not inspect(engine).has_table(Lease.__tablename__):
        return
    with engine.connect() as connection:
        names = list(connection.scalars(select(Lease.name).where(Lease.held_until > now).order_by(Lease.name)))
    if names:
        raise Conflict(HELD.format(names="、".join(names)), code="running")
