"""What an index consists of at one generation, and the proof that its files are those that were written.

Lives here: `manifest.json` (segments, gone pages, size and BLAKE2b of every file, fingerprint, last job, its own digest),
its durable writing, and the checks of it.
Renaming the manifest is the commit: before it the old files are still all there, after it the new ones are on disk.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from archive_service.adapters.search_index.interface import State

MANIFEST = "manifest.json"
CONDEMNED = "condemned"
"""Its presence says that a reader met damage: no process may answer from this index any more."""

QUICKLY_READ_BYTES = 2_000_000  # milliseconds; the long files of large segments are read by `health(deep=True)`
PRIVATE = 0o600  # posting files hold pickled parts: the directory is code to whoever opens it


class BadIndex(Exception):
    """The index cannot be trusted; the message says why, in Chinese."""

    state = State.DAMAGED


class ForeignIndex(BadIndex):
    """It was made under other rules of folding, tokens or storage."""

    state = State.FOREIGN


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment and the file that lists its gone pages, if any."""

    name: str
    count: int
    gone: int = 0
    gone_file: str = ""

    @property
    def live(self) -> int:
        return self.count - self.gone


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What a file must be."""

    size: int
    blake2b: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation of an index."""

    fingerprint: str
    generation: int = 0
    job_id: int = 0
    segments: tuple[SegmentEntry, ...] = ()
    files: dict[str, FileEntry] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        return sum(segment.live for segment in self.segments)

    @property
    def size_bytes(self) -> int:
        return sum(entry.size for entry in self.files.values())

    def next(self, *, job_id: int, segments: Iterable[SegmentEntry], files: dict[str, FileEntry]) -> "Manifest":
        """The following generation; files that belong to no segment any more are left out."""
        kept = tuple(segments)
        names = {segment.name for segment in kept}
        gone_files = {segment.gone_file for segment in kept}
        mentioned = {
            name: entry
            for name, entry in (self.files | files).items()
            if (name in gone_files if name.endswith(".gone") else segment_of(name) in names)
        }
        return replace(self, generation=self.generation + 1, job_id=max(job_id, self.job_id), segments=kept, files=mentioned)


def segment_of(file_name: str) -> str:
    """Which segment a file belongs to: s12.pages and pages_s12.trm are of s12."""
    return file_name.split(".", 1)[0].removeprefix("pages_")


def seal(path: Path) -> FileEntry:
    """Makes a new file private and durable, and takes its size and digest."""
    with path.open("rb") as file:
        os.fchmod(file.fileno(), PRIVATE)
        digest = hashlib.file_digest(file, _blake2b).hexdigest()
        os.fsync(file.fileno())
        return FileEntry(os.fstat(file.fileno()).st_size, digest)


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """The commit. The files it names must have been sealed."""
    body = asdict(manifest)
    replace_durably(directory / MANIFEST, json.dumps(body | {"digest": _digest(body)}, ensure_ascii=False, indent=1))


def read_manifest(directory: Path, fingerprint: str) -> Manifest:
    """The manifest, checked by itself.

    Raises:
        FileNotFoundError: there is none.
        BadIndex: it is damaged, or the index was made under other rules.
    """
    if (directory / CONDEMNED).exists():
        raise BadIndex("索引内容已被发现损坏")
    try:
        body = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        digest = body.pop("digest")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BadIndex("索引清单无法读取") from error
    if digest != _digest(body):
        raise BadIndex("索引清单的校验值不符")
    if body["fingerprint"] != fingerprint:
        raise ForeignIndex("索引是按另一套规则建立的")
    body["segments"] = tuple(SegmentEntry(**segment) for segment in body["segments"])
    body["files"] = {name: FileEntry(**entry) for name, entry in body["files"].items()}
    return Manifest(**body)


def check_files(directory: Path, manifest: Manifest, *, trusted: Mapping[str, FileEntry], read_up_to: float = QUICKLY_READ_BYTES) -> None:
    """Compares sizes, and the digests of files that are not trusted yet and not longer than `read_up_to`.

    Raises:
        FileNotFoundError: a file is missing (a later commit may have removed it: look for a newer manifest first).
        BadIndex: a file is not what was written.
    """
    for name, entry in manifest.files.items():
        path = directory / name
        sound = path.stat().st_size == entry.size
        if sound and entry.size <= read_up_to and trusted.get(name) != entry:
            with path.open("rb") as file:
                sound = hashlib.file_digest(file, _blake2b).hexdigest() == entry.blake2b
        if not sound:
            raise BadIndex(f"索引文件 {name} 已损坏")


def condemn(directory: Path) -> None:
    """Takes an index out of use in every process; only a rebuild helps."""
    (directory / CONDEMNED).touch(mode=PRIVATE)


def replace_durably(path: Path, content: str) -> None:
    """Writes beside and renames over, so that readers see the old or the new file and a power cut leaves one of them."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=PRIVATE)
    with fresh.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(path.parent)
    fresh.rename(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Makes names in the directory durable."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _blake2b() -> Any:  # noqa: ANN401 - hashlib's own type is private
    return hashlib.blake2b(digest_size=20)


def _digest(body: dict[str, Any]) -> str:
    content = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.blake2b(content, digest_size=20).hexdigest()
