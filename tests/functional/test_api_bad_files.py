"""The table of bad files, through HTTP: code, status, whether the bytes are kept, and a message with the way out."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from archive_service.adapters.blobs import Bucket
from archive_service.models.ledger import Event
from archive_service.models.record import PageFinding, Record, Rendition
from archive_service.services import transcription
from demo.bad_files import bad_files
from tests.functional.case_steps import Office
from tests.papers import jpeg

MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class Expected:
    """What is answered; a file that is kept has a finding instead of a refusal. `way_out` is part of the advice."""

    status: int
    code: str
    kept: bool
    way_out: str


TABLE = {
    "空文件.jpg": Expected(400, "empty_file", kept=False, way_out="重新导出"),
    "程序改名.jpg": Expected(415, "unknown_type", kept=False, way_out="另存为"),
    "压缩包改名.pdf": Expected(415, "unknown_type", kept=False, way_out="另存为"),
    "网页改名.png": Expected(415, "unknown_type", kept=False, way_out="另存为"),
    "超大像素.png": Expected(422, "too_many_pixels", kept=False, way_out="重新扫描"),
    "有密码.pdf": Expected(422, "encrypted_pdf", kept=False, way_out="重新导出"),
    "过大的扫描件.jpg": Expected(413, "too_large", kept=False, way_out="分件上传"),
    "传了一半.jpg": Expected(201, "truncated_image", kept=True, way_out="重新扫描"),
    "带脚本.pdf": Expected(201, "pdf_script", kept=True, way_out="打印为普通 PDF"),
    "带附件.pdf": Expected(201, "pdf_embedded_file", kept=True, way_out="单独上传"),
}


@pytest.fixture
def make_settings(make_settings) -> Callable:
    """A lower limit than a real instance has, so that the file above it is quickly made."""
    return lambda **sections: make_settings(intake={"max_bytes": MOST_BYTES}, **sections)


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture(scope="module")
def files():
    return bad_files(oversize_bytes=MOST_BYTES + 1)


@pytest.fixture
def send(call, office):
    def send(content, name):
        return call.post("/records", office.registrar, data={"file": (io.BytesIO(content), name)})

    return send


def rows(archive, table):
    with archive.read() as session:
        return list(session.scalars(select(table).order_by(table.id)))


def test_the_table_covers_every_bad_file(files):
    assert set(files) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_bad_file(archive, files, send, name):
    expected, content = TABLE[name], files[name]
    answer = send(content, name)
    assert answer.status_code == expected.status, answer.json
    stored = list(archive.blobs.keys(Bucket.WORKING))
    if not expected.kept:
        assert answer.mimetype == "application/problem+json"
        assert (answer.json["code"], expected.way_out in answer.json["detail"]) == (expected.code, True), answer.json
        assert (rows(archive, Record), stored) == ([], [])
        [refused] = [event for event in rows(archive, Event) if event.act == "record.refused"]
        assert (refused.detail["code"], refused.detail["name"]) == (expected.code, name)
        return
    assert len(stored) == 1
    [master] = rows(archive, Rendition)
    assert archive.blobs.get(Bucket.WORKING, master.blob_key) == content
    transcription.judge_record(archive, answer.json["id"])
    advice = {found.code: found.advice for found in rows(archive, PageFinding)}
    assert expected.way_out in advice[expected.code]


@pytest.mark.parametrize("size", [MOST_BYTES + 2_000_000, 50_000_000])
def test_larger_than_any_request_may_be(archive, send, size):
    answer = send(b"\xff\xd8" + bytes(size), "大.jpg")
    assert (answer.status_code, answer.mimetype, answer.json["code"]) == (413, "application/problem+json", "too_large")
    assert "上限" in answer.json["detail"]
    assert (rows(archive, Record), list(archive.blobs.keys(Bucket.WORKING))) == ([], [])


def test_a_length_that_is_only_announced(call, office):
    announced = {"CONTENT_LENGTH": "99999999999"}
    answer = call.post("/records", office.registrar, content_type="multipart/form-data; boundary=x", environ_overrides=announced)
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_the_same_file_twice_at_once(archive, app, token, office):
    header, content = token(office.registrar), jpeg("同一张纸")

    def post(_):
        return app.test_client().post("/api/v1/records", headers=header, data={"file": (io.BytesIO(content), "a.jpg")})

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(post, range(2)))
    assert [answer.status_code for answer in answers] == [201, 201]
    first, second = rows(archive, Record)
    assert first.sha256 == second.sha256
    again = post(None).json
    assert again["duplicate_of"] == first.id
    assert len(list(archive.blobs.keys(Bucket.WORKING))) == 3


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\\\扫描\\\\户口簿.jpg", "户口簿.jpg"),
        ("/绝对/路径.jpg", "路径.jpg"),
        ("a\u202ejpg.exe", "ajpg.exe"),
        ("长" * 300 + ".jpg", ("长" * 300 + ".jpg")[-200:]),
        ("<script>alert(1)</script>.jpg", "script>.jpg"),
    ],
)
def test_the_file_name_is_a_name_and_no_path(archive, send, name, kept):
    answer = send(jpeg("x"), name)
    assert (answer.status_code, answer.json["name"]) == (201, kept)
    home = archive.settings.home
    assert all(path.is_relative_to(home) for path in home.rglob("*"))
    assert not list(home.rglob("*passwd*"))


def test_no_file_at_all(call, office):
    assert call.post("/records", office.registrar, data={"kind": "hukou_page"}).json["code"] == "no_file"
    assert call.post("/records", office.registrar).json["code"] == "no_file"
    wrong = call.post("/records", office.registrar, data=b"\xff\xd8", content_type="image/jpeg")
    assert (wrong.status_code, wrong.json["code"]) == (415, "unsupported_media_type")


def test_a_digest_that_does_not_fit(archive, call, office):
    fields = {"file": (io.BytesIO(jpeg("x")), "x.jpg"), "sha256": "0" * 64}
    answer = call.post("/records", office.registrar, data=fields)
    assert (answer.status_code, answer.json["code"]) == (400, "digest_mismatch")
    assert rows(archive, Record) == []
