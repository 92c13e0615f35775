"""The contract of `BlobStore`, kept by both backends, with and without a cipher."""

import hashlib
import io
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from archive_service.adapters.blobs import LATEST_LOCK, BadKey, Bucket, record_key
from archive_service.errors import BlobMissing, Conflict, FixityMismatch, Refused

KEY = record_key("r1", "v1")
JPEG = b"\xff\xd8\xff" + bytes(range(256)) * 40
W, P = Bucket.WORKING, Bucket.PERMANENT


def put(store, data=JPEG, key=KEY, bucket=W, **options):
    return store.put(bucket, key, data, media_type="image/jpeg", **options)


def test_what_was_put_comes_back_with_its_digests(store):
    blob = put(store)
    assert store.get(W, KEY) == JPEG
    assert store.stat(W, KEY) == blob
    assert (blob.bytes, blob.media_type, blob.locked_until) == (len(JPEG), "image/jpeg", None)
    assert blob.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert blob.sm3 == "190343a7c515c651df16afc3213796e9d9e084d67e6f95eedf59e8cbd1f7ec01"  # as OpenSSL counts it


def test_nothing_at_all_is_a_blob_too(store):
    blob = put(store, b"")
    assert blob.bytes == 0
    assert blob.sm3 == "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"
    assert store.get(W, KEY) == b""


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 131_072, 1 << 20])
def test_sizes_around_the_chunks(store, size):
    data = os.urandom(size)
    put(store, data)
    assert store.get(W, KEY) == data


def test_a_long_stream_goes_in_and_out_in_pieces(store, tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(os.urandom(30 << 20))
    with path.open("rb") as file:
        blob = put(store, file)
    counted = hashlib.sha256()
    with store.open(W, KEY) as stream:
        while piece := stream.read(100_000):
            counted.update(piece)
    assert blob.bytes == 30 << 20
    assert counted.hexdigest() == blob.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert put(store, path) == blob


def test_an_open_file_is_read_from_where_it_stands(store):
    file = io.BytesIO(b"head" + JPEG)
    file.seek(4)
    put(store, file)
    assert store.get(W, KEY) == JPEG


def test_the_same_again_is_fine_and_leaves_one_version(store):
    assert put(store) == put(store)
    assert store.expunge(W, KEY) == 1


def test_other_bytes_never_replace_what_is_kept(store):
    put(store)
    with pytest.raises(Conflict):
        put(store, b"other")
    assert store.get(W, KEY) == JPEG
    assert store.expunge(W, KEY) == 1


def test_bytes_that_are_not_what_was_announced_are_not_kept(store):
    with pytest.raises(FixityMismatch):
        put(store, sha256="0" * 64)
    assert not store.exists(W, KEY)
    assert put(store, sha256=hashlib.sha256(JPEG).hexdigest().upper()).bytes == len(JPEG)


def test_what_breaks_off_while_being_received_is_not_kept(store):
    class BrokenOff(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        put(store, BrokenOff(JPEG * 300))
    assert not store.exists(W, KEY)
    assert list(store.keys(W)) == []


def test_a_missing_blob_is_said_to_be_missing(store):
    for ask in (store.get, store.open, store.stat, store.verify):
        with pytest.raises(BlobMissing):
            ask(W, KEY)
    assert not store.exists(W, KEY)
    assert store.expunge(W, KEY) == 0


def test_the_digest_of_the_row_has_the_last_word(store):
    put(store)
    with pytest.raises(FixityMismatch):
        store.get(W, KEY, sha256="0" * 64)


def test_the_buckets_are_apart(store):
    put(store)
    assert not store.exists(P, KEY)
    put(store, b"other", bucket=P)
    assert store.get(W, KEY) == JPEG


def test_keys_by_prefix(store):
    keys = [record_key(record, rendition) for record in ("r1", "r12", "r2") for rendition in ("a", "b")]
    for key in keys:
        put(store, key=key)
    assert sorted(store.keys(W)) == keys
    assert sorted(store.keys(W, "records/r1")) == keys[:4]
    assert sorted(store.keys(W, "records/r1/")) == keys[:2]
    assert list(store.keys(P)) == []


def test_expunging_takes_that_blob_alone(store):
    neighbour = KEY + "2"
    put(store)
    put(store, key=neighbour)
    assert store.expunge(W, KEY) == 1
    assert not store.exists(W, KEY)
    assert store.get(W, neighbour) == JPEG
    assert put(store, b"new").bytes == 3


def test_a_lock_holds_and_only_grows(store):
    put(store, bucket=P)
    until = datetime.now(UTC) + timedelta(hours=1)
    store.lock_until(P, KEY, until)
    locked = store.stat(P, KEY).locked_until
    assert until <= locked < until + timedelta(seconds=1)
    with pytest.raises(Refused, match="锁定"):
        store.expunge(P, KEY)
    with pytest.raises(Refused, match="锁定"):
        store.lock_until(P, KEY, until - timedelta(minutes=1))
    store.lock_until(P, KEY, LATEST_LOCK)
    assert store.stat(P, KEY).locked_until == LATEST_LOCK
    assert store.get(P, KEY) == JPEG


def test_a_lock_ends(store):
    put(store, bucket=P)
    store.lock_until(P, KEY, datetime.now(UTC) + timedelta(seconds=1))
    with pytest.raises(Refused):
        store.expunge(P, KEY)
    time.sleep(2.1)  # a second at most was added by rounding up
    assert store.expunge(P, KEY) == 1


def test_working_papers_and_impossible_instants_are_never_locked(store):
    put(store)
    put(store, bucket=P)
    soon = datetime.now(UTC) + timedelta(hours=1)
    for bucket, until in ((W, soon), (P, soon.replace(tzinfo=None)), (P, LATEST_LOCK + timedelta(days=1))):
        with pytest.raises(ValueError, match=r"never locked|instant"):
            store.lock_until(bucket, KEY, until)
    assert store.expunge(P, KEY) == store.expunge(W, KEY) == 1


def test_writers_of_the_same_bytes_all_succeed(store):
    with ThreadPoolExecutor(6) as pool:
        blobs = list(pool.map(lambda _: put(store), range(6)))
    assert {blob.sha256 for blob in blobs} == {hashlib.sha256(JPEG).hexdigest()}
    assert store.verify(W, KEY).bytes == len(JPEG)


def test_of_writers_of_different_bytes_one_wins_and_the_others_are_told(store):
    def attempt(number):
        try:
            return put(store, b"%d" % number).sha256
        except Conflict:
            return None

    with ThreadPoolExecutor(6) as pool:
        winners = [digest for digest in pool.map(attempt, range(6)) if digest]
    assert winners == [store.verify(W, KEY).sha256]
    assert store.expunge(W, KEY) == 1


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "records/../x", "a//b", "a/.", "a/", ".hidden", "a b", "学籍", "a\0b", "x" * 200]
)
def test_keys_that_could_leave_the_store_are_refused(store, key):
    with pytest.raises(BadKey):
        put(store, key=key)
    with pytest.raises(BadKey):
        store.get(W, key)


def test_preparing_twice_changes_nothing(store):
    put(store)
    store.prepare()
    assert store.get(W, KEY) == JPEG
    assert store.health().reachable


def test_asking_whether_it_would_take_bytes_leaves_none(store):
    assert store.would_take()
    assert [key for bucket in Bucket for key in store.keys(bucket)] == []


def test_an_id_cannot_smuggle_in_a_folder():
    with pytest.raises(BadKey):
        record_key("r1/x", "v1")
