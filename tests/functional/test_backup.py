"""A backup of one moment, checked by hand or by us, put back onto an empty folder with every digest proved."""

import json
import os
import shutil
import subprocess
import threading
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from archive_service.adapters import anchor_files
from archive_service.adapters.blobs import Bucket
from archive_service.archive import open_archive
from archive_service.errors import Refused, Rejected, Unavailable
from archive_service.ids import new_id
from archive_service.models.job import Job
from archive_service.models.ledger import Event
from archive_service.models.record import Record, Rendition, RenditionRole
from archive_service.rules.access import Role
from archive_service.services import backup_manifest, fixity, intake, ledger, ledger_anchors, ledger_noted, ledger_verify, tasks
from archive_service.services.actor import SERVICE
from archive_service.services.backup import make_backup
from archive_service.services.backup_database import snapshot
from archive_service.services.backup_restore import check_backup, restore
from archive_service.services.intake import Incoming
from archive_service.settings import load
from archive_service.worker import Worker
from tests.papers import jpeg

TEXTS = ("第一张", "第二张", "第三张")


@pytest.fixture
def filled(archive, make):
    """Three papers, read, their events chained."""
    registrar = make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3])
    for text in TEXTS:
        intake.receive(archive, Incoming(jpeg(text), f"{text}.jpg"), actor=registrar)
    Worker(archive).drain()
    ledger.seal(archive)
    return registrar


@pytest.fixture
def backup(archive, filled, tmp_path):
    return make_backup(archive, tmp_path / "backup", actor=SERVICE)


@pytest.fixture
def empty_url(kind_of_database, request):
    """A second, empty database of the same kind; SQLite makes its own file."""
    if kind_of_database == "sqlite":
        yield ""
        return
    server, name = request.getfixturevalue("postgres_server"), f"restored_{new_id()}"
    yield server.create_database(name)
    server.drop_database(name)


@pytest.fixture
def empty(empty_url, tmp_path):
    """Settings of another instance that holds nothing yet."""
    return load({"XUEJI_HOME": str(tmp_path / "restored")}, database={"url": empty_url}, reading={"engine": "canned"})


def nothing(*_):
    """Progress that nobody watches."""


def test_its_folders_are_flushed_and_then_its_name(archive, filled, tmp_path, monkeypatch):
    flushed, plain = [], os.fsync

    def noted(descriptor):
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        plain(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    made = make_backup(archive, tmp_path / "safe" / "backup", actor=SERVICE).folder
    part = made.with_name("backup.part")
    folders = [part, *(part / each.relative_to(made) for each in made.rglob("*") if each.is_dir())]
    assert set(folders) <= set(flushed)
    assert flushed.index(made.parent) > max(flushed.index(folder) for folder in folders)


def digests(archive):
    with archive.read() as session:
        return {row.blob_key: (row.sha256, row.sm3, row.bytes) for row in session.scalars(select(Rendition))}


def damage(path):
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_everything_comes_back_and_every_digest_holds(archive, filled, backup, empty):
    assert backup.faults == []
    assert check_backup(backup.folder, nothing) == []
    restored = restore(empty, backup.folder, actor=SERVICE)
    assert restored.is_sound
    assert restored.store.checked == restored.store.total == backup.renditions == len(digests(archive))
    with closing(open_archive(empty)) as other:
        assert digests(other) == digests(archive)
        for key, (sha256, _, size) in digests(other).items():
            assert len(other.blobs.get(Bucket.WORKING, key, sha256=sha256)) == size
            assert other.blobs.stat(Bucket.WORKING, key).media_type == archive.blobs.stat(Bucket.WORKING, key).media_type
        with other.read() as session:
            assert sorted(session.scalars(select(Record.original_name))) == sorted(f"{text}.jpg" for text in TEXTS)
            assert session.scalars(select(Event.act).order_by(Event.id.desc())).first() == "instance.restored"
        ledger.seal(other)
        assert ledger_verify.verify(other).fault is None


@pytest.mark.parametrize("values", [{"bucket": "attic"}, {"blob_key": "../attic"}], ids=["bucket", "key"])
def test_a_row_that_names_no_place_of_the_store_does_not_end_the_run(archive, filled, tmp_path, values):
    with archive.begin() as session:
        first = session.scalars(select(Rendition).where(Rendition.role == RenditionRole.MASTER).order_by(Rendition.id)).first()
        session.execute(update(Rendition).where(Rendition.id == first.id).values(values))
    made = make_backup(archive, tmp_path / "backup", actor=SERVICE)
    [fault] = made.faults
    assert first.record_id in fault
    assert "attic" in fault
    assert made.renditions == len(digests(archive)) - 1
    assert check_backup(made.folder, nothing) == []


def test_the_anchors_go_along_and_come_back(archive, filled, empty, tmp_path):
    archive.clock.at += timedelta(days=2)
    first, second = ledger_anchors.write_due(archive)
    ledger.seal(archive)
    made = make_backup(archive, tmp_path / "backup", actor=SERVICE).folder
    assert restore(empty, made, actor=SERVICE).is_sound
    with closing(open_archive(empty)) as other:
        files = anchor_files.read(other.settings.anchor_folder)
        assert files == [first, second]
        assert {path.stat().st_mode & 0o777 for path in anchor_files.paths(other.settings.anchor_folder)} == {0o440}
        assert ledger_noted.absent(other, files) == []
        assert ledger_noted.absent(other, files[:1]), "the ledger put back knows of both"
        assert ledger_anchors.contradictions(other, files) == []


def test_an_anchor_written_after_the_moment_stays_behind(archive, filled, tmp_path, monkeypatch):
    """Its links are not in the rows taken along: put back, it would accuse the ledger of having been cut off."""
    archive.clock.at += timedelta(days=1)
    [first] = ledger_anchors.write_due(archive)
    ledger.seal(archive)

    def and_then_a_day(*args):
        found = snapshot(*args)
        with archive.begin() as session:
            ledger.write(session, "search.made", ledger.Subject("search"), actor=SERVICE, now=archive.clock.now())
        ledger.seal(archive)
        archive.clock.at += timedelta(days=1)
        assert len(ledger_anchors.write_due(archive)) == 1
        return found

    monkeypatch.setattr("archive_service.services.backup.snapshot", and_then_a_day)
    made = make_backup(archive, tmp_path / "backup", actor=SERVICE).folder
    assert anchor_files.read(made / "anchors") == [first]


def test_the_backup_can_be_checked_without_this_program(backup):
    done = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "manifest-sha256.txt"], cwd=backup.folder, check=False)
    assert done.returncode == 0
    damage(next(path for path in (backup.folder / "blobs").rglob("*") if path.is_file()))
    done = subprocess.run(["sha256sum", "--check", "--status", "manifest-sha256.txt"], cwd=backup.folder, check=False)
    assert done.returncode == 1


def test_counts_and_the_ledger_head_are_written_down(archive, backup):
    about = json.loads((backup.folder / "backup.json").read_text("utf-8"))
    verdict = ledger_verify.verify(archive)
    assert about["counts"]["record"] == len(TEXTS)
    assert about["counts"]["rendition"] == backup.renditions
    assert about["ledger"] == {"events": verdict.sealed, "sealed": verdict.sealed, "digest": verdict.head}
    assert about["is_complete"] is True


def test_what_comes_after_the_moment_is_not_in_it(archive, filled, backup, empty):
    intake.receive(archive, Incoming(jpeg("后来的"), "后来的.jpg"), actor=filled)
    restore(empty, backup.folder, actor=SERVICE)
    with closing(open_archive(empty)) as other, other.read() as session:
        assert "后来的.jpg" not in set(session.scalars(select(Record.original_name)))


def test_a_damaged_backup_is_told_file_by_file(backup):
    blob = next(path for path in (backup.folder / "blobs").rglob("*") if path.is_file())
    damage(blob)
    (backup.folder / "media-types.txt").unlink()
    name = blob.relative_to(backup.folder).as_posix()
    assert sorted(check_backup(backup.folder, nothing)) == sorted(["缺少 media-types.txt", f"{name} 与清单中的摘要不符"])


def test_a_list_that_was_touched_is_refused(backup, empty):
    manifest = backup.folder / "manifest-sha256.txt"
    manifest.write_text("".join(manifest.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")
    with pytest.raises(Rejected, match="已被改动"):
        restore(empty, backup.folder, actor=SERVICE)
    assert not empty.home.exists()


def test_a_place_that_holds_something_is_never_overwritten(archive, backup, empty):
    restore(empty, backup.folder, actor=SERVICE)
    with pytest.raises(Refused):
        restore(empty, backup.folder, actor=SERVICE)
    with pytest.raises(Rejected):
        make_backup(archive, backup.folder, actor=SERVICE)


def test_rows_are_never_overwritten_even_beside_an_empty_store(backup, empty):
    restore(empty, backup.folder, actor=SERVICE)
    shutil.rmtree(empty.store_folder)
    with pytest.raises(Refused) as error:
        restore(empty, backup.folder, actor=SERVICE)
    assert (error.value.this_code, empty.store_folder.exists()) == ("not_empty", False)


def test_damaged_bytes_are_told_and_the_rest_is_taken_along(archive, filled, tmp_path, empty):
    with archive.read() as session:
        master = session.scalars(select(Rendition).where(Rendition.role == RenditionRole.MASTER).order_by(Rendition.id)).first()
    damage(next((archive.settings.store_folder / "working").glob(f"{master.blob_key}.*")) / "content")
    result = make_backup(archive, tmp_path / "backup", actor=SERVICE)
    assert [master.record_id in fault for fault in result.faults] == [True]
    assert result.renditions == len(digests(archive)) - 1
    restored = restore(empty, result.folder, actor=SERVICE)
    assert [(fault.code, fault.key) for fault in restored.store.faults] == [("missing", master.blob_key)]
    assert not restored.is_sound


def test_a_restored_store_that_is_harmed_afterwards_is_found(backup, empty):
    restore(empty, backup.folder, actor=SERVICE)
    damage(next(empty.store_folder.rglob("content")))
    with closing(open_archive(empty)) as other:
        assert [fault.code for fault in fixity.verify_store(other, actor=SERVICE).faults] == ["flipped"]


def test_sheets_of_tasks_under_way_come_along(archive, filled, empty, tmp_path):
    waiting, ended = tasks.keep_sheet(archive, b"waiting"), tasks.keep_sheet(archive, b"ended")
    with archive.begin() as session:
        tasks.create(session, waiting, "roster", {}, archive=archive, actor=filled)
        tasks.create(session, ended, "roster", {}, archive=archive, actor=filled).state = tasks.DONE
    made = make_backup(archive, tmp_path / "backup", actor=SERVICE)
    assert check_backup(made.folder, nothing) == []
    assert restore(empty, made.folder, actor=SERVICE).is_sound
    assert [(path.name, path.read_bytes()) for path in (empty.home / "tasks").iterdir()] == [(f"{waiting}.xlsx", b"waiting")]


def test_a_restore_that_lost_rows_says_so(backup, empty):
    about = json.loads((backup.folder / "backup.json").read_text("utf-8"))
    about["counts"] = {**about["counts"], "record": len(TEXTS) + 1, "gone": 1}
    (backup.folder / "backup.json").write_text(json.dumps(about), "utf-8")
    restored = restore(empty, backup.folder, actor=SERVICE)
    assert [fault.split()[1] for fault in restored.row_faults] == ["record", "gone"]
    assert not restored.is_sound


def test_a_ledger_that_ends_elsewhere_is_told(backup, empty):
    about = json.loads((backup.folder / "backup.json").read_text("utf-8"))
    about["ledger"] = {**about["ledger"], "digest": "0" * 64}
    (backup.folder / "backup.json").write_text(json.dumps(about), "utf-8")
    restored = restore(empty, backup.folder, actor=SERVICE)
    assert restored.ledger_fault
    assert not restored.is_sound


def test_a_disk_that_keeps_something_else_ends_the_backup(archive, filled, tmp_path, monkeypatch):
    copy = backup_manifest._copy

    def careless(source, path):
        digest = copy(source, path)
        damage(path)
        return digest

    monkeypatch.setattr(backup_manifest, "_copy", careless)
    with pytest.raises(Unavailable) as error:
        make_backup(archive, tmp_path / "backup", actor=SERVICE)
    assert error.value.this_code == "backup_disk"
    assert not (tmp_path / "backup").exists()


def test_a_backup_made_while_papers_come_in_is_one_moment(archive, filled, empty, tmp_path):
    """Writers that never stop: whatever the backup holds of them is whole, and nothing they are told is kept goes missing."""
    stop, taken = threading.Event(), []

    def write():
        while not stop.is_set():
            taken.append(intake.receive(archive, Incoming(jpeg(f"{new_id()}"), "new.jpg"), actor=filled).id)
            ledger.seal(archive)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        while len(taken) < 3:
            time.sleep(0.01)
        before = list(taken)
        made = make_backup(archive, tmp_path / "backup", actor=SERVICE)
        during = len(taken) - len(before)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert during > 0
    assert made.faults == []
    restored = restore(empty, made.folder, actor=SERVICE)
    assert restored.is_sound
    with closing(open_archive(empty)) as other, other.read() as session:
        records = set(session.scalars(select(Record.id)))
        masters = set(session.scalars(select(Rendition.record_id).where(Rendition.role == RenditionRole.MASTER)))
        jobs = set(session.scalars(select(Job.record_id).where(Job.kind == "judge")))
        events = set(session.scalars(select(Event.record_id).where(Event.act == "record.received")))
    assert records == masters == jobs == events
    assert set(before) <= records
