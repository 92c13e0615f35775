"""The database a move fills: what it may hold before, what is put aside meanwhile, what it must have after.

Lives here: the mark of an unfinished move (a table of its own, with the key reached in each table), foreign keys, counters.
Not here: rows (migrate_rows), the move (migrate_database). A marked database is refused by the start of the service.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    ForeignKeyConstraint,
    MetaData,
    String,
    Table,
    Text,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.schema import AddConstraint, DropConstraint

from archive_service.db import Base, open_engine, writer
from archive_service.errors import Refused
from archive_service.services.migrate_rows import key_of

MARK = Table("unfinished_move", MetaData(), Column("name", String(80), primary_key=True), Column("value", Text, nullable=False))
SOURCE = "source"
VERSIONS = "alembic_version"
FOREIGN = "目标数据库里有不属于本系统的表（{tables}），没有写入任何内容；换一个空的数据库。"
ANOTHER = "目标数据库里有另一次没有搬完的数据（来自 {source}），没有写入任何内容；换一个空的数据库。"
UNFINISHED = "这个数据库还没有搬完，不能使用；停止服务，用原来的设置再运行 xueji migrate-database，搬完再切换。"


def open_target(url: str, busy_seconds: float) -> Engine:
    """Connect without the checks between tables, which hold again once all rows are there."""
    engine = open_engine(url, busy_seconds=busy_seconds)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = OFF"))
    return engine


def insist_ours(engine: Engine, source: str) -> None:
    """Insist that nothing but our tables is there, and no other move. Raises Refused."""
    strange = sorted(set(inspect(engine).get_table_names()) - {*Base.metadata.tables, VERSIONS, MARK.name})
    if strange:
        raise Refused(FOREIGN.format(tables="、".join(strange[:5])), code="not_empty")
    begun = progress(engine).get(SOURCE)
    if begun not in (None, source):
        raise Refused(ANOTHER.format(source=begun), code="not_empty")


def insist_whole(engine: Engine) -> None:
    """Insist that no move into this database is unfinished. Raises Refused."""
    if inspect(engine).has_table(MARK.name):
        raise Refused(UNFINISHED, code="unfinished_move")


def holds_rows(engine: Engine) -> bool:
    """Whether any table of ours has a row."""
    with engine.connect() as connection:
        return any(connection.execute(select(table).limit(1)).first() for table in Base.metadata.sorted_tables)


def begin_move(engine: Engine, source: str) -> None:
    """Mark the target and put its foreign keys aside: rows come in the order of keys, not of who names whom."""
    MARK.create(engine, checkfirst=True)
    with writer(engine)() as session:
        note(session, SOURCE, source)
        for constraint in _foreign_keys(engine, present=True):
            session.connection().execute(DropConstraint(constraint))


def progress(engine: Engine) -> dict[str, Any]:
    """What the mark says; empty where there is none."""
    if not inspect(engine).has_table(MARK.name):
        return {}
    with engine.connect() as connection:
        return {name: json.loads(value) for name, value in connection.execute(select(MARK.c.name, MARK.c.value))}


def note(session: Session, name: str, value: object) -> None:
    """Write down how far a table has come, in the transaction of its rows."""
    session.execute(delete(MARK).where(MARK.c.name == name))
    session.execute(insert(MARK).values(name=name, value=json.dumps(value)))


def end_copying(engine: Engine) -> None:
    """Put the foreign keys back, which holds every row against those it names, and set the counters behind the rows.

    Raises:
        Refused: a row names one that is not there.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken:
            raise Refused(f"{broken[0]} 有一行所指的 {broken[2]} 不存在；原数据库没有改动。", code="foreign_key")
        return
    with writer(engine)() as session:
        for constraint in _foreign_keys(engine, present=False):
            session.connection().execute(AddConstraint(constraint))
        for table in Base.metadata.sorted_tables:
            _set_counter(session, table)


def end_move(engine: Engine) -> None:
    """Take the mark away: the target may be used."""
    MARK.drop(engine, checkfirst=True)


def _foreign_keys(engine: Engine, *, present: bool) -> list[ForeignKeyConstraint]:
    """Those the models name and the database has, or lacks; SQLite keeps its own, which are only not looked at."""
    if engine.dialect.name == "sqlite":
        return []
    found = inspect(engine).get_multi_foreign_keys()
    names = {key["name"] for keys in found.values() for key in keys}
    tables: Mapping[str, Table] = Base.metadata.tables
    every = [constraint for table in tables.values() for constraint in table.foreign_key_constraints]
    return [constraint for constraint in every if (str(constraint.name) in names) is present]


def _set_counter(session: Session, table: Table) -> None:
    key = key_of(table)
    if table.autoincrement_column is not key:
        return
    highest = session.scalar(select(func.max(key)))
    sequence = session.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
    session.execute(text("select setval(:sequence, :at, :used)"), {"sequence": sequence, "at": highest or 1, "used": highest is not None})
