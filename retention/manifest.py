"""The list with digests that travels with a custody transfer (移交清单): built, written, read back, verified.

Lives here: Entry, Manifest, `build`, `dump`, `parse`, `verify`. Not here: reading blobs, packages, receipts.
The same entries give the same bytes, so two sides can compare one digest.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256

VERSION = 1
_HEX = frozenset("0123456789abcdef")
_DIGEST_LENGTH = 64


class ManifestError(Exception):
    """The bytes are no manifest of ours."""


class FindingCode(StrEnum):
    """What verifying can find."""

    MISSING = "missing"
    UNLISTED = "unlisted"
    DIGEST_DIFFERS = "digest_differs"
    SIZE_DIFFERS = "size_differs"
    PAGES_DIFFER = "pages_differ"


_TEXTS = {
    FindingCode.MISSING: "清单所列文件未收到",
    FindingCode.UNLISTED: "收到的文件不在清单内",
    FindingCode.DIGEST_DIFFERS: "内容与清单摘要不符",
    FindingCode.SIZE_DIFFERS: "字节数与清单不符",
    FindingCode.PAGES_DIFFER: "页数与清单不符",
}


@dataclass(frozen=True, order=True)
class Entry:
    """One rendition on the list; `path` is its place in the package, `sha256` the digest of its plain bytes."""

    path: str
    sha256: str
    size_bytes: int
    page_count: int


@dataclass(frozen=True)
class Finding:
    """A difference between list and goods; `listed` and `found` are the two values as text."""

    code: FindingCode
    path: str
    listed: str = ""
    found: str = ""

    @property
    def text(self) -> str:
        """In words for both sides of the transfer."""
        return f"{_TEXTS[self.code]}:{self.path}"


@dataclass(frozen=True)
class Manifest:
    """The list, in order of path."""

    transfer_ref: str
    entries: tuple[Entry, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes of everything listed."""
        return sum(entry.size_bytes for entry in self.entries)

    @property
    def page_count(self) -> int:
        """Pages of everything listed."""
        return sum(entry.page_count for entry in self.entries)

    @property
    def sha256(self) -> str:
        """Digest of the list itself, for the inventory both sides sign."""
        return sha256(dump(self)).hexdigest()


def build(transfer_ref: str, entries: Iterable[Entry]) -> Manifest:
    """A manifest in stable order.

    Raises:
        ManifestError: a path is unsafe or given twice, a digest or figure has no proper form.
    """
    ordered = tuple(sorted(entries))
    counts = Counter(entry.path for entry in ordered)
    faults = [f"path given twice: {path}" for path, count in counts.items() if count > 1]
    faults += [f"not a proper entry: {entry.path}" for entry in ordered if not _is_proper(entry)]
    if faults:
        raise ManifestError("; ".join(faults))
    return Manifest(transfer_ref, ordered)


def dump(manifest: Manifest) -> bytes:
    """The manifest as bytes: sorted keys, one form only."""
    data = {
        "version": VERSION,
        "transfer_ref": manifest.transfer_ref,
        "entries": [asdict(entry) for entry in manifest.entries],
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def parse(content: bytes) -> Manifest:
    """The manifest behind the bytes, checked like a new one.

    Raises:
        ManifestError: not JSON, another version, wrong fields, or faults as in `build`.
    """
    try:
        data = json.loads(content)
        if data["version"] != VERSION:
            raise ManifestError(f"version {data['version']} is not known")
        return build(data["transfer_ref"], [Entry(**entry) for entry in data["entries"]])
    except (ValueError, KeyError, TypeError) as error:
        raise ManifestError(f"not a manifest: {error}") from error


def verify(manifest: Manifest, received: Iterable[Entry]) -> list[Finding]:
    """Every difference between the list and what was received and measured; empty when all is there and equal."""
    listed = {entry.path: entry for entry in manifest.entries}
    found = {entry.path: entry for entry in received}
    findings = [Finding(FindingCode.MISSING, path) for path in listed if path not in found]
    findings += [Finding(FindingCode.UNLISTED, path) for path in sorted(found) if path not in listed]
    for path in (path for path in listed if path in found):
        findings += _differences(listed[path], found[path])
    return findings


def _differences(listed: Entry, found: Entry) -> list[Finding]:
    pairs = (
        (FindingCode.DIGEST_DIFFERS, listed.sha256, found.sha256),
        (FindingCode.SIZE_DIFFERS, listed.size_bytes, found.size_bytes),
        (FindingCode.PAGES_DIFFER, listed.page_count, found.page_count),
    )
    return [Finding(code, listed.path, str(one), str(other)) for code, one, other in pairs if one != other]


def _is_proper(entry: Entry) -> bool:
    parts = entry.path.split("/")
    return (
        all(part not in {"", ".", ".."} and "\\" not in part for part in parts)
        and len(entry.sha256) == _DIGEST_LENGTH
        and set(entry.sha256) <= _HEX
        and min(entry.size_bytes, entry.page_count) >= 0
    )
