"""The S3 backend: any service with versioning and object lock; Ceph's gateway is the reference.

Lives here: uploads, reading, removal of every version, locks. Not here: digests and ciphers (`store`), making the
buckets (`s3_buckets`). The lock (compliance mode: not even the owner of the account can lift it) is set on each blob
once it has been checked, never by a default of the bucket, so that a failed upload is not locked in.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile

from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.datatypes import Object
from minio.retention import Retention

from archive_service.adapters.blobs.backend import About, Held, KeyTaken, StoreHealth
from archive_service.adapters.blobs.digests import CHUNK_BYTES
from archive_service.adapters.blobs.folders import disk_errors
from archive_service.adapters.blobs.keys import Bucket
from archive_service.adapters.blobs.s3_buckets import prepare_buckets
from archive_service.adapters.blobs.s3_client import s3_errors, would_take
from archive_service.errors import BlobMissing, FixityMismatch, StoreUnavailable

_PART_BYTES = 16 << 20  # the client holds one part in memory
_OFFERED = "offered"  # never kept
_META = "x-amz-meta-"
_RETAIN = "x-amz-object-lock-retain-until-date"


class S3Backend:
    """Keeps blobs in two buckets of one S3 service."""

    def __init__(self, client: Minio, buckets: Mapping[Bucket, str]) -> None:
        self._client = client
        self._buckets = dict(buckets)

    def prepare(self) -> None:
        prepare_buckets(self._client, self._buckets)

    @contextmanager
    def draft(self, bucket: Bucket, key: str) -> Iterator["_Draft"]:
        with SpooledTemporaryFile(max_size=_PART_BYTES) as spool:
            yield _Draft(self, spool, bucket, key)

    def held(self, bucket: Bucket, key: str, version: str = "") -> Held:
        with s3_errors(f"{bucket}/{key}"):
            found = self._client.stat_object(self._buckets[bucket], key, version_id=version or None)
        headers = {name.lower(): value for name, value in (found.metadata or {}).items()}
        try:
            about = _about(headers)
        except (KeyError, ValueError) as error:
            raise FixityMismatch(f"{bucket}/{key} 的存储说明无法读取") from error
        return Held(about, found.size, found.version_id or "", _instant(headers.get(_RETAIN)))

    def read(self, bucket: Bucket, key: str, version: str = "") -> Iterator[bytes]:
        with s3_errors(f"{bucket}/{key}"):
            response = self._client.get_object(self._buckets[bucket], key, version_id=version or None)
            try:
                yield from response.stream(CHUNK_BYTES)
            finally:
                response.close()
                response.release_conn()

    def remove(self, bucket: Bucket, key: str, version: str = "") -> int:
        doomed = [found for found in self.versions(bucket, key) if version in ("", found.version_id)]
        with s3_errors(f"{bucket}/{key}"):
            for found in doomed:
                self._client.remove_object(self._buckets[bucket], key, version_id=found.version_id)
        return sum(not found.is_delete_marker for found in doomed)

    def keys(self, bucket: Bucket, prefix: str) -> Iterator[str]:
        with s3_errors(f"{bucket}/{prefix}"):
            for found in self._client.list_objects(self._buckets[bucket], prefix=prefix, recursive=True):
                yield found.object_name or ""

    def loose(self, bucket: Bucket) -> Iterator[str]:  # noqa: ARG002 - every object has a key, and `keys` tells it
        yield from ()

    def lock(self, bucket: Bucket, key: str, until: datetime) -> None:
        version = self.held(bucket, key).version
        with s3_errors(f"{bucket}/{key}"):
            retention = Retention(COMPLIANCE, until.astimezone(UTC))
            self._client.set_object_retention(self._buckets[bucket], key, retention, version_id=version)

    def health(self) -> StoreHealth:
        try:
            with s3_errors("bucket"):
                missing = [name for name in self._buckets.values() if not self._client.bucket_exists(name)]
        except StoreUnavailable as error:
            return StoreHealth(reachable=False, free_bytes=None, detail=f"对象存储无法访问：{error.__cause__ or error}")
        if missing:
            return StoreHealth(reachable=False, free_bytes=None, detail=f"对象存储中缺少存储桶：{'、'.join(missing)}")
        return StoreHealth(reachable=True, free_bytes=None, detail="对象存储正常")

    def would_take(self) -> bool:
        try:
            with s3_errors("bucket"):
                return all(would_take(self._client, name, _OFFERED) for name in self._buckets.values())
        except (StoreUnavailable, BlobMissing):
            return False

    def upload(self, bucket: Bucket, key: str, spool: "SpooledTemporaryFile[bytes]", about: About) -> str:
        metadata = {name.replace("_", "-"): str(value) for name, value in asdict(about).items() if name != "media_type"}
        spool.seek(0)
        with s3_errors(f"{bucket}/{key}"):
            result = self._client.put_object(
                self._buckets[bucket],
                key,
                spool,  # type: ignore[arg-type]  # a SpooledTemporaryFile is a BinaryIO in all but its declared bases
                about.sealed_bytes,
                content_type=about.media_type,
                metadata=dict(metadata),
                part_size=_PART_BYTES,
                num_parallel_uploads=1,
            )
        return result.version_id or ""

    def versions(self, bucket: Bucket, key: str) -> list[Object]:
        """All versions and delete markers of exactly this key, the newest first."""
        with s3_errors(f"{bucket}/{key}"):
            found = self._client.list_objects(self._buckets[bucket], prefix=key, recursive=True, include_version=True)
            return [version for version in found if version.object_name == key]


class _Draft:
    def __init__(self, backend: S3Backend, spool: "SpooledTemporaryFile[bytes]", bucket: Bucket, key: str) -> None:
        self._backend, self._spool, self._bucket, self._key = backend, spool, bucket, key

    def write(self, chunk: bytes) -> None:
        with disk_errors():
            self._spool.write(chunk)

    def commit(self, about: About) -> str:
        """S3 adds a version to a taken key instead of refusing, so the oldest version counts and later ones go."""
        kept = self._kept_version()
        if kept:
            raise KeyTaken(kept)
        version = self._backend.upload(self._bucket, self._key, self._spool, about)
        kept = self._kept_version()
        if kept != version:
            self._backend.remove(self._bucket, self._key, version)
            raise KeyTaken(kept)
        return version

    def _kept_version(self) -> str:
        found = [found for found in self._backend.versions(self._bucket, self._key) if not found.is_delete_marker]
        return found[-1].version_id or "" if found else ""


def _about(headers: Mapping[str, str]) -> About:
    def meta(name: str) -> str:
        return headers[_META + name]

    return About(
        bytes=int(meta("bytes")),
        sha256=meta("sha256"),
        sm3=meta("sm3"),
        media_type=headers["content-type"],
        cipher=meta("cipher"),
        sealed_bytes=int(meta("sealed-bytes")),
        sealed_sha256=meta("sealed-sha256"),
    )


def _instant(text: str | None) -> datetime | None:
    """The header's instant to the second: Ceph writes nine decimals, which the client's own parser refuses."""
    if not text:
        return None
    return datetime.fromisoformat(text.rstrip("Z").partition(".")[0]).replace(tzinfo=UTC)
