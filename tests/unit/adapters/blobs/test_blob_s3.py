"""The S3 backend against a real gateway: what only an S3 service can do, or do wrong."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from minio.error import S3Error

from archive_service.adapters.blobs import BlobStore, Bucket, S3Backend, record_key
from archive_service.adapters.blobs.opening import open_store
from archive_service.adapters.blobs.s3_client import connect
from archive_service.errors import FixityMismatch, StoreUnavailable
from archive_service.settings import load
from tests.services.sharing import free_port

pytestmark = pytest.mark.s3
W, P = Bucket.WORKING, Bucket.PERMANENT
KEY = record_key("r1", "v1")


@pytest.fixture
def store(s3):
    store = BlobStore(s3)
    store.prepare()
    return store


def test_both_buckets_are_versioned_and_only_permanent_can_lock(store, s3):
    assert [s3._client.get_bucket_versioning(name).status for name in s3._buckets.values()] == ["Enabled", "Enabled"]
    assert s3._client.get_object_lock_config(s3._buckets[P]) is not None
    with pytest.raises(S3Error, match="ObjectLockConfigurationNotFound"):
        s3._client.get_object_lock_config(s3._buckets[W])


def test_the_service_itself_keeps_a_locked_blob(store, s3):
    blob = store.put(P, KEY, b"x", media_type="image/jpeg")
    store.lock_until(P, KEY, datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(S3Error, match="object lock"):
        s3._client.remove_object(s3._buckets[P], KEY, version_id=blob.version)


def test_a_permanent_bucket_without_object_lock_is_refused(s3):
    swapped = S3Backend(s3._client, {P: s3._buckets[W]})
    s3.prepare()
    with pytest.raises(StoreUnavailable, match="对象锁定"):
        swapped.prepare()
    with pytest.raises(StoreUnavailable, match="对象锁定"):
        S3Backend(s3._client, {W: s3._buckets[P]}).prepare()


def test_expunging_takes_every_version_and_marker(store, s3):
    bucket = s3._buckets[W]
    store.put(W, KEY, b"first", media_type="image/jpeg")
    for data in (b"second", b"third"):  # as a foreign program would
        s3._client.put_object(bucket, KEY, io.BytesIO(data), len(data))
    s3._client.remove_object(bucket, KEY)
    assert store.expunge(W, KEY) == 3
    assert list(s3._client.list_objects(bucket, recursive=True, include_version=True)) == []


def test_what_a_foreign_program_put_there_is_not_taken_for_ours(store, s3):
    s3._client.put_object(s3._buckets[W], KEY, io.BytesIO(b"x"), 1)
    with pytest.raises(FixityMismatch):
        store.get(W, KEY)


def test_a_gateway_that_is_away_is_said_to_be_away(s3):
    client = connect(f"127.0.0.1:{free_port()}", "a", "b", secure=False, region="default")
    store = BlobStore(S3Backend(client, s3._buckets))
    health = store.health()
    assert (health.reachable, health.free_bytes) == (False, None)
    assert not store.would_take()
    for act in (store.prepare, lambda: store.put(W, KEY, b"x", media_type="image/jpeg"), lambda: store.get(W, KEY)):
        with pytest.raises(StoreUnavailable):
            act()


def test_wrong_keys_are_said_and_missing_buckets_too(s3, s3_endpoint):
    client = connect(s3_endpoint.endpoint, "nobody", "nothing", secure=False, region="default")
    with pytest.raises(StoreUnavailable, match="拒绝"):
        BlobStore(S3Backend(client, s3._buckets)).prepare()
    assert "缺少存储桶" in BlobStore(s3).health().detail


def test_the_settings_lead_to_it(s3_endpoint, s3, tmp_path):
    section = {
        "kind": "s3",
        "endpoint": s3_endpoint.endpoint,
        "access_key": s3_endpoint.access_key,
        "secret_key": s3_endpoint.secret_key,
        "tls": False,
        "working_bucket": s3._buckets[W],
        "permanent_bucket": s3._buckets[P],
    }
    store = open_store(load({"XUEJI_HOME": str(tmp_path)}, store=section))
    store.prepare()
    assert store.put(P, KEY, b"x", media_type="image/jpeg") == BlobStore(s3).stat(P, KEY)
