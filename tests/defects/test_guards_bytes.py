"""Guards that no other test held when their removal was first planted: bytes before rows, the read-back, the place of a sealed blob."""

from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from archive_service.adapters.blobs import AesGcmCipher, BlobStore, Bucket, DirectoryBackend, record_key
from archive_service.errors import FixityMismatch, StoreUnavailable
from archive_service.models.job import Job
from archive_service.models.ledger import Event
from archive_service.models.record import Record, Rendition
from archive_service.rules.access import Role
from archive_service.services import intake, transcription
from archive_service.services.intake import Incoming
from tests.papers import jpeg

KEY, OTHER = record_key("r1", "v1"), record_key("r1", "v2")


@pytest.mark.parametrize("fault", [StoreUnavailable, FixityMismatch])
def test_no_row_names_bytes_that_were_not_kept(archive, make, monkeypatch, fault):
    registrar = make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3])

    def refused(*_, **__):
        raise fault

    monkeypatch.setattr(archive.blobs, "put", refused)
    with pytest.raises(fault):
        intake.receive(archive, Incoming(jpeg("户口簿"), "户口簿.jpg"), actor=registrar)
    with archive.read() as session:
        left = [session.scalar(select(func.count()).select_from(table)) for table in (Record, Rendition, Job, Event)]
    assert left == [0, 0, 0, 0]


class CarelessDisk(DirectoryBackend):
    """A disk that keeps one bit other than it was given, and says all is well."""

    @contextmanager
    def draft(self, bucket, key):
        with super().draft(bucket, key) as draft:
            write = draft.write
            draft.write = lambda chunk: write(bytes([chunk[0] ^ 1]) + chunk[1:])
            yield draft


def test_what_the_disk_kept_wrongly_is_refused(tmp_path):
    store = BlobStore(CarelessDisk(tmp_path / "store"))
    store.prepare()
    with pytest.raises(FixityMismatch):
        store.put(Bucket.WORKING, KEY, b"scan", media_type="image/jpeg")
    assert not store.exists(Bucket.WORKING, KEY)


def test_an_encrypted_blob_does_not_open_in_another_place(tmp_path):
    backend = DirectoryBackend(tmp_path / "store")
    store = BlobStore(backend, AesGcmCipher({"k1": b"\x01" * 32}, current="k1"))
    store.prepare()
    store.put(Bucket.WORKING, KEY, b"scan", media_type="image/jpeg")
    backend._home(Bucket.WORKING, KEY).rename(backend._home(Bucket.WORKING, OTHER))
    with pytest.raises(FixityMismatch):
        store.get(Bucket.WORKING, OTHER)


def test_a_paper_that_could_not_be_read_goes_on(archive, make):
    registrar = make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3])
    record = intake.receive(archive, Incoming(jpeg("户口簿"), "户口簿.jpg"), actor=registrar)
    with archive.begin() as session:
        transcription.note_failure(session, record.id, "out of memory", is_final=True, now=archive.clock.now())
    with archive.read() as session:
        assert list(session.scalars(select(Job.kind).where(Job.record_id == record.id).order_by(Job.id))) == ["judge", "match"]
