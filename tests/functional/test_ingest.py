"""A folder taken in: everything in order, nothing twice after an interruption, every refusal told, catalogues checked cell by cell."""

import io
import os
import time
from datetime import date

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from archive_service.errors import NotFound, Rejected, StoreUnavailable
from archive_service.models.record import PageFinding, Record, RecordState
from archive_service.rules.access import Role
from archive_service.services import ingest, ingest_pages
from archive_service.services.ingest import folder_label, open_intake, take_folder
from archive_service.services.ingest_folder import files_of
from archive_service.services.ingest_sheet import COLUMNS, read_catalogue
from archive_service.services.ingest_watch import Watch
from archive_service.worker import Worker
from tests.papers import hukou, jpeg, tiff


@pytest.fixture
def office(archive, make):
    """A school with a registrar, and a way to take a folder in."""

    class Office:
        school = make.tree()[3]
        registrar = make.actor(Role.SCHOOL_REGISTRAR, school)

        def take(self, folder, slips=None, files=None, **values):
            files = files_of(folder) if files is None else files
            batch = open_intake(
                archive, folder_label(folder), source="folder", actor=self.registrar, expected=values.pop("expected", len(files)), **values
            )
            take_folder(archive, files, slips or {}, batch, actor=self.registrar, told=lambda *_: None)
            return batch

        def records(self):
            with archive.read() as session:
                return session.scalars(select(Record).order_by(Record.id)).all()

    return Office()


@pytest.fixture
def folder(tmp_path):
    """Two papers, one of them in a subfolder, and what lies around them in real life."""
    root = tmp_path / "scans"
    (root / "三班").mkdir(parents=True)
    (root / "b.jpg").write_bytes(jpeg("第二张"))
    (root / "三班" / "a.jpg").write_bytes(jpeg("第一张"))
    for name in (".hidden.jpg", "half.jpg.part", "~$名册.xlsx", "Thumbs.db", "old.jpg~"):
        (root / name).write_bytes(b"x")
    return root


def sheet(*rows, headings=COLUMNS):
    book = Workbook()
    book.active.append(list(headings))
    for row in rows:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def catalogue(archive, office, folder, *rows):
    path = folder.parent / "目录.xlsx"
    path.write_bytes(sheet(*rows))
    return read_catalogue(archive, path, files_of(folder), actor=office.registrar)


def test_every_paper_is_taken_and_what_lies_around_is_left(office, folder):
    batch = office.take(folder)
    assert [record.original_name for record in office.records()] == ["b.jpg", "a.jpg"]
    assert (len(batch.taken), batch.already, batch.refused) == (2, 0, [])
    assert {record.batch_id for record in office.records()} == {batch.batch_id}


def test_links_and_wrong_files_are_refused_by_name_and_do_not_hold_up_the_rest(office, folder, tmp_path):
    (tmp_path / "secret.jpg").write_bytes(jpeg("别人的"))
    (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder / "letter.docx").write_bytes(b"PK\x03\x04 no picture")
    os.mkfifo(folder / "pipe.jpg")
    batch = office.take(folder)
    assert {refusal.name: refusal.code for refusal in batch.refused} == {
        "link.jpg": "not_a_file",
        "letter.docx": "unknown_type",
        "pipe.jpg": "not_a_file",
    }
    assert len(office.records()) == 2


def test_a_linked_folder_is_not_followed(office, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "c.jpg").write_bytes(jpeg("别处"))
    (folder / "inside").symlink_to(elsewhere)
    assert [refusal.name for refusal in office.take(folder).refused] == ["inside"]
    with pytest.raises(Rejected):
        files_of(folder / "inside")


def test_a_run_cut_short_goes_on_in_its_batch_without_doubles(office, folder):
    first = office.take(folder, files=files_of(folder)[:1], expected=2)
    again = office.take(folder)
    assert again.batch_id == first.batch_id
    assert (again.already, len(again.taken)) == (1, 1)
    assert len(office.records()) == 2


def test_a_store_that_is_away_keeps_what_was_taken(archive, office, folder, monkeypatch):
    put, calls = type(archive.blobs).put, []

    def failing(self, *arguments, **values):
        calls.append(arguments)
        if len(calls) == 2:
            raise StoreUnavailable
        return put(self, *arguments, **values)

    monkeypatch.setattr(type(archive.blobs), "put", failing)
    with pytest.raises(StoreUnavailable):
        office.take(folder)
    assert len(office.records()) == 1
    assert office.take(folder).already == 1
    assert len(office.records()) == 2


def test_a_full_batch_is_not_gone_on_with(office, folder):
    first, second = office.take(folder), office.take(folder)
    assert first.batch_id != second.batch_id
    assert [bool(record.duplicate_of) for record in office.records()] == [False, False, True, True]


def test_two_like_files_of_one_name_are_two_papers(office, folder):
    (folder / "四班").mkdir()
    (folder / "四班" / "a.jpg").write_bytes(jpeg("第一张"))
    assert len(office.take(folder).taken) == 3
    assert office.take(folder, batch_id=office.records()[0].batch_id).already == 3


def test_a_batch_of_another_school_is_unknown(office, make, folder):
    other = make.actor(Role.SCHOOL_REGISTRAR, make.organisation())
    batch = office.take(folder)
    office.registrar = other
    with pytest.raises(NotFound):
        office.take(folder, batch_id=batch.batch_id)


def test_the_catalogue_binds_each_file(archive, office, folder, make):
    student = make.student(office.school, name="张三")
    found = catalogue(
        archive,
        office,
        folder,
        ("三班/a.jpg", f"G{student.id_no}", "张三", "居民户口簿页", "2026-03-05", "1"),
        ("b.jpg", "", "张三", "written_application", "2026年3月6日", 2),
    )
    assert found.faults == ()
    office.take(folder, found.slips)
    second, first = office.records()
    assert (first.student_id, first.kind, first.received_on) == (student.id, "hukou_page", date(2026, 3, 5))
    assert (second.student_id, second.kind, second.received_on) == (student.id, "written_application", date(2026, 3, 6))


def test_every_fault_of_the_catalogue_is_told_at_its_cell(archive, office, folder, make):
    mine, twin = make.student(office.school, name="王芳"), make.student(office.school, name="王芳")
    elsewhere = make.student(make.organisation(), name="李四")
    found = catalogue(
        archive,
        office,
        folder,
        ("a.jpg", f"G{mine.id_no}", "张三", "飞船票据", "2026-02-30", "0"),
        ("b.jpg", "", "王芳", "", "2099-01-01", "两页"),
        ("c.jpg", f"G{elsewhere.id_no}", "", "", "", ""),
        ("b.jpg", "", "", "", "", ""),
        ("", "", "赵六", "", "", ""),
    )
    assert twin.id != mine.id
    assert [(fault.row, fault.column, fault.code) for fault in found.faults] == [
        (2, "姓名", "another_student"),
        (2, "材料种类", "no_kind"),
        (2, "日期", "date"),
        (2, "页数", "pages"),
        (3, "姓名", "namesakes"),
        (3, "日期", "date"),
        (3, "页数", "pages"),
        (4, "文件名", "no_file"),
        (4, "学籍号", "no_student"),
        (5, "文件名", "twice"),
        (6, "文件名", "empty"),
        (6, "姓名", "no_student"),
    ]
    assert found.slips == {}
    assert office.records() == []


def test_a_file_the_catalogue_leaves_out_is_a_fault(archive, office, folder):
    found = catalogue(archive, office, folder, ("a.jpg", "", "", "", "", ""))
    assert [(fault.code, "b.jpg" in fault.message) for fault in found.faults] == [("not_listed", True)]


def test_a_bare_name_that_two_files_have_needs_its_folder(archive, office, folder):
    (folder / "a.jpg").write_bytes(jpeg("另一张"))
    rows = [("a.jpg", "", "", "", "", ""), ("三班/a.jpg", "", "", "", "", ""), ("b.jpg", "", "", "", "", "")]
    found = catalogue(archive, office, folder, *rows)
    assert set(found.slips) == {"a.jpg", "三班/a.jpg", "b.jpg"}


@pytest.mark.parametrize(("pages", "is_told"), [(1, False), (3, True)])
def test_a_page_count_that_differs_becomes_a_finding(archive, office, folder, clock, pages, is_told):
    (folder / "b.jpg").unlink()
    found = catalogue(archive, office, folder, ("a.jpg", "", "", "", "", str(pages)))
    office.take(folder, found.slips)
    clock.at += 2 * ingest_pages.LOOK_AGAIN
    Worker(archive).drain()
    with archive.read() as session:
        findings = session.scalars(select(PageFinding).where(PageFinding.code == ingest_pages.CODE)).all()
    assert [(finding.value, finding.limit) for finding in findings] == ([(1, 3)] if is_told else [])


def test_pages_are_counted_once_the_paper_was_opened(archive, office, folder, clock):
    record_id = office.take(folder, files=files_of(folder)[:1]).taken[0]
    ingest_pages.expect(archive, record_id, 2)
    ingest_pages.check(archive, record_id, 2)  # nobody has opened it yet
    clock.at += 2 * ingest_pages.LOOK_AGAIN
    Worker(archive).drain()
    with archive.read() as session:
        assert session.scalars(select(PageFinding.value).where(PageFinding.code == ingest_pages.CODE)).all() == [1]


def test_how_far_a_batch_has_come(archive, office, folder, make):
    make.student(office.school, name="张三")
    (folder / "c.tiff").write_bytes(tiff(hukou("张三", "x"), "背面"))
    batch = office.take(folder)
    before = ingest.progress(archive, batch.batch_id)
    assert (before.total, before.pending) == (3, 3)
    Worker(archive).drain()
    with archive.read() as session:
        states = set(session.scalars(select(Record.state)))
    assert states == {RecordState.READ}
    assert ingest.progress(archive, batch.batch_id).pending == 3  # read, but not searchable yet
    with pytest.raises(NotFound):
        ingest.progress(archive, "0" * 32)


@pytest.fixture
def watch(archive, office, tmp_path):
    drop = tmp_path / "drop"
    drop.mkdir()
    return Watch(archive, drop, office.registrar, settled_seconds=0.2)


def settled(watch):
    """Rounds until nothing moves any more."""
    seen = list(watch.round())
    time.sleep(0.25)
    return seen + list(watch.round())


def test_watching_takes_whole_files_and_moves_them_away(office, watch):
    (watch.folder / "a.jpg").write_bytes(jpeg("一"))
    (watch.folder / "bad.jpg").write_bytes(b"MZ\x90 no picture")
    assert {name: refusal is None for name, refusal in settled(watch)} == {"a.jpg": True, "bad.jpg": False}
    assert (watch.folder / ".done" / "a.jpg").exists()
    assert (watch.folder / ".refused" / "bad.jpg").exists()
    assert "未接收" in (watch.folder / ".refused" / "bad.jpg.txt").read_text("utf-8")
    assert settled(watch) == []
    assert [record.original_name for record in office.records()] == ["a.jpg"]


def test_watching_waits_for_a_file_that_is_still_growing(office, watch):
    whole = jpeg("慢慢写")
    (watch.folder / "slow.jpg").write_bytes(whole[: len(whole) // 2])
    assert list(watch.round()) == []
    time.sleep(0.25)
    (watch.folder / "slow.jpg").write_bytes(whole)
    assert list(watch.round()) == []
    assert [refusal for _, refusal in settled(watch)] == [None]
    assert len(office.records()) == 1


def test_a_file_taken_just_before_a_kill_is_only_moved(archive, office, watch):
    (watch.folder / "a.jpg").write_bytes(jpeg("一"))
    settled(watch)
    (watch.folder / ".done" / "a.jpg").rename(watch.folder / "a.jpg")
    fresh = Watch(archive, watch.folder, office.registrar, settled_seconds=0.2)
    assert [name for name, _ in settled(fresh)] == ["a.jpg"]
    assert fresh.batch().batch_id == watch.batch().batch_id
    assert len(office.records()) == 1


def test_a_second_file_of_one_name_does_not_overwrite_the_first(office, watch):
    for text in ("一", "二"):
        (watch.folder / "scan.jpg").write_bytes(jpeg(text))
        settled(watch)
    assert len(office.records()) == 2
    assert len(list((watch.folder / ".done").iterdir())) == 2


def test_each_day_has_its_own_batch(watch, clock):
    first = watch.batch().batch_id
    clock.at = clock.at.replace(day=clock.at.day + 1)
    assert watch.batch().batch_id != first
