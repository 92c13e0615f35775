"""The store checked against its rows: what is missing, flipped, swapped or too much is named, down to the page."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from archive_service.adapters.blobs import Bucket, record_key
from archive_service.errors import StoreUnavailable
from archive_service.ids import new_id
from archive_service.models.ledger import Event
from archive_service.models.record import Record, Rendition, RenditionRole
from archive_service.rules.access import Role
from archive_service.services import fixity, intake, watching
from archive_service.services.actor import SERVICE
from archive_service.services.fixity_choice import Choice
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


def test_files_that_are_part_of_no_blob_are_found(archive, record):
    beside = content_file(archive, of_role(archive, RenditionRole.MASTER).blob_key).parent
    working = archive.settings.store_folder / "working"
    (beside / "content.old").write_bytes(b"x")
    (beside / "more").mkdir()
    (working / "left.zip").write_bytes(b"x")
    faults = verify(archive).faults
    assert {fault.code for fault in faults} == {"loose"}
    home = beside.relative_to(working).as_posix()
    assert {fault.key for fault in faults} == {"left.zip", f"{home}/content.old", f"{home}/more"}


def test_a_registered_key_in_the_other_bucket_is_found(archive, record):
    master = of_role(archive, RenditionRole.MASTER)
    archive.blobs.put(Bucket.PERMANENT, "records/other/place", b"x", media_type="text/plain")
    with archive.begin() as session:
        session.execute(update(Rendition).where(Rendition.id == master.id).values(blob_key="records/other/place"))
    faults = {(fault.code, fault.bucket, fault.key) for fault in verify(archive).faults}
    assert ("extra", "permanent", "records/other/place") in faults


def id_of(hours):
    """An id made so many hours from now."""
    return uuid.UUID(int=uuid.UUID(new_id()).int + (hours * 3_600_000 << 80)).hex


def test_what_an_interruption_left_is_named_apart_and_what_is_under_way_is_not(archive, clock, record):
    clock.at = datetime.now(UTC)
    old, ahead = id_of(-1), id_of(1)
    for rendition_id in (old, new_id(), ahead):
        archive.blobs.put(Bucket.WORKING, record_key(record.id, rendition_id), b"half", media_type="image/jpeg")
    verdict = verify(archive)
    assert verdict.faults == []
    assert {stray.key for stray in verdict.leftovers} == {record_key(record.id, old), record_key(record.id, ahead)}


def test_a_store_that_is_away_has_lost_nothing(archive, record, monkeypatch):
    def away(*_):
        raise StoreUnavailable

    monkeypatch.setattr(type(archive.blobs), "verify", away)
    with pytest.raises(StoreUnavailable):
        verify(archive)


def test_a_run_is_on_the_ledger(archive, record):
    verify(archive)
    with archive.read() as session:
        event = session.scalars(select(Event).where(Event.act == "store.verified")).one()
    assert (event.detail["checked"], event.detail["faults"]) == (len(renditions(archive)), 0)


def read_in(archive, choice, monkeypatch):
    """The keys that a run reads."""
    keys, plain = [], type(archive.blobs).verify

    def noted(store, bucket, key):
        keys.append(key)
        return plain(store, bucket, key)

    with monkeypatch.context() as patch:
        patch.setattr(type(archive.blobs), "verify", noted)
        verdict = verify(archive, choice=choice)
    assert verdict.checked == len(keys)
    return keys, verdict.choice


def test_a_sample_is_of_the_stated_size_and_repeated_by_its_seed(archive, record, monkeypatch):
    keys, told = read_in(archive, Choice(2), monkeypatch)
    assert len(set(keys)) == told["sample"] == 2
    assert read_in(archive, Choice(2, told["seed"]), monkeypatch) == (keys, told)
    others = {tuple(read_in(archive, Choice(2, str(seed)), monkeypatch)[0]) for seed in range(20)}
    assert len(others) > 1
    assert len(read_in(archive, Choice(1000), monkeypatch)[0]) == len(renditions(archive))
    with archive.read() as session:
        event = session.scalars(select(Event).where(Event.act == "store.verified").order_by(Event.id)).first()
    assert (event.detail["sample"], event.detail["seed"]) == (2, told["seed"])


def test_a_rota_goes_on_where_it_stopped_and_reads_everything_once_a_round(archive, record, monkeypatch):
    rota, wanted = Choice(2, is_rota=True), [row.blob_key for row in renditions(archive)]
    seen = []
    for _ in wanted:
        keys, told = read_in(archive, rota, monkeypatch)
        verify(archive, choice=Choice(1))  # other runs do not move it
        seen += keys
        if told["round_done"]:
            break
    assert seen == wanted
    assert read_in(archive, rota, monkeypatch)[0] == wanted[:2]


def test_a_rota_finds_damage_when_its_turn_comes(archive, record):
    archive.blobs.expunge(Bucket.WORKING, renditions(archive)[-1].blob_key)
    rota = Choice(len(renditions(archive)) - 1, is_rota=True)
    assert verify(archive, choice=rota).faults == []
    assert [fault.code for fault in verify(archive, choice=rota).faults] == ["missing"]


@pytest.mark.parametrize("values", [{"bucket": "attic"}, {"blob_key": "../attic"}], ids=["bucket", "key"])
def test_a_row_that_names_no_place_of_the_store_does_not_end_the_run(archive, record, values):
    with archive.begin() as session:
        session.execute(update(Rendition).where(Rendition.role == RenditionRole.MASTER).values(values))
    verdict = verify(archive)
    assert [(fault.code, fault.record_id) for fault in verdict.faults] == [("no_place", record.id)]
    assert verdict.checked == verdict.total


@pytest.mark.parametrize("values", [{"bytes": 1}, {"sha256": "0" * 64}, {"sm3": "0" * 64}], ids=lambda values: next(iter(values)))
def test_a_row_that_says_something_else_than_its_master_is_found(archive, record, values):
    with archive.begin() as session:
        session.execute(update(Record).values(values))
    (fault,) = verify(archive).faults
    assert (fault.code, fault.record_id, fault.name) == ("stale", record.id, "户口簿.jpg")


@pytest.mark.parametrize("values", [{"bytes": 1}, {"sha256": "0" * 64}, {"sm3": "0" * 64}], ids=lambda values: next(iter(values)))
def test_a_rendition_that_says_something_else_than_its_bytes_is_found(archive, record, values):
    with archive.begin() as session:
        session.execute(update(Rendition).where(Rendition.role == RenditionRole.ACCESS).values(values))
    (fault,) = verify(archive).faults
    assert (fault.code, fault.record_id, fault.page_no) == ("another", record.id, 1)


def test_a_record_without_its_master_and_a_page_without_its_picture_are_found(archive, record):
    with archive.begin() as session:
        session.execute(delete(Rendition).where(Rendition.role != RenditionRole.TRANSCRIPT))
    verdict = verify(archive)
    assert [(fault.code, fault.record_id, fault.page_no) for fault in verdict.faults] == [
        ("no_master", record.id, None),
        ("no_picture", record.id, 1),
    ]


def lose(archive, *tables):
    """Delete all rows behind the service's back, as somebody with the database's own tools can."""
    off, on = FREE_OF_KEYS[archive.engine.dialect.name]
    raw = archive.engine.raw_connection()  # the engine's own would begin a transaction, in which SQLite keeps its keys
    cursor = raw.cursor()
    for statement in (off, *(f"delete from {table.__tablename__}" for table in tables), on):
        cursor.execute(statement)
    raw.commit()
    raw.close()


FREE_OF_KEYS = {
    "sqlite": ("pragma foreign_keys = off", "pragma foreign_keys = on"),
    "postgresql": ("set session_replication_role = replica", "set session_replication_role = default"),
}


@pytest.mark.parametrize("tables", [(Record,), (Record, Rendition)], ids=["its renditions left", "nothing left"])
def test_a_record_whose_row_was_taken_away_is_found(archive, record, tables):
    there = len(renditions(archive))
    lose(archive, *tables)
    verdict = verify(archive)
    assert ("no_record", record.id) in [(fault.code, fault.record_id) for fault in verdict.faults]
    assert verdict.checked == verdict.total == (0 if Rendition in tables else there)


def test_only_what_was_read_in_full_counts_as_a_proof(archive, make, clock, record):
    admin = make.actor(Role.SYSTEM_ADMIN, make.tree()[0])

    def proof_at():
        return watching.operations(archive, actor=admin).proof_at

    verify(archive, choice=Choice(1))
    verify(archive, choice=Choice(1, is_rota=True))
    assert proof_at() is None
    verify(archive)
    full = clock.at
    clock.at += timedelta(days=1)
    verify(archive, choice=Choice(1000))
    assert proof_at() == full
    verify(archive, choice=Choice(1000, is_rota=True))
    assert proof_at() == clock.at
