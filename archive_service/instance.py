"""Making and opening an instance: folders, secret, schema, store. Used by the command line before anything runs."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from archive_service import migrations
from archive_service.archive import Archive, open_archive
from archive_service.db import open_engine
from archive_service.errors import Refused, Unavailable
from archive_service.migrations import guards
from archive_service.services.migrate_target import insist_whole
from archive_service.settings import Settings

SECRET_BYTES = 48
RESTORED = "数据库里防止改动的触发器缺失或被改，已经恢复（表 {tables}）；期间可能有人改动，请运行 xueji verify-ledger 并报告安全管理员"
NEWER = "数据库结构是 {found}，由更新版本的程序建立，本程序只认到 {newest}；没有改动任何内容。请换用原来的或更新的程序，不要用本程序打开。"


def prepare(settings: Settings) -> list[str]:
    """Bring the instance's folder, secret, schema and store to where this code needs them; says what it did.

    Safe at every start, also on what a kill left behind. A database is put aside before its schema is changed.

    Raises:
        Refused: the database is of a newer version, or a move into it is unfinished; nothing was touched.
        Unavailable: there is no room to put it aside; the schema is as it was.
    """
    before = _known_schema(settings)
    done: list[str] = []
    for folder in (settings.home, settings.home / "uploads", settings.home / "tasks"):
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
            done.append(f"建立目录 {folder}")
    if not settings.secret_file.exists():
        _write_secret(settings)
        done.append("生成密钥 secret.key")
    done += _upgrade(settings, before)
    done += _guard(settings)
    archive = open_archive(settings)
    drafts = _drafts(settings)
    try:
        archive.blobs.prepare()
    finally:
        archive.close()
    if cleared := drafts - _drafts(settings):
        done.append(f"清除 {cleared} 份写到一半、从未登记的内容")
    return done


def is_empty(archive: Archive) -> bool:
    """Whether nobody has an account yet."""
    from_accounts = "select 1 from account limit 1"
    with archive.engine.connect() as connection:
        return connection.exec_driver_sql(from_accounts).first() is None


def _known_schema(settings: Settings) -> str | None:
    """The schema that is there, absent for a new instance; nothing is made in looking."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return None
    with _engine(settings) as engine:
        insist_whole(engine)
        found = migrations.current(engine)
    if found is not None and not migrations.knows(found):
        raise Refused(NEWER.format(found=found, newest=migrations.head()), code="newer_schema")
    return found


def _upgrade(settings: Settings, before: str | None) -> list[str]:
    newest = migrations.head()
    if before == newest:
        return []
    done = [] if before is None else [_put_aside(settings, before)]
    with _engine(settings) as engine:
        migrations.upgrade(engine)
    return [*done, f"建立数据库结构 {newest}" if before is None else f"升级数据库结构 {before} → {newest}"]


def _guard(settings: Settings) -> list[str]:
    """Put back the triggers that somebody took from the tables no row of which may be edited; none are missing as a rule."""
    with _engine(settings) as engine:
        with engine.connect() as connection:
            tables = guards.missing(connection)
        if tables:
            with engine.execution_options(writes=True).begin() as connection:
                for table in tables:
                    guards.put_back(connection, table)
    return [RESTORED.format(tables="、".join(tables))] if tables else []


def _put_aside(settings: Settings, before: str) -> str:
    """Copy the database as it is before an upgrade; one that a kill left half copied is written again."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        return "升级前没有另存数据库：PostgreSQL 的整库副本请用 xueji backup 或 pg_dump 定期留存"
    target = Path(str(url.database)).with_suffix(f".{before}.db")
    draft = target.with_suffix(".half")
    try:
        with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(draft)) as copy:
            draft.chmod(0o600)
            source.backup(copy)
    except sqlite3.Error as error:
        draft.unlink(missing_ok=True)
        raise Unavailable(f"升级前另存数据库没有成功（{error}），没有升级，数据没有改动；请腾出磁盘空间后再启动。") from error
    draft.replace(target)
    return f"升级前的数据库另存为 {target}"


def _drafts(settings: Settings) -> int:
    """How many blobs lie half written in a store that is a folder."""
    folder = settings.store_folder / "drafts"
    return len(list(folder.iterdir())) if settings.store.kind == "directory" and folder.is_dir() else 0


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings.database_url, busy_seconds=settings.database.busy_seconds)
    try:
        yield engine
    finally:
        engine.dispose()


def _write_secret(settings: Settings) -> None:
    descriptor = os.open(settings.secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
