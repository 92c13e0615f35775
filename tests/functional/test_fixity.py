"""The store checked against its rows: what is missing, flipped, swapped or too much is named, down to the page."""

import uuid

import pytest
from sqlalchemy import select

from archive_service.adapters.blobs import Bucket, record_key
from archive_service.errors import StoreUnavailable
from archive_service.ids import new_id
from archive_service.models.ledger import Event
from archive_service.models.record import Rendition, RenditionRole
from archive_service.rules.access import Role
from archive_service.services import fixity, intake
from archive_service.services.actor import SERVICE
from archive_service.services.intake import Incoming
from archive_service.worker import Worker
from tests.papers import jpeg


@pytest.fixture
def record(archive, make):
    """One paper, judged and read, with all its renditions."""
    registrar = make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3])
    record = intake.receive(archive, Incoming(jpeg("户口簿"), "户口簿.jpg"), actor=registrar)
    Worker(archive).drain()
    return record


def renditions(archive):
    with archive.read() as session:
        return session.scalars(select(Rendition).order_by(Rendition.id)).all()


def of_role(archive, role):
    return next(row for row in renditions(archive) if row.role is role)


def content_file(archive, key, bucket="working"):
    return next((archive.settings.store_folder / bucket).glob(f"{key}.*")) / "content"


def verify(archive, **values):
    return fixity.verify_store(archive, actor=SERVICE, **values)


def test_a_sound_store_has_nothing_to_tell(archive, record):
    verdict = verify(archive)
    assert (verdict.faults, verdict.leftovers) == ([], [])
    assert verdict.checked == verdict.total == len(renditions(archive)) > 1
    assert verdict.bytes == sum(row.bytes for row in renditions(archive))


def test_one_flipped_bit_is_found_and_named_to_the_page(archive, record):
    page = of_role(archive, RenditionRole.ACCESS)
    file = content_file(archive, page.blob_key)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(content)
    (fault,) = verify(archive).faults
    assert (fault.code, fault.record_id, fault.page_no, fault.role) == ("flipped", record.id, 1, "access")
    assert "第 1 页" in fault.message


def test_a_missing_blob_is_found(archive, record):
    archive.blobs.expunge(Bucket.WORKING, of_role(archive, RenditionRole.MASTER).blob_key)
    (fault,) = verify(archive).faults
    assert (fault.code, fault.record_id, fault.name) == ("missing", record.id, "户口簿.jpg")


def test_sound_bytes_of_another_paper_are_found(archive, record):
    master = of_role(archive, RenditionRole.MASTER)
    archive.blobs.expunge(Bucket.WORKING, master.blob_key)
    archive.blobs.put(Bucket.WORKING, master.blob_key, jpeg("别人的户口簿"), media_type="image/jpeg")
    assert [fault.code for fault in verify(archive).faults] == ["another"]


def test_bytes_nobody_registered_are_found(archive, record):
    archive.blobs.put(Bucket.WORKING, "strange/thing", b"x", media_type="text/plain")
    (fault,) = verify(archive).faults
    assert (fault.code, fault.key) == ("extra", "strange/thing")


def test_what_an_interruption_left_is_named_apart_and_what_is_under_way_is_not(archive, record):
    old = uuid.UUID(int=uuid.UUID(new_id()).int - (3_600_000 << 80)).hex
    for rendition_id in (old, new_id()):
        archive.blobs.put(Bucket.WORKING, record_key(record.id, rendition_id), b"half", media_type="image/jpeg")
    verdict = verify(archive)
    assert verdict.faults == []
    assert [stray.key for stray in verdict.leftovers] == [record_key(record.id, old)]


def test_a_store_that_is_away_has_lost_nothing(archive, record, monkeypatch):
    def away(*_):
        raise StoreUnavailable

    monkeypatch.setattr(type(archive.blobs), "verify", away)
    with pytest.raises(StoreUnavailable):
        verify(archive)


def test_a_sample_reads_so_many_and_a_run_is_on_the_ledger(archive, record):
    assert verify(archive, sample=1).checked == 1
    with archive.read() as session:
        event = session.scalars(select(Event).where(Event.act == "store.verified")).one()
    assert (event.detail["checked"], event.detail["sample"], event.detail["faults"]) == (1, 1, 0)
