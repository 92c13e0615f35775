"""Rows: the declarative base, the engine, and the one place that commits.

SQLite runs in WAL mode with foreign keys on; a writer says BEGIN IMMEDIATE at its first statement, so that two writers
queue instead of failing half-way. PostgreSQL runs READ COMMITTED. Relations are never loaded by accident (`lazy="raise"`).
"""

import enum
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    String,
    Text,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s__%(column_0_N_name)s",
    "uq": "uq_%(table_name)s__%(column_0_N_name)s",
    "ck": "ck_%(table_name)s__%(constraint_name)s",
    "fk": "fk_%(table_name)s__%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

UNWRITABLE = frozenset(  # SQLite's names; a file size limit and a broken disk show as IOERR_WRITE
    {"SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE", "SQLITE_IOERR_SHMSIZE"}
)
DISK_FULL = "53100"  # PostgreSQL's code for it

Begin = Callable[[], AbstractContextManager[Session]]


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant on every database; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC, refuse naive values."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime given to the database")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back UTC; SQLite forgets the zone, PostgreSQL answers in the session's."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


Id = Annotated[str, mapped_column(String(32))]
Code = Annotated[str, mapped_column(String(64))]
Label = Annotated[str, mapped_column(String(200))]
Prose = Annotated[str, mapped_column(Text)]
Serial = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """Base of all rows."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class, and asks for a plain dict)
        datetime: Instant,
        date: Date,
        dict[str, Any]: Json,
        list[dict[str, Any]]: Json,
        list[str]: Json,
        list[int]: Json,
        enum.Enum: Enum(enum.Enum, native_enum=False, length=40, values_callable=lambda kind: [member.value for member in kind]),
    }


def open_engine(url: str, *, pool_size: int = 5, busy_seconds: float = 15, echo: bool = False) -> Engine:
    """Connect to SQLite or PostgreSQL; nothing is created.

    Errors do not tell the values of a statement, since they end in logs and on the operator's page; only `echo` shows them.
    """
    if url.startswith("sqlite"):
        waiting = {"timeout": busy_seconds}
        engine = create_engine(url, echo=echo, hide_parameters=not echo, pool_size=pool_size, max_overflow=20, connect_args=waiting)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, echo=echo, hide_parameters=not echo, pool_size=pool_size, max_overflow=20, pool_pre_ping=True)


def writer(engine: Engine) -> Begin:
    """What gives write transactions: `with begin() as session`; leaving commits, an exception rolls back."""
    bound = engine.execution_options(writes=True)

    @contextmanager
    def begin() -> Iterator[Session]:
        with Session(bound, expire_on_commit=False, autoflush=False) as session:
            yield session
            session.commit()

    return begin


def reader(engine: Engine) -> Begin:
    """What gives read transactions, always rolled back."""
    bound = engine if engine.dialect.name == "sqlite" else engine.execution_options(postgresql_readonly=True)

    @contextmanager
    def read() -> Iterator[Session]:
        with Session(bound, expire_on_commit=False, autoflush=False) as session:
            yield session

    return read


def is_out_of_room(error: DBAPIError) -> bool:
    """Whether the database could not write since its disk is full, read-only or refuses to be written, as far as it says so."""
    refused = error.orig
    return getattr(refused, "sqlite_errorname", "") in UNWRITABLE or getattr(refused, "sqlstate", "") == DISK_FULL


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # The driver must not open transactions itself: it does so too late, after the first read, and a writer would then
    # fail with "database is locked" instead of waiting its turn.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY", "cache_size = -32000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
