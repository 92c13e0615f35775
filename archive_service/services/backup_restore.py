"""Putting a backup back onto an empty instance, and proving that every digest holds.

Lives here: `check_backup` (before anything is touched) and `restore`. Not here: making one (backup). The order is that of intake:
bytes first, verified, then the rows that name them, so that a restore cut short leaves no record without its bytes.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from archive_service import __version__, instance, migrations
from archive_service.adapters.blobs import BlobStore, Bucket, open_store
from archive_service.archive import Archive, opened
from archive_service.db import open_engine
from archive_service.errors import Refused, Rejected
from archive_service.services import fixity, ledger, ledger_verify
from archive_service.services.actor import Actor
from archive_service.services.backup_database import other_counts, put_back
from archive_service.services.backup_manifest import (
    ANCHORS,
    BLOBS,
    DATABASE,
    SHEETS,
    SIDE_FILES,
    digest_of,
    manifest_of,
    media_types_of,
    read_about,
)
from archive_service.services.fixity import StoreVerdict
from archive_service.settings import Settings

Told = Callable[[int, int | None], None]
NEWER = (
    "{folder} 由更新的版本制作（{by}，数据库结构 {schema}），本程序（{here}）不能恢复，没有改动任何内容；换用那个版本或更新的版本再恢复。"
)


@dataclass(frozen=True)
class Restored:
    """What was put back, and the proof."""

    about: dict[str, Any]
    store: StoreVerdict
    ledger_fault: str | None
    row_faults: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Every digest holds, every table has its rows, and the chain ends where it did."""
        return not self.store.faults and not self.row_faults and self.ledger_fault is None


def check_backup(folder: Path, told: Told) -> list[str]:
    """Files of a backup that are missing or not what its list says. Raises Rejected when it is no backup this code can restore."""
    _restorable(folder)
    files, faults = list(manifest_of(folder)), []
    for number, (name, digest) in enumerate(files, start=1):
        path = folder / name
        if not path.is_file():
            faults.append(f"缺少 {name}")
        elif digest_of(path) != digest:
            faults.append(f"{name} 与清单中的摘要不符")
        told(number, len(files))
    return faults


def restore(settings: Settings, folder: Path, *, actor: Actor, told: Told = lambda _done, _total: None) -> Restored:
    """Put a checked backup back; the index is rebuilt by the keeper at the next start.

    Raises:
        Rejected: it is no backup, of a newer version, or of another kind of database; nothing was touched.
        Refused: the instance or its store holds something already.
    """
    about = _restorable(folder)
    _insist_empty(settings, about)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = open_store(settings)
    store.prepare()
    _insist_store_empty(store)
    _put_blobs(store, folder, told)
    _put_files(settings, folder)
    put_back(settings, folder / DATABASE)
    row_faults = other_counts(settings, about["counts"])  # before the schema is brought up, which may change them
    instance.prepare(settings)
    with opened(settings) as archive:
        return _proved(archive, about, tuple(row_faults), actor)


def _restorable(folder: Path) -> dict[str, Any]:
    about = read_about(folder)
    if not migrations.knows(about["schema"]):
        raise Rejected(NEWER.format(folder=folder, by=about["version"], schema=about["schema"], here=__version__), code="newer")
    return about


def _put_blobs(store: BlobStore, folder: Path, told: Told) -> None:
    types = media_types_of(folder)
    blobs = [(name, digest) for name, digest in manifest_of(folder) if name.startswith(f"{BLOBS}/")]
    for number, (name, digest) in enumerate(blobs, start=1):
        _, bucket, key = name.split("/", 2)
        store.put(Bucket(bucket), key, folder / name, media_type=types[name], sha256=digest)
        told(number, len(blobs))


def _put_files(settings: Settings, folder: Path) -> None:
    """What lies beside rows and bytes. An anchor that is there already stays: those are never replaced, verify-ledger compares them."""
    for name, _ in manifest_of(folder):
        target = _place_of(settings, name)
        if target is not None and not (name.startswith(f"{ANCHORS}/") and target.exists()):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(folder / name, target)
            target.chmod(0o440 if name.startswith(f"{ANCHORS}/") else 0o600)


def _place_of(settings: Settings, name: str) -> Path | None:
    if name.startswith(f"{ANCHORS}/"):
        return settings.anchor_folder / Path(name).name
    return settings.home / name if name in SIDE_FILES or name.startswith(f"{SHEETS}/") else None


def _insist_empty(settings: Settings, about: dict[str, Any]) -> None:
    url = make_url(settings.database_url)
    if about["database"] != url.get_backend_name():
        raise Rejected(f"备份来自 {about['database']} 数据库，这里设置的是 {url.get_backend_name()}；改好设置再恢复。", code="database")
    if url.get_backend_name() == "sqlite":
        is_taken = Path(str(url.database)).exists()
    else:
        engine = open_engine(settings.database_url)
        try:
            is_taken = bool(inspect(engine).get_table_names()) or migrations.current(engine) is not None
        finally:
            engine.dispose()
    if is_taken:
        raise Refused(f"{settings.home} 已有数据，不会被覆盖；把 XUEJI_HOME 指向空的目录再恢复。", code="not_empty")


def _insist_store_empty(store: BlobStore) -> None:
    if any(next(iter(store.keys(bucket)), None) for bucket in Bucket):
        raise Refused("存储里已有内容，不会被覆盖；换一个空的存储再恢复。", code="store_not_empty")


def _proved(archive: Archive, about: dict[str, Any], row_faults: tuple[str, ...], actor: Actor) -> Restored:
    chain = ledger_verify.verify(archive)
    head = about["ledger"]
    is_same = (chain.sealed, chain.head) == (head["sealed"], head["digest"])
    fault = chain.fault or (None if is_same else "台账末环与备份时不同")
    verdict = fixity.verify_store(archive, actor=actor)
    faults = len(verdict.faults) + len(row_faults)
    detail = {"made_at": about["made_at"], "renditions": verdict.total, "faults": faults, "ledger": fault or "ok"}
    with archive.begin() as session:
        ledger.write(session, "instance.restored", ledger.Subject("instance"), actor=actor, now=archive.clock.now(), detail=detail)
    return Restored(about, verdict, fault, row_faults)
