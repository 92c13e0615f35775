"""Making and opening an instance: folders, secret, schema, store. Used by the command line before anything runs."""

import os
import secrets

from archive_service import migrations
from archive_service.archive import Archive, open_archive
from archive_service.db import open_engine
from archive_service.settings import Settings

SECRET_BYTES = 48


def prepare(settings: Settings) -> list[str]:
    """Bring the instance's folder, secret, schema and store to where this code needs them; says what it did.

    Safe at every start, also on what a kill left behind.
    """
    done: list[str] = []
    for folder in (settings.home, settings.home / "uploads", settings.home / "tasks"):
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
            done.append(f"建立目录 {folder}")
    if not settings.secret_file.exists():
        _write_secret(settings)
        done.append("生成密钥 secret.key")
    done += _upgrade(settings)
    archive = open_archive(settings)
    try:
        archive.blobs.prepare()
    finally:
        archive.close()
    return done


def is_empty(archive: Archive) -> bool:
    """Whether nobody has an account yet."""
    from_accounts = "select 1 from account limit 1"
    with archive.engine.connect() as connection:
        return connection.exec_driver_sql(from_accounts).first() is None


def _upgrade(settings: Settings) -> list[str]:
    engine = open_engine(settings.database_url, busy_seconds=settings.database.busy_seconds)
    try:
        before, newest = migrations.current(engine), migrations.head()
        if before == newest:
            return []
        migrations.upgrade(engine)
        return [f"建立数据库结构 {newest}" if before is None else f"升级数据库结构 {before} → {newest}"]
    finally:
        engine.dispose()


def _write_secret(settings: Settings) -> None:
    descriptor = os.open(settings.secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
