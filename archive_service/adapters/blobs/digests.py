"""Digests counted while bytes flow past, so that nothing is read twice.

Lives here: SHA-256 and SM3 over a stream of chunks, and cutting a source into chunks. Not here: comparing them.
SM3 comes from `cryptography`, whose wheels bring their own OpenSSL; the system's may have been built without it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes

CHUNK_BYTES = 1 << 20


class Digests:
    """Size, SHA-256 and (on request) SM3 of what went through."""

    def __init__(self, *, with_sm3: bool = True) -> None:
        self.bytes = 0
        self._sha256 = hashlib.sha256()
        self._sm3 = hashes.Hash(hashes.SM3()) if with_sm3 else None

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the chunks on, counting them."""
        for chunk in chunks:
            self.add(chunk)
            yield chunk

    def add(self, chunk: bytes) -> None:
        self.bytes += len(chunk)
        self._sha256.update(chunk)
        if self._sm3:
            self._sm3.update(chunk)

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def sm3(self) -> str:
        if self._sm3 is None:
            raise ValueError("SM3 was not asked for")
        return self._sm3.copy().finalize().hex()


def chunks_of(source: bytes | BinaryIO | Path) -> Iterator[bytes]:
    """The bytes of a source in order, in chunks of at most one mebibyte; an open file is read from where it stands."""
    match source:
        case bytes():
            for start in range(0, len(source), CHUNK_BYTES):
                yield source[start : start + CHUNK_BYTES]
        case Path():
            with source.open("rb") as file:
                yield from chunks_of(file)
        case _:
            while chunk := source.read(CHUNK_BYTES):
                yield chunk
