"""The directory backend: one machine, one folder, ordinary files a person can find again without this program.

Lives here: `<root>/<bucket>/<key>.blob/{content,about.json,lock.json}` and how it gets there in one step.
Not here: digests and ciphers (`store`). A blob is written as a folder under `<root>/drafts`, flushed to the disk, and
renamed into place: the rename fails if the key is taken, so of two writers one wins, and a crash leaves only a draft.

The lock is best effort: this program refuses to remove a locked blob and the files are read-only, but whoever
administers the machine can. Where compliance is required, use an S3 service with object lock.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from errno import EEXIST, ENOTEMPTY
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from archive_service.adapters.blobs.backend import About, Held, KeyTaken, StoreHealth
from archive_service.adapters.blobs.digests import CHUNK_BYTES
from archive_service.adapters.blobs.folders import disk_errors, make_folder, sync_folder, write_durably
from archive_service.adapters.blobs.keys import Bucket
from archive_service.errors import ArchiveError, BlobMissing, FixityMismatch, StoreUnavailable

_SUFFIX = ".blob"
_CONTENT, _ABOUT, _LOCK = "content", "about.json", "lock.json"
_READ_ONLY = 0o440
_NOT_THERE = "存储目录不在，可能磁盘没有挂载；材料不受影响，请管理员检查"
_DRAFT_SECONDS = 60  # a younger draft may not yet have taken the file lock that shows its writer is alive


class DirectoryBackend:
    """Keeps blobs below one folder of a local, POSIX file system."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def prepare(self) -> None:
        with disk_errors():
            for name in ("drafts", *Bucket):
                make_folder(self._root / name)
            for draft in (self._root / "drafts").iterdir():
                _remove_if_dead(draft)

    @contextmanager
    def draft(self, bucket: Bucket, key: str) -> Iterator["_Draft"]:
        folder = self._root / "drafts" / uuid4().hex
        with disk_errors():
            folder.mkdir(mode=0o750)  # alone: a store that is not mounted must not grow anew beneath the mount point
            file = (folder / _CONTENT).open("xb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield _Draft(folder, file, self._home(bucket, key))
        finally:
            with disk_errors():
                _discard(file)
            shutil.rmtree(folder, ignore_errors=True)

    def held(self, bucket: Bucket, key: str, version: str = "") -> Held:  # noqa: ARG002 - there is only one
        home = self._home(bucket, key)
        try:
            about = About(**json.loads((home / _ABOUT).read_text("utf-8")))
        except FileNotFoundError as error:
            raise self._absent(bucket, key) from error
        except (ValueError, TypeError) as error:
            raise FixityMismatch(f"{bucket}/{key} 的存储说明无法读取") from error
        return Held(about, _size_of(home / _CONTENT), "", _locked_until(home))

    def read(self, bucket: Bucket, key: str, version: str = "") -> Iterator[bytes]:  # noqa: ARG002 - there is only one
        with disk_errors():
            try:
                file = (self._home(bucket, key) / _CONTENT).open("rb")
            except FileNotFoundError as error:
                raise self._absent(bucket, key) from error
            with file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk

    def remove(self, bucket: Bucket, key: str, version: str = "") -> int:  # noqa: ARG002 - there is only one
        home = self._home(bucket, key)
        grave = self._root / "drafts" / uuid4().hex
        with disk_errors():
            try:
                home.rename(grave)  # gone in one step: no reader sees half a blob
            except FileNotFoundError:
                return 0
            sync_folder(home.parent)
            shutil.rmtree(grave)
        return 1

    def keys(self, bucket: Bucket, prefix: str) -> Iterator[str]:
        base = self._root / bucket
        if not base.is_dir():
            raise StoreUnavailable(_NOT_THERE)
        start = base / prefix.rpartition("/")[0]
        for folder, names, _ in os.walk(start):
            below = Path(folder).relative_to(base)
            found = [name for name in names if name.endswith(_SUFFIX)]
            names[:] = [name for name in names if not name.endswith(_SUFFIX)]
            keys = ((below / name.removesuffix(_SUFFIX)).as_posix() for name in found)
            yield from (key for key in keys if key.startswith(prefix))

    def loose(self, bucket: Bucket) -> Iterator[str]:
        base = self._root / bucket
        for folder, names, files in os.walk(base):
            is_blob = folder.endswith(_SUFFIX)
            odd = [*names, *(name for name in files if not _is_ours(name))] if is_blob else files
            names[:] = [] if is_blob else names
            yield from ((Path(folder) / name).relative_to(base).as_posix() for name in odd)

    def lock(self, bucket: Bucket, key: str, until: datetime) -> None:
        home = self._home(bucket, key)
        with disk_errors():
            fresh = home / f"{_LOCK}.{uuid4().hex}"
            write_durably(fresh, json.dumps({"locked_until": until.isoformat()}))
            fresh.replace(home / _LOCK)
            sync_folder(home)

    def health(self) -> StoreHealth:
        try:
            free_bytes = shutil.disk_usage(self._root / "drafts").free
        except OSError as error:
            return StoreHealth(reachable=False, free_bytes=None, detail=f"存储目录无法访问：{error.strerror}")
        return StoreHealth(reachable=True, free_bytes=free_bytes, detail="目录存储正常")

    def would_take(self) -> bool:
        folders = [self._root / name for name in ("drafts", *Bucket)]
        try:
            return shutil.disk_usage(folders[0]).free > 0 and all(map(_may_write, folders))
        except OSError:
            return False

    def _absent(self, bucket: Bucket, key: str) -> ArchiveError:
        """An empty mount point is a store that is away, not one that has lost everything."""
        if not (self._root / bucket).is_dir():
            return StoreUnavailable(_NOT_THERE)
        return BlobMissing(f"存储中没有 {bucket}/{key}")

    def _home(self, bucket: Bucket, key: str) -> Path:
        return self._root / bucket / f"{key}{_SUFFIX}"


class _Draft:
    def __init__(self, folder: Path, file: BinaryIO, home: Path) -> None:
        self._folder, self._file, self._home = folder, file, home

    def write(self, chunk: bytes) -> None:
        with disk_errors():
            self._file.write(chunk)

    def commit(self, about: About) -> str:
        with disk_errors():
            self._file.flush()
            os.fsync(self._file.fileno())
            os.fchmod(self._file.fileno(), _READ_ONLY)
            # The read-back should see the disk, not the memory the bytes were just written from.
            os.posix_fadvise(self._file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            write_durably(self._folder / _ABOUT, json.dumps(asdict(about)))
            sync_folder(self._folder)
            make_folder(self._home.parent)
            taken = not _rename(self._folder, self._home)
            sync_folder(self._home.parent)  # also when taken: the winner may have died before it got here
        if taken:
            raise KeyTaken
        return ""


def _rename(source: Path, target: Path) -> bool:
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in (EEXIST, ENOTEMPTY):
            return False
        raise
    return True


def _discard(file: BinaryIO) -> None:
    """Close without failing a second time on what could not be flushed to a full disk."""
    try:
        file.close()
    except OSError:
        if not file.closed:
            raise


def _is_ours(name: str) -> bool:
    """Whether the name is one of a blob's files; a lock is written beside the old one first."""
    return name in (_CONTENT, _ABOUT, _LOCK) or name.startswith(f"{_LOCK}.")


def _size_of(content: Path) -> int | None:
    with disk_errors():
        try:
            return content.stat().st_size
        except FileNotFoundError:
            return None


def _locked_until(home: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads((home / _LOCK).read_text("utf-8"))["locked_until"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError) as error:
        raise FixityMismatch(f"{home.name} 的锁定说明无法读取") from error


def _remove_if_dead(draft: Path) -> None:
    """Remove a draft whose writer has gone; a living one holds the file lock."""
    try:
        if time.time() - draft.stat().st_mtime < _DRAFT_SECONDS:
            return
        with (draft / _CONTENT).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    except FileNotFoundError:
        pass
    shutil.rmtree(draft, ignore_errors=True)


def _may_write(folder: Path) -> bool:
    """As far as can be told without writing."""
    return os.access(folder, os.W_OK | os.X_OK) and not os.statvfs(folder).f_flag & os.ST_RDONLY
