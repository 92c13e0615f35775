"""Moving the bytes to another store （搬迁存储）： directory to S3, S3 to directory, one S3 to another, encrypted or not.

Lives here: `migrate_store`. Not here: what is proved already (migrate_journal), rows (they hold keys and digests of plain bytes, so a
move changes none), the switch (the operator's, in the settings). The service may run meanwhile; a last run while it stands still takes
what came since. Nothing is ever removed at the source, and nothing that was at the target before.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select

from archive_service.adapters.blobs import BlobStore, Bucket, StoredBlob, blob_place, open_store
from archive_service.archive import Archive
from archive_service.errors import BlobMissing, Conflict, FixityMismatch, NoPlace, Refused
from archive_service.models.record import Rendition
from archive_service.services import ledger, migrate_journal
from archive_service.services.actor import Actor
from archive_service.services.fixity_faults import NO_PLACE, WORDS
from archive_service.services.migrate_journal import Journal
from archive_service.settings import Settings

AT_ONCE = 500
FAULTS_ON_LEDGER = 50
SAME = "目标存储就是现用的存储，没有可搬的；检查目标文件里的 [store]。"
Told = Callable[[int, int | None], None]


class _Row(NamedTuple):
    id: str
    record_id: str
    bucket: str
    key: str
    bytes: int
    sha256: str
    sm3: str
    media_type: str


@dataclass
class Moved:
    """What a run did; `copied` were written or found and read back, `proved_before` were so by an earlier run."""

    total: int = 0
    copied: int = 0
    proved_before: int = 0
    bytes: int = 0
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For programs and for the ledger."""
        return asdict(self)


def migrate_store(
    archive: Archive, target: Settings, *, actor: Actor, afresh: bool = False, told: Told = lambda _done, _total: None
) -> Moved:
    """Copy every rendition's bytes and read each back at the target; `afresh` proves again what earlier runs proved.

    Raises:
        Refused: the target is the store in use.
        Conflict: another run is moving to the same target.
        StoreUnavailable: either store is away or full; run it again, it goes on.
    """
    if place_of(target) == place_of(archive.settings):
        raise Refused(SAME, code="same_store")
    store, moved = open_store(target), Moved()
    store.prepare()
    with archive.read() as session:
        moved.total = session.scalar(select(func.count()).select_from(Rendition)) or 0
    with migrate_journal.opened(_journal_path(archive.settings, target), afresh=afresh) as journal:
        for number, row in enumerate(_rows(archive), start=1):
            _move(archive, store, row, journal, moved)
            told(number, max(moved.total, number))
        moved.total = moved.copied + moved.proved_before + len(moved.faults)
    _note(archive, target, moved, actor)
    return moved


def place_of(settings: Settings) -> str:
    """Where a store keeps its bytes, the same for settings that name the same place."""
    store = settings.store
    if store.kind == "directory":
        return f"directory {settings.store_folder.resolve()}"
    return f"s3 {store.endpoint} {store.working_bucket} {store.permanent_bucket}"


def _journal_path(settings: Settings, target: Settings) -> Path:
    name = hashlib.sha256(place_of(target).encode()).hexdigest()[:16]
    return settings.home / "migrations" / f"store-{name}.journal"


def _rows(archive: Archive) -> Iterator[_Row]:
    """In the order of their ids, which begin with the time: what comes while the move runs is met at its end."""
    columns = select(
        Rendition.id, Rendition.record_id, Rendition.bucket, Rendition.blob_key, Rendition.bytes, Rendition.sha256, Rendition.sm3,
        Rendition.media_type,
    ).order_by(Rendition.id)  # fmt: skip
    after = ""
    while True:
        with archive.read() as session:
            found = [_Row(*row) for row in session.execute(columns.where(Rendition.id > after).limit(AT_ONCE))]
        yield from found
        if not found:
            return
        after = found[-1].id


def _move(archive: Archive, store: BlobStore, row: _Row, journal: Journal, moved: Moved) -> None:
    try:
        _bring(archive, store, row, journal, moved)
    except NoPlace:
        moved.faults.append(f"材料 {row.record_id}：{WORDS[NO_PLACE]}（{row.bucket}/{row.key}）")


def _bring(archive: Archive, store: BlobStore, row: _Row, journal: Journal, moved: Moved) -> None:
    bucket, _ = blob_place(row.bucket, row.key)
    if journal.has(row.id, row.sha256) and _is_kept(store, bucket, row):
        moved.proved_before += 1
        return
    try:
        with archive.blobs.open(bucket, row.key, sha256=row.sha256) as source:
            stored = store.put(bucket, row.key, source, media_type=row.media_type, sha256=row.sha256)
        if not _is_same(stored, row):
            raise Conflict("目标处的摘要与登记不同")  # noqa: TRY301 (told with the others below)
        _lock_as_before(archive, store, bucket, row.key)
    except (BlobMissing, FixityMismatch, Conflict) as error:
        if _is_registered(archive, row):
            moved.faults.append(f"材料 {row.record_id}（{row.bucket}/{row.key}）：{_whose(archive, bucket, row)}，{error.message}")
        return
    journal.add(row.id, row.sha256)
    moved.copied, moved.bytes = moved.copied + 1, moved.bytes + row.bytes


def _is_same(stored: StoredBlob, row: _Row) -> bool:
    return (stored.bytes, stored.sha256, stored.sm3) == (row.bytes, row.sha256, row.sm3)


def _is_kept(store: BlobStore, bucket: Bucket, row: _Row) -> bool:
    """Whether what was proved once has not been taken away since; the bytes are not read again."""
    try:
        return _is_same(store.stat(bucket, row.key), row)
    except (BlobMissing, FixityMismatch):
        return False


def _lock_as_before(archive: Archive, store: BlobStore, bucket: Bucket, key: str) -> None:
    until = archive.blobs.stat(bucket, key).locked_until if bucket is Bucket.PERMANENT else None
    if until and until > archive.clock.now():
        store.lock_until(bucket, key, until)


def _whose(archive: Archive, bucket: Bucket, row: _Row) -> str:
    """On which side the fault lies, so that the operator looks at the right store."""
    try:
        archive.blobs.verify(bucket, row.key)
    except (BlobMissing, FixityMismatch):
        return "现用存储有问题"
    return "目标存储有问题"


def _is_registered(archive: Archive, row: _Row) -> bool:
    """Whether it was not expunged by order while the move ran."""
    with archive.read() as session:
        return session.get(Rendition, row.id) is not None


def _note(archive: Archive, target: Settings, moved: Moved, actor: Actor) -> None:
    detail = {**moved.as_json(), "to": place_of(target), "faults": len(moved.faults), "first": moved.faults[:FAULTS_ON_LEDGER]}
    with archive.begin() as session:
        ledger.write(session, "store.moved", ledger.Subject("store"), actor=actor, now=archive.clock.now(), detail=detail)
