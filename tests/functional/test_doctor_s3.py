"""An object store that refuses writes, by the gateway's own word: the doctor and the figures of collectors name it alike."""

import json
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_hex

import pytest

from archive_service.adapters.blobs import BlobStore, Bucket, S3Backend
from archive_service.adapters.blobs.s3_client import connect
from archive_service.rules.access import Role
from archive_service.services.doctor import examine
from archive_service.services.doctor_model import Code, State
from archive_service.services.doctor_quick import QuickLook
from archive_service.services.metrics import figures

pytestmark = pytest.mark.s3
W, P = Bucket.WORKING, Bucket.PERMANENT
OF_STORE = {Code.STORE_DOWN, Code.STORE_NOT_WRITABLE, Code.STORE_LOW, Code.BLOB_MISSING, Code.STORE_FAULTY}


@pytest.fixture
def kind_of_database():
    """The store is what differs here."""
    return "sqlite"


@pytest.fixture
def kept(archive, s3_endpoint):
    """An instance over two buckets of its own."""
    client, name = (
        connect(s3_endpoint.endpoint, s3_endpoint.access_key, s3_endpoint.secret_key, secure=False, region="default"),
        token_hex(6),
    )
    store = BlobStore(S3Backend(client, {W: f"w-{name}", P: f"p-{name}"}))
    store.prepare()
    return replace(archive, blobs=store)


def stored(archive):
    place = archive.blobs._backend
    return [
        found.object_name
        for name in place._buckets.values()
        for found in place._client.list_objects(name, recursive=True, include_version=True)
    ]


def may_only_be_read(bucket):
    @contextmanager
    def plant(archive, _):
        place = archive.blobs._backend
        name = place._buckets[bucket]
        refusal = {"Effect": "Deny", "Principal": "*", "Action": ["s3:PutObject"], "Resource": [f"arn:aws:s3:::{name}/*"]}
        place._client.set_bucket_policy(name, json.dumps({"Version": "2012-10-17", "Statement": [refusal]}))
        yield archive
        place._client.delete_bucket_policy(name)

    return plant


@contextmanager
def bucket_gone(archive, _):
    place = archive.blobs._backend
    place._client.remove_bucket(place._buckets[W])
    yield archive


@contextmanager
def wrong_key(archive, endpoint):
    client = connect(endpoint.endpoint, endpoint.access_key, "wrong", secure=False, region="default")
    yield replace(archive, blobs=BlobStore(S3Backend(client, archive.blobs._backend._buckets)))


def told_by_doctor(archive):
    return {each.code for each in examine(archive, is_running=True, thorough=True) if each.state is State.FAULT} & OF_STORE


def told_by_figures(archive, make):
    told = {
        figure.name: figure.values for figure in figures(archive, QuickLook(archive), actor=make.actor(Role.SYSTEM_ADMIN, make.tree()[0]))
    }
    return {code for (code, severity), value in told["xueji_fault"].items() if value and severity == "fault"} & OF_STORE


def test_a_store_that_takes_bytes_is_told_so_and_keeps_none_of_the_trial(kept, make):
    assert told_by_doctor(kept) == told_by_figures(kept, make) == set()
    assert kept.blobs.would_take()
    assert stored(kept) == []


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        pytest.param(may_only_be_read(W), Code.STORE_NOT_WRITABLE, id="may only be read"),
        pytest.param(may_only_be_read(P), Code.STORE_NOT_WRITABLE, id="permanent may only be read"),
        pytest.param(bucket_gone, Code.STORE_DOWN, id="bucket gone"),
        pytest.param(wrong_key, Code.STORE_DOWN, id="wrong key"),
    ],
)
def test_a_store_that_refuses_is_named_alike(kept, make, s3_endpoint, plant, code):
    with plant(kept, s3_endpoint) as archive:
        assert told_by_doctor(archive) == told_by_figures(archive, make) == {code}
        assert not archive.blobs.would_take()
