"""A backup: one consistent point of the rows, and the bytes of every rendition they name, in one folder that can be checked by hand.

Lives here: `make_backup`. Not here: putting it back (backup_restore), the shape of the folder (backup_manifest), dumping a
database (backup_database). Rows first, then bytes: bytes are never changed, so what the rows of one moment name is still there.
The index is left out (rebuilt from rows), so are unfinished uploads (their senders go on) and the session secret.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from archive_service import __version__, migrations
from archive_service.adapters import anchor_files
from archive_service.adapters.blobs import blob_place
from archive_service.adapters.blobs.folders import sync_folder
from archive_service.archive import Archive
from archive_service.errors import BlobMissing, Damaged, FixityMismatch, NoPlace, Rejected
from archive_service.models.record import Rendition
from archive_service.services import fixity_faults, ledger, tasks
from archive_service.services.actor import Actor
from archive_service.services.backup_database import RenditionRow, snapshot
from archive_service.services.backup_manifest import ANCHORS, DATABASE, FORMAT, SHEETS, SIDE_FILES, About, Writer, blob_path

Told = Callable[[int, int | None], None]


@dataclass
class BackupResult:
    """Where it lies and what it holds; `faults` name bytes that could not be taken along."""

    folder: Path
    renditions: int = 0
    bytes: int = 0
    faults: list[str] = field(default_factory=list)


def make_backup(archive: Archive, folder: Path, *, actor: Actor, told: Told = lambda _done, _total: None) -> BackupResult:
    """Write a backup into a folder that does not exist yet; it has its name only once it is whole.

    Raises:
        Rejected: the folder exists already.
        Unavailable: the database cannot be dumped, or the store is away.
    """
    if folder.exists():
        raise Rejected(f"{folder} 已存在；备份写入新的目录，不覆盖旧备份。", code="exists")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of a run that was cut short
    part.mkdir(parents=True, mode=0o700)
    writer, result = Writer(part), BackupResult(folder)
    rows, counts, head = snapshot(archive, part / DATABASE)
    writer.add_written(DATABASE)
    for name in SIDE_FILES:
        if (archive.settings.home / name).exists():
            shutil.copyfile(archive.settings.home / name, part / name)
            writer.add_written(name)
    _copy_sheets(archive, part, writer)
    _copy_anchors(archive, part, writer, sealed=head.sealed)
    for number, row in enumerate(rows, start=1):
        _copy(archive, row, writer, result)
        told(number, len(rows))
    about = About(
        FORMAT, archive.clock.now(), __version__, str(migrations.current(archive.engine)), archive.engine.dialect.name, counts, head
    )
    writer.finish(about, is_complete=not result.faults)
    part.rename(folder)
    sync_folder(folder.parent)
    _note(archive, result, actor)
    return result


def _copy_sheets(archive: Archive, part: Path, writer: Writer) -> None:
    """Sheets of tasks that have not ended; one that ends meanwhile takes its sheet along, which a task run again tells plainly."""
    for path in tasks.waiting_sheets(archive):
        with suppress(FileNotFoundError):
            (part / SHEETS).mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(path, part / SHEETS / path.name)
            writer.add_written(f"{SHEETS}/{path.name}")


def _copy_anchors(archive: Archive, part: Path, writer: Writer, *, sealed: int) -> None:
    """The anchors of the moment: one written since goes further than the rows taken along."""
    for path in anchor_files.paths(archive.settings.anchor_folder):
        try:
            is_of_then = anchor_files.read_file(path).anchor.seq <= sealed
        except Damaged:
            is_of_then = True  # taken along as it is; verify-ledger names it, here and where it is put back
        if is_of_then:
            (part / ANCHORS).mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(path, part / ANCHORS / path.name)
            writer.add_written(f"{ANCHORS}/{path.name}")


def _copy(archive: Archive, row: RenditionRow, writer: Writer, result: BackupResult) -> None:
    """Take one rendition along, its digest checked on the way; what is damaged is told, not taken."""
    try:
        with archive.blobs.open(*blob_place(row.bucket, row.blob_key), sha256=row.sha256) as source:
            writer.add(blob_path(row.bucket, row.blob_key), source, sha256=row.sha256, media_type=row.media_type)
    except (BlobMissing, FixityMismatch) as error:
        if _is_registered(archive, row):
            result.faults.append(f"材料 {row.record_id}：{error.message}")
        return
    except NoPlace:
        result.faults.append(f"材料 {row.record_id}：{fixity_faults.WORDS[fixity_faults.NO_PLACE]}（{row.bucket}/{row.blob_key}）")
        return
    result.renditions, result.bytes = result.renditions + 1, result.bytes + row.bytes


def _is_registered(archive: Archive, row: RenditionRow) -> bool:
    """Whether it was not expunged by order while the backup ran."""
    with archive.read() as session:
        return session.get(Rendition, row.id) is not None


def _note(archive: Archive, result: BackupResult, actor: Actor) -> None:
    detail = {"folder": str(result.folder), "renditions": result.renditions, "bytes": result.bytes, "faults": len(result.faults)}
    with archive.begin() as session:
        ledger.write(session, "backup.made", ledger.Subject("instance"), actor=actor, now=archive.clock.now(), detail=detail)
