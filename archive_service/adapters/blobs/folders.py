"""Files and folders that are on the disk when the call returns.

Lives here: making, writing and flushing for the directory backend, and turning disk errors into ours.
A new name in a folder survives a power cut only once the folder itself has been flushed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from pathlib import Path

from archive_service.errors import StoreUnavailable

_FULL = "存储空间已满，本次内容没有保存，已有材料不受影响；请管理员清理磁盘后重新提交"
_BROKEN = "存储目录读写失败（{}），本次内容没有保存；请管理员检查磁盘"


@contextmanager
def disk_errors() -> Iterator[None]:
    """Raises: StoreUnavailable: for whatever the disk says, a full one in words of its own."""
    try:
        yield
    except OSError as error:
        full = error.errno in (ENOSPC, EDQUOT)
        raise StoreUnavailable(_FULL if full else _BROKEN.format(error.strerror)) from error


def make_folder(path: Path) -> None:
    """Make a folder and those above it, each durably; one that is there already is fine."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o750, exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, text: str) -> None:
    """Write a new read-only file and flush it; its name still needs `sync_folder`."""
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        os.fchmod(file.fileno(), 0o440)
