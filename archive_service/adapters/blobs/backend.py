"""What a place to keep bytes must be able to do; everything cleverer is in `store`.

Lives here: the protocol of the backends and what they remember of a blob. Not here: digests, ciphers, policy.
Both backends keep a key's first blob: a second one is turned away in `commit`, also when two writers race.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from archive_service.adapters.blobs.keys import Bucket


class KeyTaken(Exception):
    """A blob is already kept, durably, under this key; the draft was dropped. `version` is the one kept."""

    def __init__(self, version: str = "") -> None:
        super().__init__(version)
        self.version = version


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Kept beside the bytes, so that the store can be checked without the database.

    `bytes`, `sha256` and `sm3` are of the plain bytes, `sealed_*` of what the cipher made of them.
    """

    bytes: int
    sha256: str
    sm3: str
    media_type: str
    cipher: str
    sealed_bytes: int
    sealed_sha256: str


@dataclass(frozen=True, slots=True)
class Held:
    """One kept blob as the backend knows it; `there_bytes` is what lies there now, None where only the description is left."""

    about: About
    there_bytes: int | None
    version: str
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """`free_bytes` is None where the service does not tell; `detail` is for the operator, in Chinese."""

    reachable: bool
    free_bytes: int | None
    detail: str


class Draft(Protocol):
    """Bytes on their way in; nobody can see them before `commit`."""

    def write(self, chunk: bytes) -> None: ...

    def commit(self, about: About) -> str:
        """Keep the bytes durably and return their version. Raises: KeyTaken."""
        ...


class Backend(Protocol):
    """Raises `StoreUnavailable` wherever the place cannot be reached or is full, `BlobMissing` for an unknown key."""

    def prepare(self) -> None:
        """Make the buckets if needed and clear what dead writers left."""
        ...

    def draft(self, bucket: Bucket, key: str) -> AbstractContextManager[Draft]:
        """A draft that vanishes unless committed."""
        ...

    def held(self, bucket: Bucket, key: str, version: str = "") -> Held: ...
    def read(self, bucket: Bucket, key: str, version: str = "") -> Iterator[bytes]: ...

    def remove(self, bucket: Bucket, key: str, version: str = "") -> int:
        """Remove one version, or all if none is named; returns how many there were."""
        ...

    def keys(self, bucket: Bucket, prefix: str) -> Iterator[str]: ...
    def loose(self, bucket: Bucket) -> Iterator[str]:
        """What lies in the bucket and is part of no blob, by its place below it."""
        ...

    def lock(self, bucket: Bucket, key: str, until: datetime) -> None: ...
    def health(self) -> StoreHealth: ...
    def would_take(self) -> bool:
        """Whether every bucket would take bytes now, found out without keeping any; never raises."""
        ...
