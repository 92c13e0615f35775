"""One moment of the database as a file: SQLite by VACUUM INTO, PostgreSQL by pg_dump on an exported snapshot.

Lives here: dumping, putting back, counting again, and what the moment holds (renditions, counts, ledger). Not here: bytes.
Both ways see one transaction's view while writers go on.
"""

import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, func, inspect, select, table
from sqlalchemy.engine import make_url

from archive_service.archive import Archive
from archive_service.db import Base, open_engine
from archive_service.errors import Unavailable
from archive_service.models.ledger import Event, EventLink
from archive_service.models.record import Rendition
from archive_service.services.backup_manifest import LedgerHead
from archive_service.services.ledger_chain import GENESIS
from archive_service.settings import Settings


@dataclass(frozen=True)
class RenditionRow:
    """What is needed to find and check one rendition's bytes."""

    id: str
    record_id: str
    bucket: str
    blob_key: str
    sha256: str
    bytes: int
    media_type: str


Moment = tuple[Sequence[RenditionRow], dict[str, int], LedgerHead]


def snapshot(archive: Archive, target: Path) -> Moment:
    """Write the database into a file; returns what it holds at that moment. Raises Unavailable."""
    if archive.engine.dialect.name == "sqlite":
        return _snapshot_sqlite(archive, target)
    return _snapshot_postgres(archive, target)


def put_back(settings: Settings, source: Path) -> None:
    """Make the instance's empty database out of a file. Raises Unavailable."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(source, Path(str(url.database)))
    else:
        with _address(url) as address:
            _run(["pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={address}", str(source)])


def other_counts(settings: Settings, counts: Mapping[str, int]) -> list[str]:
    """Tables that do not hold as many rows as a backup says, in words."""
    engine, faults = open_engine(settings.database_url), []
    try:
        there = set(inspect(engine).get_table_names())
        with engine.connect() as connection:
            for name, expected in counts.items():
                found = connection.scalar(select(func.count()).select_from(table(name))) if name in there else 0
                if found != expected:
                    faults.append(f"表 {name} 应有 {expected} 行，恢复出 {found} 行")
    finally:
        engine.dispose()
    return faults


def _snapshot_sqlite(archive: Archive, target: Path) -> Moment:
    source = make_url(archive.settings.database_url).database
    connection = sqlite3.connect(str(source), isolation_level=None, timeout=archive.settings.database.busy_seconds)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
    target.chmod(0o600)
    engine = create_engine(f"sqlite:///{target}")  # as it is: the service's own engine would switch it to WAL
    try:
        with engine.connect() as copy:
            return _moment(copy)
    finally:
        engine.dispose()


def _snapshot_postgres(archive: Archive, target: Path) -> Moment:
    url = archive.engine.url
    with archive.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        name = connection.exec_driver_sql("select pg_export_snapshot()").scalar_one()
        with _address(url) as address:
            _run(["pg_dump", "--format=custom", "--no-owner", f"--snapshot={name}", f"--file={target}", f"--dbname={address}"])
        return _moment(connection)


def _moment(connection: Connection) -> Moment:
    columns = [getattr(Rendition, name.name) for name in fields(RenditionRow)]
    rows = [RenditionRow(*row) for row in connection.execute(select(*columns).order_by(Rendition.id))]
    counts = {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in sorted(Base.metadata.tables.items())
    }
    last = select(EventLink.digest).order_by(EventLink.seq.desc()).limit(1)
    head = connection.execute(last).scalar() or GENESIS
    return rows, counts, LedgerHead(counts[Event.__tablename__], counts[EventLink.__tablename__], head)


def _copy_sqlite(source: Path, target: Path) -> None:
    """Through the engine rather than as a file, so that the copy is checked page by page."""
    opened, fresh = sqlite3.connect(f"file:{source}?mode=ro", uri=True), sqlite3.connect(target)
    try:
        opened.backup(fresh)
        fresh.execute("PRAGMA journal_mode = WAL")
    finally:
        opened.close()
        fresh.close()
    target.chmod(0o600)


@contextmanager
def _address(url: URL) -> Iterator[str]:
    """The address as PostgreSQL's own programs read it; the password lies in a file of ours, where no other user sees it."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as secret:  # made for its owner alone
        secret.write(f"*:*:*:*:{_escaped(str(url.password or ''))}\n")
        secret.flush()
        plain = url.set(drivername="postgresql", password=None).update_query_dict({"passfile": secret.name})
        yield plain.render_as_string(hide_password=False)


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError as error:
        raise Unavailable(
            f"备份 PostgreSQL 需要 {command[0]}；安装 postgresql-client 后再运行，没有改动任何数据。", code="no_tool"
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Unavailable(f"{command[0]} 没有成功：{said[-1] if said else error.returncode}", code="dump_failed") from error
