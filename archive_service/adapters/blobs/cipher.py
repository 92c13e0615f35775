"""The cipher seam: what turns plain bytes into stored bytes and back.

Lives here: the protocol, the null cipher, and AES-256-GCM in chunks. Not here: where keys are kept (settings, opening).
Called by `BlobStore` only. Digests in rows are of the plain bytes, so a change of cipher changes no row.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from secrets import token_bytes
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_MAGIC = b"XJC1"
_SALT_BYTES, _KEY_BYTES, _TAG_BYTES = 32, 32, 16
_PLAIN_CHUNK = 1 << 16
_NAME_BYTES = 16
_HEADER = struct.Struct(f">4s{_NAME_BYTES}s{_SALT_BYTES}s")
_NONCE = struct.Struct(">3xQB")


class CipherError(Exception):
    """Stored bytes do not open: altered, cut short, moved to another key, or sealed under a key that is not at hand."""


class Cipher(Protocol):
    """Seals and opens a stream; `context` (bucket and key) is bound in, so that two blobs cannot be swapped."""

    @property
    def name(self) -> str: ...
    def seal(self, plain: Iterable[bytes], context: bytes) -> Iterator[bytes]: ...
    def open(self, sealed: Iterable[bytes], context: bytes) -> Iterator[bytes]: ...


class NullCipher:
    """Stores the bytes as they are."""

    name = "none"

    def seal(self, plain: Iterable[bytes], context: bytes) -> Iterator[bytes]:  # noqa: ARG002 - part of the protocol
        yield from plain

    def open(self, sealed: Iterable[bytes], context: bytes) -> Iterator[bytes]:  # noqa: ARG002 - part of the protocol
        yield from sealed


class AesGcmCipher:
    """AES-256-GCM over chunks of 64 KiB, each blob under its own derived key.

    Each chunk's nonce is its place and whether it is the last, so chunks cannot be dropped, moved or repeated (the
    STREAM construction). The key of a blob is derived from the master key and 32 random bytes: with a fresh key a
    counter is a safe nonce, however many blobs there are.
    """

    name = "aes-256-gcm"

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        """`keys` by name (at most 16 ASCII characters): old ones stay listed to open old blobs, `current` seals."""
        if current not in keys:
            raise ValueError(f"no key named {current!r}")
        for key_name, key in keys.items():
            if len(key) != _KEY_BYTES or not 0 < len(key_name.encode("ascii")) <= _NAME_BYTES:
                raise ValueError(f"key {key_name!r}: 32 bytes and a name of 1 to 16 characters are needed")
        self._keys = dict(keys)
        self._current = current

    def seal(self, plain: Iterable[bytes], context: bytes) -> Iterator[bytes]:
        salt = token_bytes(_SALT_BYTES)
        header = _HEADER.pack(_MAGIC, self._current.encode(), salt)
        aead = self._derive(self._keys[self._current], salt)
        yield header
        for place, chunk, last in _regroup(plain, _PLAIN_CHUNK):
            yield aead.encrypt(_NONCE.pack(place, last), chunk, header + context)

    def open(self, sealed: Iterable[bytes], context: bytes) -> Iterator[bytes]:
        stream = iter(sealed)
        header, rest = _take(stream, _HEADER.size)
        magic, padded_name, salt = _HEADER.unpack(header)
        key = self._keys.get(padded_name.rstrip(b"\0").decode("ascii", "replace"))
        if magic != _MAGIC or key is None:
            raise CipherError(f"no key for {padded_name!r}, format {magic!r}")
        aead = self._derive(key, salt)
        for place, chunk, last in _regroup(_prepend(rest, stream), _PLAIN_CHUNK + _TAG_BYTES):
            try:
                yield aead.decrypt(_NONCE.pack(place, last), chunk, header + context)
            except InvalidTag as error:
                raise CipherError(f"chunk {place} does not open") from error

    @staticmethod
    def _derive(key: bytes, salt: bytes) -> AESGCM:
        return AESGCM(HKDF(SHA256(), _KEY_BYTES, salt, b"xueji blob").derive(key))


def _regroup(chunks: Iterable[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Chunks of exactly `size`, the last one shorter or empty, with their place and whether it is the last."""
    held, place = bytearray(), 0
    for chunk in chunks:
        held += chunk
        while len(held) > size:  # a full chunk is kept back until it is known not to be the last
            yield place, bytes(held[:size]), False
            del held[:size]
            place += 1
    yield place, bytes(held), True


def _take(stream: Iterator[bytes], size: int) -> tuple[bytes, bytes]:
    held = b""
    while len(held) < size:
        chunk = next(stream, b"")
        if not chunk:
            raise CipherError("shorter than its header")
        held += chunk
    return held[:size], held[size:]


def _prepend(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
