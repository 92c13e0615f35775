"""The directory of an index installation: which index serves, and who may write.

Lives here: the pointer `CURRENT` and its switch, names of new indexes, removal of those that serve no more, the locks.
"""

import fcntl
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive_service.adapters.search_index.embedded.manifest import replace_durably
from archive_service.errors import IndexUnavailable

POINTER = "CURRENT"
WRITER_LOCK, REBUILD_LOCK = "writer.lock", "rebuild.lock"
DIRECTORY_MODE = 0o700

_POLL_SECONDS = 0.02


def current_directory(root: Path) -> Path:
    """The index that serves.

    Raises:
        FileNotFoundError: there is none.
    """
    return root / (root / POINTER).read_text(encoding="utf-8").strip()


def new_directory(root: Path) -> Path:
    """An empty directory for an index to be built in."""
    root.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    directory = root / f"index-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{uuid.uuid4().hex[:6]}"
    directory.mkdir(mode=DIRECTORY_MODE)
    return directory


def switch_to(directory: Path) -> None:
    """Lets the directory serve from now on and removes all others; readers that have them open keep their files."""
    replace_durably(directory.parent / POINTER, directory.name)
    remove_others(directory.parent)


def remove_others(root: Path) -> None:
    """Removes indexes that do not serve. The caller holds the rebuild lock, so none is being built."""
    serving = (root / POINTER).read_text(encoding="utf-8").strip() if (root / POINTER).exists() else ""
    for directory in root.glob("index-*"):
        if directory.name != serving:
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def locked(root: Path, name: str, wait_seconds: float) -> Iterator[None]:
    """Holds a lock against every other process and thread; the system frees it when the holder dies.

    Raises:
        IndexUnavailable: another holds it for longer than the wait.
    """
    root.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    give_up_at = time.monotonic() + wait_seconds
    with (root / name).open("a") as file:
        while not _try_lock(file.fileno()):
            if time.monotonic() > give_up_at:
                raise IndexUnavailable("另一个进程正在写检索索引，请稍后再试。已保存的材料不受影响。")
            time.sleep(_POLL_SECONDS)
        yield


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
