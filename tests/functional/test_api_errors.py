"""What goes wrong over HTTP: problem documents, who may call, browsers and their CSRF token, malformed input of every kind."""

import io
from datetime import timedelta

import flask
import pytest
from flask_wtf.csrf import generate_csrf
from sqlalchemy import event

from archive_service.app import create_app
from archive_service.models.account import Account
from archive_service.rules.access import Role, TokenScope
from archive_service.services import tokens
from archive_service.services.passwords import hash_password
from archive_service.services.sign_in import open_session
from archive_service.services.tokens import NewToken
from tests.functional.case_steps import Office
from tests.papers import jpeg

PASSWORD = "Xueji-2026-gz"


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


def is_problem(response, status, code):
    assert (response.status_code, response.mimetype, response.json["code"]) == (status, "application/problem+json", code), response.json
    assert set(response.json) >= {"type", "title", "status", "detail", "code"}
    assert response.json["status"] == status
    assert any("\u4e00" <= char <= "\u9fff" for char in response.json["detail"])


def leave_no_room(archive):
    """SQLite may take no further page; PostgreSQL says what it says when its disk is full."""
    if archive.engine.dialect.name == "sqlite":
        archive.engine.dispose()
        event.listen(
            archive.engine, "connect", lambda connection, _: connection.execute("pragma max_page_count = 1")
        )  # never below what is there
        return
    with archive.engine.begin() as connection:
        raising = "begin raise exception 'could not extend file' using errcode = 'disk_full'; end"
        connection.exec_driver_sql(f"create function no_room() returns trigger language plpgsql as $$ {raising} $$")
        for table in ("batch", "event"):
            connection.exec_driver_sql(f"create trigger no_room before insert on {table} execute function no_room()")


def test_a_full_disk_under_the_database_is_said_in_words(archive, call, office):
    paper = call.post("/records", office.registrar, data={"file": (io.BytesIO(jpeg("一张纸")), "a.jpg")}).json["id"]
    leave_no_room(archive)
    label = "九" * 200
    made = refused_at_last(lambda: call.post("/batches", office.registrar, json={"label": label}))
    looked = refused_at_last(lambda: call.get(f"/records/{paper}", office.registrar))  # a look is an event
    for answer in (made, looked):
        is_problem(answer, 503, "database_full")
        assert answer.headers["Retry-After"]


def refused_at_last(ask, at_most=300):
    """Pages that are there already fill up first."""
    return next(answer for answer in (ask() for _ in range(at_most)) if answer.status_code >= 400)


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer xj_unknown"}, {"Authorization": "Bearer "}, {"Authorization": "Basic YTpi"}]
)
def test_nobody_gets_in_without_a_token(call, headers):
    answer = call.get("/records", headers=headers)
    is_problem(answer, 401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_ended_tokens(archive, clock, call, office):
    made = tokens.create(archive, office.registrar.account_id, NewToken("short", days=1), office.registrar)
    header = {"Authorization": f"Bearer {made.text}"}
    assert call.get("/me", headers=header).status_code == 200
    clock.at += timedelta(days=1)
    is_problem(call.get("/me", headers=header), 401, "not_signed_in")
    other = tokens.create(archive, office.registrar.account_id, NewToken("revoked"), office.registrar)
    tokens.revoke(archive, other.id, office.registrar)
    is_problem(call.get("/me", headers={"Authorization": f"Bearer {other.text}"}), 401, "not_signed_in")


def test_unknown_paths_and_methods(call, office):
    is_problem(call.get("/no-such-thing", office.registrar), 404, "not_found")
    answer = call("DELETE", "/me", office.registrar)
    is_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_head_on_every_kind_of_get(call, office):
    for path in ("/me", "/records", "/kinds", "/openapi.json", "/students"):
        answer = call("HEAD", path, office.registrar)
        assert (answer.status_code, answer.data) == (200, b""), path
    assert call("HEAD", f"/records/{'0' * 32}", office.registrar).status_code == 404


def test_a_browser_calls_with_its_cookie_and_csrf_token(archive, app, client, office):
    with archive.begin() as session:
        account = session.get(Account, office.registrar.account_id)
        account.password_hash = hash_password(PASSWORD)
        login = account.login
    client.set_cookie("xueji_session", open_session(archive, login, PASSWORD, "127.0.0.1").token)
    assert client.get("/api/v1/me").json["account"]["login"] == login
    is_problem(client.post("/api/v1/batches", json={"label": "无令牌"}), 400, "csrf")
    with app.test_request_context():
        csrf, secret = generate_csrf(), flask.session["csrf_token"]
    with client.session_transaction() as form:
        form["csrf_token"] = secret
    answer = client.post("/api/v1/batches", json={"label": "有令牌"}, headers={"X-CSRF-Token": csrf})
    assert (answer.status_code, answer.json["label"]) == (201, "有令牌")


def test_too_many_calls(archive, app, token, office):
    api = archive.settings.api.model_copy(update={"requests_per_minute": 3})
    few = create_app(archive.settings.model_copy(update={"api": api}), archive).test_client()
    header = token(office.registrar)
    statuses = [few.get("/api/v1/kinds", headers=header).status_code for _ in range(8)]
    answer = few.get("/api/v1/kinds", headers=header)
    assert 429 in statuses
    is_problem(answer, 429, "too_many")
    assert int(answer.headers["Retry-After"]) > 0


def test_the_three_administrators_and_the_operators_figures(call, make, office):
    admin = make.actor(Role.SYSTEM_ADMIN, office.county)
    assert call.get("/jobs", admin).json["dead"] == 0
    assert b"xueji_jobs" in call.get("/metrics", admin).data or b"xueji_events" in call.get("/metrics", admin).data
    is_problem(call.get("/jobs", office.registrar), 403, "denied")
    assert call.get("/students", admin).json["total"] == 0
    assert call.get("/health").json["parts"]["database"] == "ok"


def test_scopes_of_tokens(client, token, office):
    header = token(office.registrar, TokenScope.ADMIN)
    assert client.get("/api/v1/students", headers=header).json["total"] == 0
    is_problem(client.post("/api/v1/batches", headers=token(office.registrar, TokenScope.READ), json={}), 403, "denied")


@pytest.mark.parametrize(
    "path",
    [
        "/records?cursor=../../etc",
        "/records?cursor=%00",
        "/records?size=0",
        "/records?size=abc",
        "/records?size=99999999999999999999999999",
        "/records?state=nonsense",
        "/records?batch=%00",
        "/records?unknown=1",
        "/students?cursor=x",
        "/students?name=%00",
        f"/students?name={'长' * 201}",
        "/cases?cursor=2026-01-01~x",
        "/cases?due_before=2026-13-01",
        "/changes?after=-1",
        "/changes?after=99999999999999999999",
        "/search?q=%00",
        f"/search?q={'长' * 2001}",
        "/search?page=0",
        "/search?status=nonsense",
        "/search?from=never",
        "/procedures?on=0000-00-00",
    ],
)
def test_malformed_queries(call, office, path):
    answer = call.get(path, office.registrar)
    assert answer.status_code == 400, answer.json
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("thing", ["%00", "x", "0" * 32, "长", "a" * 3000, "..%2F..", "%ED%A0%80"])
def test_unknown_things_of_any_form(call, office, thing):
    for path in ("/records/{}", "/cases/{}", "/students/{}", "/batches/{}", "/tasks/{}", "/records/{}/master", "/students/{}/dossier"):
        assert call.get(path.format(thing), office.registrar).status_code == 404, path


@pytest.mark.parametrize("number", ["0", "99999999999999999999999", "100001"])
def test_pages_that_cannot_be(call, office, make, number):
    record = office.paper(make.student(office.school), "hukou_page")
    assert call.get(f"/records/{record.id}/pages/{number}/image", office.registrar).status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"null", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"kind": "a\\u0000b"}', 400),
        (b'{"kind": "\\ud800"}', 400),
        (b'{"ki\\u0000nd": "x"}', 400),
        (b'{"kind": 1}', 400),
        (b'{"kind": "' + b"x" * 100 + b'"}', 400),
        (b'{"kind": ' + b"9" * 5000 + b"}", 400),
        (b'{"kind": "hukou_page", "more": 1}', 400),
        (b'{"kind": "no_such_kind"}', 422),
    ],
)
def test_malformed_bodies(call, office, make, content, status):
    record = office.paper(make.student(office.school), "hukou_page")
    answer = call.put(f"/records/{record.id}/kind", office.registrar, data=content, content_type="application/json")
    assert answer.status_code == status, answer.json


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_bodies_that_are_not_json(call, office, media_type):
    is_problem(call.post("/batches", office.registrar, data=b"{}", content_type=media_type), 415, "unsupported_media_type")


def test_numbers_no_column_holds(call, office):
    answer = call.post("/batches", office.registrar, json={"expected": 2**40})
    is_problem(answer, 400, "malformed")
    assert answer.json["findings"][0]["place"] == "expected"


@pytest.mark.parametrize("version", ["x", "-1", "1.5", "9" * 30])
def test_versions_that_cannot_be(call, office, make, version):
    record = office.paper(make.student(office.school), "hukou_page")
    is_problem(
        call.put(f"/records/{record.id}/kind", office.registrar, json={"kind": "hukou_page"}, headers={"If-Match": version}),
        400,
        "malformed",
    )


def test_purposes_that_cannot_be_kept(call, office, make):
    record = office.paper(make.student(office.school), "hukou_page")
    for header in ("x" * 201, "\xff", "%00"):
        is_problem(call.get(f"/records/{record.id}", office.registrar, headers={"X-Purpose": header}), 400, "malformed")


@pytest.mark.parametrize("value", ["%00", "x" * 100])
def test_forms_are_checked_like_json(call, office, value):
    for name in ("student_no", "batch_id", "kind", "case_id"):
        fields = {name: value.replace("%00", "a\x00b"), "file": (io.BytesIO(jpeg("x")), "x.jpg")}
        is_problem(call.post("/records", office.registrar, data=fields), 400, "malformed")


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
def test_a_form_with_parts_that_have_no_name(call, office, headers):
    parts = ['form-data; name="kind"\r\n\r\nhukou_page', "form-data\r\n\r\nx", 'form-data; filename="a.jpg"\r\n\r\nx']
    body = "".join(f"--b\r\nContent-Disposition: {part}\r\n" for part in parts) + "--b--\r\n"
    answer = call.post("/records", office.registrar, data=body.encode(), content_type="multipart/form-data; boundary=b", headers=headers)
    is_problem(answer, 400, "malformed")
