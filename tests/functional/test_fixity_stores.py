"""Damage is found and named in every kind of store, plain and encrypted: a flipped byte, a missing blob, one too many, another's bytes."""

import io
from dataclasses import replace
from secrets import token_hex

import pytest
from sqlalchemy import select

from archive_service.adapters.blobs import AesGcmCipher, BlobStore, Bucket, DirectoryBackend, NullCipher, S3Backend
from archive_service.adapters.blobs.s3_client import connect
from archive_service.models.record import Rendition, RenditionRole
from archive_service.rules.access import Role
from archive_service.services import fixity, intake
from archive_service.services.actor import SERVICE
from archive_service.services.intake import Incoming
from archive_service.worker import Worker
from tests.papers import jpeg

W = Bucket.WORKING
KINDS = [
    pytest.param(("directory", "none"), id="directory"),
    pytest.param(("directory", "aes"), id="directory-aes"),
    pytest.param(("s3", "none"), id="s3", marks=pytest.mark.s3),
    pytest.param(("s3", "aes"), id="s3-aes", marks=pytest.mark.s3),
]


@pytest.fixture
def kind_of_database():
    """The store is what differs here."""
    return "sqlite"


@pytest.fixture(params=KINDS)
def kept(request, archive, make, tmp_path):
    """An instance over that store, with one paper that was read."""
    kind, cipher = request.param
    store = BlobStore(backend(kind, request, tmp_path), AesGcmCipher({"k": b"\x01" * 32}, "k") if cipher == "aes" else NullCipher())
    store.prepare()
    archive = replace(archive, blobs=store)
    registrar = make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3])
    intake.receive(archive, Incoming(jpeg("户口簿"), "户口簿.jpg"), actor=registrar)
    Worker(archive).drain()
    return archive


def backend(kind, request, tmp_path):
    if kind == "directory":
        return DirectoryBackend(tmp_path / "store")
    at = request.getfixturevalue("s3_endpoint")
    client, name = connect(at.endpoint, at.access_key, at.secret_key, secure=False, region="default"), token_hex(6)
    return S3Backend(client, {W: f"w-{name}", Bucket.PERMANENT: f"p-{name}"})


def page_of(archive):
    with archive.read() as session:
        return session.scalars(select(Rendition).where(Rendition.role == RenditionRole.ACCESS)).one()


def flip(archive, key):
    """One bit of what is stored becomes another, behind the store's back."""
    place = archive.blobs._backend
    stored = bytearray(b"".join(place.read(W, key)))
    stored[len(stored) // 2] ^= 1
    if isinstance(place, DirectoryBackend):
        file = place._home(W, key) / "content"
        file.chmod(0o600)
        file.write_bytes(stored)
        return
    headers = place._client.stat_object(place._buckets[W], key).metadata
    kept = {name: value for name, value in headers.items() if name.lower().startswith("x-amz-meta-")}
    place.remove(W, key)
    place._client.put_object(place._buckets[W], key, io.BytesIO(bytes(stored)), len(stored), content_type="image/jpeg", metadata=kept)


def faults(archive):
    return [(fault.code, fault.key, fault.record_id, fault.page_no) for fault in fixity.verify_store(archive, actor=SERVICE).faults]


def test_each_damage_is_named(kept):
    assert faults(kept) == []
    page = page_of(kept)
    flip(kept, page.blob_key)
    assert faults(kept) == [("flipped", page.blob_key, page.record_id, 1)]
    kept.blobs.expunge(W, page.blob_key)
    assert faults(kept) == [("missing", page.blob_key, page.record_id, 1)]
    kept.blobs.put(W, page.blob_key, b"another page", media_type="image/jpeg")
    assert faults(kept) == [("another", page.blob_key, page.record_id, 1)]
    kept.blobs.put(Bucket.PERMANENT, "strange/thing", b"x", media_type="text/plain")
    assert faults(kept)[1:] == [("extra", "strange/thing", None, None)]
