"""What a move of the store has proved so far, so that a run cut short goes on where it stopped.

Lives here: `Journal`, a file of lines `rendition-id sha256`, each written only after the bytes were read back at the target.
Not here: the move (migrate_store). A line that a kill cut in two is dropped: its bytes are proved again.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archive_service.errors import Conflict

BUSY = "另一个搬迁正在写 {path}；等它结束，或先停止它。"


class Journal:
    """Renditions proved at one target; open it through `opened`."""

    def __init__(self, file: BinaryIO, *, afresh: bool) -> None:
        self._file = file
        self._proved = {} if afresh else _read(file)

    def has(self, rendition_id: str, sha256: str) -> bool:
        """Whether these bytes were read back at the target in this run or an earlier one."""
        return self._proved.get(rendition_id) == sha256

    def add(self, rendition_id: str, sha256: str) -> None:
        """Write it down. Not flushed to the disk: what a power cut takes is only proved again."""
        self._proved[rendition_id] = sha256
        self._file.write(f"{rendition_id} {sha256}\n".encode())
        self._file.flush()


@contextmanager
def opened(path: Path, *, afresh: bool = False) -> Iterator[Journal]:
    """The journal of a target, for one run at a time; `afresh` believes nothing of earlier runs. Raises Conflict."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(BUSY.format(path=path), code="running") from error
        if afresh:
            file.truncate(0)
        yield Journal(file, afresh=afresh)


def _read(file: BinaryIO) -> dict[str, str]:
    file.seek(0)
    whole, _, _cut = file.read().rpartition(b"\n")
    file.truncate(len(whole) + 1 if whole else 0)
    lines = (line.split() for line in whole.decode("ascii", "replace").splitlines())
    return {words[0]: words[1] for words in lines if len(words) == 2}  # noqa: PLR2004 (id and digest)
