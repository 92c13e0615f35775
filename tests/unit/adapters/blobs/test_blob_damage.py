"""What was altered behind the store's back is noticed, on both backends and under both ciphers."""

import io

import pytest

from archive_service.adapters.blobs import BlobStore, Bucket, DirectoryBackend, record_key
from archive_service.errors import BlobMissing, FixityMismatch

W = Bucket.WORKING
KEY, OTHER = record_key("r1", "v1"), record_key("r1", "v2")
SCAN = bytes(range(256)) * 1024  # four chunks of the cipher


def alter(store: BlobStore, key, change):
    """Replace the stored bytes by `change` of them, leaving what is recorded beside them as it was."""
    backend = store._backend
    stored = change(b"".join(backend.read(W, key)))
    if isinstance(backend, DirectoryBackend):
        path = backend._home(W, key) / "content"
        path.chmod(0o600)
        path.write_bytes(stored)
        return
    bucket = backend._buckets[W]
    headers = backend._client.stat_object(bucket, key).metadata
    kept = {name: value for name, value in headers.items() if name.lower().startswith("x-amz-meta-")}
    backend.remove(W, key)
    backend._client.put_object(bucket, key, io.BytesIO(stored), len(stored), content_type="image/jpeg", metadata=kept)


CHANGES = {
    "first byte": lambda stored: bytes([stored[0] ^ 1]) + stored[1:],
    "a bit in the middle": lambda stored: stored[:100_000] + bytes([stored[100_000] ^ 0x10]) + stored[100_001:],
    "last byte": lambda stored: stored[:-1] + bytes([stored[-1] ^ 0x80]),
    "cut short": lambda stored: stored[:-70_000],
    "emptied": lambda _: b"",
    "one byte more": lambda stored: stored + b"\0",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_altered_bytes_are_never_taken_for_the_paper(store, change):
    blob = store.put(W, KEY, SCAN, media_type="image/jpeg")
    alter(store, KEY, change)
    with pytest.raises(FixityMismatch):
        store.get(W, KEY)
    with pytest.raises(FixityMismatch):
        store.get(W, KEY, sha256=blob.sha256)
    with pytest.raises(FixityMismatch):
        store.verify(W, KEY)
    with store.open(W, KEY) as stream, pytest.raises(FixityMismatch):
        list(iter(lambda: stream.read(10_000), b""))


@pytest.mark.parametrize("change", ["cut short", "emptied", "one byte more"])
def test_a_look_notices_another_number_of_bytes(store, change):
    store.put(W, KEY, SCAN, media_type="image/jpeg")
    alter(store, KEY, CHANGES[change])
    with pytest.raises(FixityMismatch):
        store.stat(W, KEY)


def test_a_retry_does_not_take_damaged_bytes_for_its_own(store):
    store.put(W, KEY, SCAN, media_type="image/jpeg")
    alter(store, KEY, CHANGES["a bit in the middle"])
    with pytest.raises(FixityMismatch):
        store.put(W, KEY, SCAN, media_type="image/jpeg")


def test_two_blobs_that_were_swapped_are_noticed(store):
    first = store.put(W, KEY, SCAN, media_type="image/jpeg")
    store.put(W, OTHER, SCAN[::-1], media_type="image/jpeg")
    swapped = b"".join(store._backend.read(W, OTHER))
    alter(store, KEY, lambda _: swapped)
    with pytest.raises(FixityMismatch):
        store.get(W, KEY, sha256=first.sha256)


def test_damaged_bytes_can_still_be_taken_out_by_order(store):
    store.put(W, KEY, SCAN, media_type="image/jpeg")
    alter(store, KEY, CHANGES["emptied"])
    assert store.expunge(W, KEY) == 1
    with pytest.raises(BlobMissing):
        store.stat(W, KEY)
