"""The blob store that services use: put, get, check, lock, expunge.

Lives here: digests of the plain bytes, the cipher, the read-back after writing, and what is refused. Not here: how a
backend keeps bytes (`directory`, `s3`) and rows. The order is always: bytes, checked, then the row that names them.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from archive_service.adapters.blobs.backend import About, Backend, Held, KeyTaken, StoreHealth
from archive_service.adapters.blobs.cipher import Cipher, CipherError, NullCipher
from archive_service.adapters.blobs.digests import CHUNK_BYTES, Digests, chunks_of
from archive_service.adapters.blobs.keys import Bucket, checked_key, checked_prefix
from archive_service.adapters.blobs.reading import VerifyingStream
from archive_service.clock import civil
from archive_service.errors import BlobMissing, Conflict, FixityMismatch, Refused, StoreUnavailable

Source: TypeAlias = bytes | BinaryIO | Path

# Ceph counts a lock in 32-bit seconds: one until 2150 was seen to come back as 2013, that is, open.
LATEST_LOCK = datetime(2105, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """What the store knows of one blob; size and digests are of the plain bytes, digests in lower-case hexadecimal.

    `version` is the store's own name for this copy, empty where a store keeps only one.
    """

    bucket: Bucket
    key: str
    bytes: int
    sha256: str
    sm3: str
    version: str
    media_type: str
    locked_until: datetime | None = None


class BlobStore:
    """Blobs by bucket and key, each written once and never changed."""

    def __init__(self, backend: Backend, cipher: Cipher | None = None) -> None:
        self._backend = backend
        self._cipher = cipher or NullCipher()
        self._ciphers = {cipher.name: cipher for cipher in (NullCipher(), self._cipher)}

    def prepare(self) -> None:
        """Make the buckets where missing and clear what dead writers left; safe to call at every start.

        Raises:
            StoreUnavailable: also when `permanent` exists but was made without object lock.
        """
        self._backend.prepare()

    def put(self, bucket: Bucket, key: str, source: Source, *, media_type: str, sha256: str | None = None) -> StoredBlob:
        """Keep the bytes, read them back, and only then return.

        The same bytes under the same key again are fine, so a retry after a crash needs no care.

        Args:
            bucket: Where to.
            key: From `record_key`.
            source: Bytes, a path, or an open binary file, read from where it stands to its end.
            media_type: Told back by `stat`.
            sha256: What the sender says the bytes are, if it was said.

        Raises:
            FixityMismatch: not what was announced, or not read back as written; nothing is kept.
            Conflict: other bytes are kept under this key; they stay.
            StoreUnavailable: full or away; nothing is kept.
        """
        plain, sealed = Digests(), Digests(with_sm3=False)
        with self._backend.draft(bucket, checked_key(key)) as draft:
            chunks = self._cipher.seal(plain.through(chunks_of(source)), _context(bucket, key))
            for chunk in sealed.through(chunks):
                draft.write(chunk)
            if sha256 and sha256.lower() != plain.sha256:
                raise FixityMismatch("收到的内容与随附的摘要不符，没有保存；请重新上传")
            about = About(
                bytes=plain.bytes,
                sha256=plain.sha256,
                sm3=plain.sm3,
                media_type=media_type,
                cipher=self._cipher.name,
                sealed_bytes=sealed.bytes,
                sealed_sha256=sealed.sha256,
            )
            try:
                version = draft.commit(about)
            except KeyTaken as taken:
                return self._same_as_kept(bucket, key, taken.version, about)
        return self._verified_or_removed(bucket, key, version)

    def get(self, bucket: Bucket, key: str, *, sha256: str | None = None) -> bytes:
        """All the bytes, checked against `sha256` (the row's) or else against what the store recorded.

        Raises: FixityMismatch, BlobMissing, StoreUnavailable.
        """
        with self.open(bucket, key, sha256=sha256) as stream:
            return stream.read()

    def open(self, bucket: Bucket, key: str, *, sha256: str | None = None) -> BinaryIO:
        """A stream of the bytes; damage is raised as FixityMismatch where the stream ends, instead of the end.

        Raises: BlobMissing, StoreUnavailable; later, while reading, FixityMismatch, StoreUnavailable.
        """
        held = self._backend.held(bucket, checked_key(key))
        expected = (sha256 or held.about.sha256).lower()

        def check(counted: Digests) -> None:
            if counted.sha256 != expected:
                raise _mismatch(bucket, key)

        sealed = self._backend.read(bucket, key, held.version)
        stream = VerifyingStream(self._opened(bucket, key, held.about, sealed), check)
        return cast("BinaryIO", io.BufferedReader(stream, CHUNK_BYTES))

    def stat(self, bucket: Bucket, key: str) -> StoredBlob:
        """What was recorded when the blob was put, and its lock; of the bytes only their number is compared.

        Raises: BlobMissing, FixityMismatch, StoreUnavailable.
        """
        held = self._backend.held(bucket, checked_key(key))
        if held.there_bytes is None:
            raise BlobMissing(f"存储中没有 {bucket}/{key}")
        if held.there_bytes != held.about.sealed_bytes:
            raise _mismatch(bucket, key)
        return _stored(bucket, key, held)

    def exists(self, bucket: Bucket, key: str) -> bool:
        """Whether a blob is kept under this key."""
        try:
            self.stat(bucket, key)
        except BlobMissing:
            return False
        return True

    def verify(self, bucket: Bucket, key: str) -> StoredBlob:
        """Read all the bytes and compare size, SHA-256 and SM3, stored and plain, with what was recorded.

        Raises: FixityMismatch, BlobMissing, StoreUnavailable.
        """
        return self._verify(bucket, key, self._backend.held(bucket, checked_key(key)))

    def expunge(self, bucket: Bucket, key: str) -> int:
        """Remove every version of a blob, for good; returns how many there were, none included.

        Raises:
            Refused: it is locked; nothing was removed.
            StoreUnavailable: call again, what is left goes then.
        """
        try:
            locked_until = self._backend.held(bucket, checked_key(key)).locked_until  # holds for damaged bytes too
        except (BlobMissing, FixityMismatch):
            locked_until = None
        if locked_until and locked_until > datetime.now(locked_until.tzinfo):
            raise Refused(f"该材料已锁定至 {civil(locked_until)}，期满前任何人不能删除")
        return self._backend.remove(bucket, key)

    def keys(self, bucket: Bucket, prefix: str = "") -> Iterator[str]:
        """Every key that starts with the prefix, in no promised order, fetched as it is asked for."""
        return self._backend.keys(bucket, checked_prefix(prefix))

    def loose(self, bucket: Bucket) -> Iterator[str]:
        """Places below the bucket of what is part of no blob: put there by hand or by another program."""
        return self._backend.loose(bucket)

    def lock_until(self, bucket: Bucket, key: str, until: datetime) -> None:
        """Lock a permanent blob until an instant (rounded up to a second); a lock can be lengthened, never shortened.

        Raises:
            Refused: it is locked for longer already.
            BlobMissing: nothing to lock.
            StoreUnavailable: the store is away, or does not show the lock it was given.
            ValueError: a working blob, or an instant that cannot be kept.
        """
        if bucket is not Bucket.PERMANENT:
            raise ValueError("working papers are never locked: they may have to go by order")
        if until.tzinfo is None or until > LATEST_LOCK:
            raise ValueError(f"an aware instant up to {LATEST_LOCK} is needed, not {until}")
        whole = (until + timedelta(microseconds=999_999)).replace(microsecond=0)
        held = self.stat(bucket, key).locked_until
        if held and whole < held:
            raise Refused(f"该材料已锁定至 {civil(held)}，锁定期只能延长，不能缩短")
        if whole != held:
            self._backend.lock(bucket, key, whole)
            if self.stat(bucket, key).locked_until != whole:
                raise StoreUnavailable(f"{bucket}/{key} 的锁定没有生效；请管理员检查对象存储")

    def health(self) -> StoreHealth:
        """Whether the store answers, and how much room it has; never raises."""
        return self._backend.health()

    def would_take(self) -> bool:
        """Whether bytes would be taken now, found out without keeping any; never raises."""
        return self._backend.would_take()

    def _same_as_kept(self, bucket: Bucket, key: str, version: str, about: About) -> StoredBlob:
        kept = self._backend.held(bucket, key, version)
        if _plain_figures(kept.about) != _plain_figures(about):
            raise Conflict(f"{bucket}/{key} 已存有不同的内容；已存内容不会被改动")
        return self._verify(bucket, key, kept)

    def _verified_or_removed(self, bucket: Bucket, key: str, version: str) -> StoredBlob:
        try:
            return self._verify(bucket, key, self._backend.held(bucket, key, version))
        except FixityMismatch:
            self._backend.remove(bucket, key, version)
            raise

    def _verify(self, bucket: Bucket, key: str, held: Held) -> StoredBlob:
        about, plain, sealed = held.about, Digests(), Digests(with_sm3=False)
        stored = self._backend.read(bucket, key, held.version)
        for chunk in self._opened(bucket, key, about, sealed.through(stored)):
            plain.add(chunk)
        found = (plain.bytes, plain.sha256, plain.sm3, sealed.bytes, sealed.sha256)
        if found != (*_plain_figures(about), about.sealed_bytes, about.sealed_sha256):
            raise _mismatch(bucket, key)
        return _stored(bucket, key, held)

    def _opened(self, bucket: Bucket, key: str, about: About, sealed: Iterator[bytes]) -> Iterator[bytes]:
        cipher = self._ciphers.get(about.cipher)
        if cipher is None:
            raise StoreUnavailable(f"没有打开 {bucket}/{key} 所需的加密设置（{about.cipher}），内容未受影响")
        try:
            yield from cipher.open(sealed, _context(bucket, key))
        except CipherError as error:
            raise _mismatch(bucket, key) from error


def _plain_figures(about: About) -> tuple[int, str, str]:
    return about.bytes, about.sha256, about.sm3


def _context(bucket: Bucket, key: str) -> bytes:
    return f"{bucket}/{key}".encode("ascii")


def _mismatch(bucket: Bucket, key: str) -> FixityMismatch:
    return FixityMismatch(f"{bucket}/{key} 的内容与登记的摘要不符，未向任何人提供；请管理员用备份恢复")


def _stored(bucket: Bucket, key: str, held: Held) -> StoredBlob:
    about = held.about
    return StoredBlob(bucket, key, about.bytes, about.sha256, about.sm3, held.version, about.media_type, held.locked_until)
