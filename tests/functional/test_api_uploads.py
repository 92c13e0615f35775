"""Resumable uploads over HTTP, by the tus protocol: announced, cut, resumed, made a record, given up, expired."""

import base64
import io
import resource
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from archive_service.errors import NotFound, StoreUnavailable
from archive_service.models.record import Record
from archive_service.models.upload import Upload
from archive_service.rules.access import Role, TokenScope
from archive_service.services import starting_again, uploads
from tests.functional.case_steps import Office
from tests.papers import jpeg

PATCH = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def announce(call, office):
    """Begin an upload; answers with its path under the API."""

    def announce(length, name="扫描件-户口簿.jpg", **headers):
        metadata = f"filename {base64.b64encode(name.encode()).decode()},filetype aW1hZ2UvanBlZw=="
        named = {"Upload-Length": str(length), "Upload-Metadata": metadata, "Tus-Resumable": "1.0.0", **headers}
        answer = call.post("/uploads", office.registrar, headers=named)
        assert (answer.status_code, answer.headers["Tus-Resumable"]) == (201, "1.0.0"), answer.json
        return answer.headers["Location"].removeprefix("/api/v1")

    return announce


@pytest.fixture
def send(call, office):
    """Send bytes at an offset."""

    def send(path, at, content):
        return call("PATCH", path, office.registrar, data=content, headers={**PATCH, "Upload-Offset": str(at)})

    return send


def test_what_the_server_can_do(call):
    answer = call("OPTIONS", "/uploads")
    assert (answer.status_code, answer.headers["Tus-Version"]) == (204, "1.0.0")
    assert {"creation", "termination", "expiration"} <= set(answer.headers["Tus-Extension"].split(","))
    assert int(answer.headers["Tus-Max-Size"]) == 104857600


def test_cut_resumed_and_made_a_record(archive, call, office, announce, send):
    content = jpeg("一张纸")
    path = announce(len(content))
    assert send(path, 0, content[:1000]).headers["Upload-Offset"] == "1000"
    here = call("HEAD", path, office.registrar)
    assert (here.headers["Upload-Offset"], here.headers["Upload-Length"]) == ("1000", str(len(content)))
    assert (here.headers["Cache-Control"], "Upload-Expires" in here.headers) == ("no-store", True)
    early = call.post("/records", office.registrar, json={"upload_id": path.rsplit("/", 1)[1]})
    assert (early.status_code, early.json["code"]) == (409, "upload_unfinished")
    assert send(path, 1000, content[1000:]).status_code == 204
    record = call.post("/records", office.registrar, data={"upload_id": path.rsplit("/", 1)[1], "kind": "hukou_page"})
    assert (record.status_code, record.json["name"], record.json["bytes"]) == (201, "扫描件-户口簿.jpg", len(content))
    assert call.get(f"/records/{record.json['id']}/master", office.registrar).data == content
    again = call.post("/records", office.registrar, json={"upload_id": path.rsplit("/", 1)[1]})
    assert (again.status_code, again.json["id"]) == (201, record.json["id"])
    assert not list((archive.settings.home / "uploads").iterdir())
    with archive.read() as session:
        assert session.scalar(select(func.count()).select_from(Record)) == 1


def test_a_broken_line_keeps_what_came(archive, call, office, announce):
    class Cut(io.BytesIO):
        def read(self, size=-1):
            if self.tell() >= 3000:
                raise ConnectionResetError
            return super().read(min(size, 1000))

    path = announce(10_000)
    with pytest.raises(uploads.StoreUnavailable):
        uploads.append(archive, path.rsplit("/", 1)[1], 0, Cut(b"x" * 10_000), actor=office.registrar)
    assert call("HEAD", path, office.registrar).headers["Upload-Offset"] == "3000"


def test_offsets_that_do_not_fit(announce, send, call, office):
    path = announce(100)
    answer = send(path, 5, b"x")
    assert (answer.status_code, answer.json["code"], answer.headers["Tus-Resumable"]) == (409, "offset_mismatch", "1.0.0")
    assert send(path, 0, b"x" * 101).json["code"] == "too_long"
    assert call("HEAD", path, office.registrar).headers["Upload-Offset"] == "0"


def test_a_token_for_reading_writes_nothing(call, client, token, office, announce):
    path = announce(100)
    reading = token(office.registrar, TokenScope.READ)
    for method, headers in (("PATCH", {**PATCH, "Upload-Offset": "0"}), ("DELETE", {})):
        answer = client.open(f"/api/v1{path}", method=method, headers={**reading, **headers}, data=b"x")
        assert answer.status_code == 403
    assert call("HEAD", path, office.registrar).headers["Upload-Offset"] == "0"


def test_one_sender_at_a_time(archive, announce, send):
    path = announce(100)
    with uploads._alone(archive.settings.home / "uploads" / path.rsplit("/", 1)[1]):
        assert send(path, 0, b"x").json["code"] == "upload_busy"


class NearlyFullDisk(io.BytesIO):
    """A sender during whose second chunk the disk takes half of it, and has room again afterwards."""

    reads = 0

    def read(self, size=-1):
        self.reads += 1
        room = uploads.CHUNK_BYTES * 3 // 2 if self.reads == 2 else resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        return super().read(size)


def test_a_disk_that_takes_half_a_chunk_leaves_no_hole(archive, office):
    sent = b"".join(bytes([letter]) * uploads.CHUNK_BYTES for letter in b"abc")
    upload = uploads.begin(archive, name="a.pdf", length=len(sent), actor=office.registrar)
    try:
        with pytest.raises(StoreUnavailable):
            uploads.append(archive, upload.id, 0, NearlyFullDisk(sent), actor=office.registrar)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    _, here = uploads.offset(archive, upload.id, actor=office.registrar)
    assert here == uploads.CHUNK_BYTES * 3 // 2
    uploads.append(archive, upload.id, here, io.BytesIO(sent[here:]), actor=office.registrar)
    assert uploads.content(archive, upload.id, actor=office.registrar)[1] == sent


def test_a_start_tells_what_can_be_gone_on_with_what_is_whole_and_nothing_of_what_expired(archive, clock, office):
    def upload(sent):
        made = uploads.begin(archive, name="a.pdf", length=2, actor=office.registrar)
        uploads.append(archive, made.id, 0, io.BytesIO(sent), actor=office.registrar)

    def told():
        return [line for line in starting_again.take_up(archive) if "上传" in line]

    for sent in (b"", b"a", b"ab"):
        upload(sent)
    unfinished, whole = told()
    assert unfinished.startswith("有 2 份上传没有传完")
    assert whole.startswith("有 1 份上传已经传完")
    clock.at += timedelta(hours=archive.settings.intake.upload_hours, seconds=1)
    assert told() == []


def test_another_version_of_the_protocol(call, office):
    answer = call.post("/uploads", office.registrar, headers={"Tus-Resumable": "0.2.2", "Upload-Length": "1"})
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"Upload-Length": "x"}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "9" * 40}, 400),
        ({"Upload-Length": "104857601"}, 413),
        ({"Upload-Length": "1", "Upload-Metadata": "filename ***"}, 400),
        ({"Upload-Length": "1", "Upload-Metadata": "filename //79"}, 400),
    ],
)
def test_announcements_that_cannot_be_taken(call, office, headers, status):
    assert call.post("/uploads", office.registrar, headers=headers).status_code == status


def test_bytes_with_the_announcement(announce, call, office):
    content = {"Upload-Length": "5", **PATCH}
    answer = call.post("/uploads", office.registrar, data=b"hello", headers=content)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "5")


def test_a_repeated_announcement_gets_the_same_place(call, office):
    headers = {"Upload-Length": "5", "Idempotency-Key": "u1"}
    first, again = (call.post("/uploads", office.registrar, headers=headers) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]


def test_wrong_media_type(announce, call, office):
    answer = call("PATCH", announce(5), office.registrar, data=b"hello", headers={"Upload-Offset": "0", "Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_given_up(announce, call, office, send):
    path = announce(5)
    assert call("DELETE", path, office.registrar).status_code == 204
    assert call("HEAD", path, office.registrar).status_code == 404
    assert send(path, 0, b"x").status_code == 404
    assert call("DELETE", path, office.registrar).status_code == 404


def test_expired_and_swept(archive, clock, announce, call, office):
    path = announce(5)
    clock.at += timedelta(hours=archive.settings.intake.upload_hours, seconds=1)
    assert call("HEAD", path, office.registrar).status_code == 404
    kept = announce(5)
    uploads.sweep(archive)
    assert call("HEAD", kept, office.registrar).status_code == 200
    assert call("DELETE", kept, office.registrar).status_code == 204
    assert not list((archive.settings.home / "uploads").iterdir())


def test_uploads_of_others(archive, make, announce, call, office):
    path = announce(5)
    colleague = make.actor(Role.SCHOOL_REGISTRAR, office.school)
    assert call("HEAD", path, colleague).status_code == 404
    with pytest.raises(NotFound):
        uploads.content(archive, path.rsplit("/", 1)[1], actor=colleague)
    assert call.post("/records", office.registrar, json={"upload_id": "0" * 32}).status_code == 404


def keep_free(archive, free_bytes):
    intake = archive.settings.intake.model_copy(update={"free_bytes": free_bytes})
    object.__setattr__(archive, "settings", archive.settings.model_copy(update={"intake": intake}))


def test_without_room_nothing_is_announced(archive, call, office):
    keep_free(archive, 1 << 60)
    answer = call.post("/uploads", office.registrar, headers={"Upload-Length": "9", "Tus-Resumable": "1.0.0"})
    assert (answer.status_code, answer.json["code"]) == (503, "store_full")
    assert not list((archive.settings.home / "uploads").glob("*"))
    with archive.read() as session:
        assert session.scalar(select(func.count()).select_from(Upload)) == 0


def test_room_that_is_gone_pauses_an_upload(archive, announce, send):
    content, kept = jpeg("一张纸"), archive.settings.intake.free_bytes
    path = announce(len(content))
    assert send(path, 0, content[:1000]).status_code == 204
    keep_free(archive, 1 << 60)
    refused = send(path, 1000, content[1000:])
    assert (refused.status_code, refused.json["code"]) == (503, "store_full")
    keep_free(archive, kept)
    assert send(path, 1000, content[1000:]).headers["Upload-Offset"] == str(len(content))


def test_a_full_data_folder_is_no_room_though_the_store_has_some(archive, call, office, announce, send, monkeypatch):
    """The store on a disk of its own, which does not tell how full it is, as an object store does not."""
    health = archive.blobs.health()
    monkeypatch.setattr(archive.blobs, "health", lambda: replace(health, free_bytes=None))
    path = announce(9)
    keep_free(archive, 1 << 60)
    assert send(path, 0, b"123456789").json["code"] == "store_full"
    answer = call.post("/uploads", office.registrar, headers={"Upload-Length": "9", "Tus-Resumable": "1.0.0"})
    assert (answer.status_code, answer.json["code"]) == (503, "store_full")
