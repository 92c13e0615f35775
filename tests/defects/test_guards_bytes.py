"""Guards that no other test held when their removal was first planted: bytes before rows, and the read-back."""

from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from archive_service.adapters.blobs import BlobStore, Bucket, DirectoryBackend, record_key
from archive_service.errors import FixityMismatch, StoreUnavailable
from archive_service.models.job import Job
from archive_service.models.ledger import Event
from archive_service.models.record import Record, Rendition
from archive_service.rules.access import Role
from archive_service.services import intake
from archive_service.services.intake import Incoming
from tests.papers import jpeg

KEY = record_key("r1", "v1")


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
