"""Files of a folder that are to be taken in: which, in what order, and which are left alone.

Lives here: walking a folder, what is refused before it is opened, reading one file. Not here: taking in (ingest), waiting for files
that are still being written (ingest_watch). Links are never followed: a folder that everyone may write to must not lend its
reader's eyes.
"""

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive_service.errors import Rejected

# What scanners, browsers, editors and copying programs call a file they have not finished.
_PARTIAL = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".swp", "~")
_LOCKS = ("~$", ".~")
_BOOKKEEPING = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True, order=True)
class FolderFile:
    """A file of a folder; `name` is its path below the folder, with slashes, in composed Unicode."""

    name: str
    path: Path

    @property
    def bare_name(self) -> str:
        """Its own name."""
        return self.name.rpartition("/")[2]


def files_of(folder: Path) -> list[FolderFile]:
    """Every file to be looked at, links and strange files included, by name; hidden and unfinished ones are left alone.

    Raises:
        Rejected: it is no folder, or only a link to one.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise Rejected(f"{folder} 不是可以读取的目录。", code="no_folder")
    return sorted(FolderFile(unicodedata.normalize("NFC", path.relative_to(folder).as_posix()), path) for path in _walk(folder))


def read_file(path: Path, *, max_bytes: int) -> bytes:
    """The bytes of one regular file.

    Raises:
        Rejected: a link, a special file, or one that is too large to be opened.
        FileNotFoundError: it has gone meanwhile.
    """
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        what = "链接" if stat.S_ISLNK(found.st_mode) else "特殊文件"
        raise Rejected(f"这是{what}，不是普通文件，没有接收；请放入文件本身。", code="not_a_file")
    if found.st_size > max_bytes:
        raise Rejected(f"文件超过 {max_bytes // 1024 // 1024} MB，没有接收；分成几份后再送。", code="too_large", status=413)
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read(max_bytes + 1)


def _walk(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if _is_left_alone(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path))
            else:
                yield Path(entry.path)


def _is_left_alone(name: str) -> bool:
    folded = name.casefold()
    return folded.startswith((".", *_LOCKS)) or folded.endswith(_PARTIAL) or folded in _BOOKKEEPING
