"""The shape of a backup on disk: what lies where, and the two lists that prove it whole.

`manifest-sha256.txt` has a line for each file in the form `sha256sum -c` reads, so that a backup can be checked anywhere without this
program; `backup.json` says when, of what, with which counts, and holds the digest of that list. Both are written last.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from archive_service.adapters.blobs.folders import sync_folder
from archive_service.errors import FixityMismatch, Rejected, Unavailable

FORMAT = "xueji-backup-1"
DATABASE, MANIFEST, ABOUT, MEDIA_TYPES = "database", "manifest-sha256.txt", "backup.json", "media-types.txt"
SIDE_FILES = ("config.toml", "demo.json")  # of the instance, beside its rows and bytes
SHEETS = "tasks"  # of tasks that had not ended, as in XUEJI_HOME
BLOBS = "blobs"
ANCHORS = "anchors"  # of the ledger, whatever folder the instance keeps them in
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class LedgerHead:
    """Where the chain stood: what is put back must end here."""

    events: int
    sealed: int
    digest: str


@dataclass(frozen=True)
class About:
    """What `backup.json` says besides the digest of the manifest."""

    format: str
    made_at: datetime
    version: str
    schema: str
    database: str
    counts: Mapping[str, int]
    ledger: LedgerHead


class Writer:
    """Writes files of a backup, each to the disk for good, and remembers their digests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: list[str] = []
        self._media_types: list[str] = []

    def add(self, name: str, source: BinaryIO, *, sha256: str, media_type: str) -> None:
        """Copy a stream and read the copy back; what is not as expected leaves nothing behind.

        Raises:
            FixityMismatch: the stream is not what its digest says.
            Unavailable: the disk of the backup does not keep what it is given.
        """
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        is_whole = False
        try:
            if _copy(source, path) != sha256:
                raise FixityMismatch(f"{name} 与登记的摘要不符")
            if digest_of(path) != sha256:
                raise Unavailable(f"{name} 写入备份后读出的内容不同，备份所在的磁盘不可靠；换一块磁盘再备份。", code="backup_disk")
            is_whole = True
        finally:
            if not is_whole:
                path.unlink(missing_ok=True)
        self._lines.append(_line(sha256, name))
        self._media_types.append(_line(media_type, name))

    def add_written(self, name: str) -> None:
        """Take in a file that is in the folder already."""
        self._lines.append(_line(_sync_and_digest(self._folder / name), name))

    def finish(self, about: About, *, is_complete: bool) -> None:
        """Write the lists."""
        (self._folder / MEDIA_TYPES).write_text("".join(self._media_types), encoding="utf-8")
        self.add_written(MEDIA_TYPES)
        manifest = self._folder / MANIFEST
        manifest.write_text("".join(self._lines), encoding="utf-8")
        values = {**asdict(about), "is_complete": is_complete, "files": len(self._lines), "manifest_sha256": _sync_and_digest(manifest)}
        (self._folder / ABOUT).write_text(json.dumps(values, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
        _sync_and_digest(self._folder / ABOUT)
        for folder in (self._folder, *(each for each in self._folder.rglob("*") if each.is_dir())):
            sync_folder(folder)


def read_about(folder: Path) -> dict[str, Any]:
    """What `backup.json` says. Raises Rejected when it is no backup of ours, or its list of files was touched."""
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text("utf-8"))
        is_ours = about["format"] == FORMAT
        is_whole = digest_of(folder / MANIFEST) == about["manifest_sha256"]
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError) as error:
        raise Rejected(f"{folder} 不是完整的备份（缺少或读不懂 {ABOUT}、{MANIFEST}）。", code="no_backup") from error
    if not is_ours:
        raise Rejected(f"{folder} 的备份格式 {about['format']} 本程序不认识；用做备份的那个版本恢复。", code="format")
    if not is_whole:
        raise Rejected(f"{folder} 的清单 {MANIFEST} 已被改动，不能恢复；换用另一份备份。", code="manifest")
    return about


def manifest_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and digest of each file. Raises Rejected for a name that leaves the folder."""
    for line in (folder / MANIFEST).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise Rejected(f"清单中的文件名 {name} 指向目录之外，不能恢复。", code="manifest")
        yield name, digest


def media_types_of(folder: Path) -> dict[str, str]:
    """Media type of each blob by its name in the backup."""
    lines = (line.partition("  ") for line in (folder / MEDIA_TYPES).read_text("utf-8").splitlines())
    return {name: media_type for media_type, _, name in lines}


def blob_path(bucket: str, key: str) -> str:
    """Where a blob lies below the backup."""
    return f"{BLOBS}/{bucket}/{key}"


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(source: BinaryIO, path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("xb") as file:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # so that it is read back from the disk
    return digest.hexdigest()


def _sync_and_digest(path: Path) -> str:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _line(value: str, name: str) -> str:
    return f"{value}  {name}\n"
