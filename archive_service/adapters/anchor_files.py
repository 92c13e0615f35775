"""Anchor files: small JSON files that say how far the ledger's chain went and what its head was, kept apart from the database.

Lives here: the form of an anchor, reading and writing a folder of them. Not here: what goes into one, and what they prove
(services.ledger_anchors). Files are written once, flushed, and never replaced; the form is a promise to outsiders (docs/ledger.md).
"""

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from archive_service.adapters.blobs.folders import make_folder, sync_folder, write_durably
from archive_service.errors import Damaged, Unavailable

FORMAT = "xueji-ledger-anchor/1"
NONE = "0" * 64
_NAME = re.compile(r"ledger-\d{4}-\d\d-\d\d(-\d{6})?\.json")


@dataclass(frozen=True)
class Anchor:
    """The chain up to link `seq`, whose digest is `head`; `events` of them since the anchor of the day before.

    `previous` is the SHA-256 of that anchor's file. `whole_day`: no event of this date or before comes after `seq`.
    """

    date: date
    whole_day: bool
    seq: int
    events: int
    head: str
    previous: str

    @property
    def text(self) -> str:
        """The file's content, to the byte."""
        values = {"format": FORMAT, **asdict(self), "date": self.date.isoformat()}
        return json.dumps(values, indent=1, sort_keys=True) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class AnchorFile:
    """An anchor under its file's name."""

    name: str
    anchor: Anchor


def name_of(day: date) -> str:
    """What the file of a whole day's anchor is called."""
    return f"ledger-{day}.json"


def paths(folder: Path) -> list[Path]:
    """The anchors in a folder, by name; none when there is no folder. Raises Unavailable."""
    try:
        return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name)) if folder.is_dir() else []
    except OSError as error:
        raise _away(error) from error


def read(folder: Path) -> list[AnchorFile]:
    """All anchors of a folder. Raises Damaged, Unavailable."""
    return [read_file(path) for path in paths(folder)]


def read_file(path: Path) -> AnchorFile:
    """One anchor; whatever the service would not have written byte for byte is refused. Raises Damaged, Unavailable."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _away(error) from error
    try:
        values = json.loads(content)
        fields = {name: values[name] for name in ("whole_day", "seq", "events", "head", "previous")}
        anchor = Anchor(date=date.fromisoformat(values["date"]), **fields)
    except (ValueError, KeyError, TypeError) as error:
        raise _not_ours(path) from error
    if anchor.text.encode() != content:
        raise _not_ours(path)
    return AnchorFile(path.name, anchor)


def write(folder: Path, name: str, anchor: Anchor) -> AnchorFile:
    """Write an anchor; one of that name with the same content stays, with other content it is refused.

    The file has its name only once it is whole and flushed. Raises Damaged, Unavailable.
    """
    path, part = folder / name, folder / f"{name}.{os.getpid()}.part"
    if path.exists():
        if read_file(path).anchor != anchor:
            raise Damaged(f"存证文件 {name} 已有，内容不同，没有改写；请核对台账与存证。", code="anchor_differs")
        return AnchorFile(name, anchor)
    try:
        make_folder(folder)
        part.unlink(missing_ok=True)
        write_durably(part, anchor.text)
        part.rename(path)
        sync_folder(folder)
    except OSError as error:
        raise _away(error) from error
    return AnchorFile(name, anchor)


def _not_ours(path: Path) -> Damaged:
    return Damaged(f"存证文件 {path.name} 不是本系统写成的样子，可能被改动或没有写完。", code="anchor_damaged")


def _away(error: OSError) -> Unavailable:
    return Unavailable(f"存证目录无法读写（{error.strerror}）；台账照常封存，存证待目录恢复后补写。", code="anchors_unavailable")
