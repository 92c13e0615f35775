"""What OWASP ASVS 5.0 asks of every answer, every unsafe call and every cookie, generated from the URL map; docs/asvs.md names these tests.

Not here: whose data is in an answer (test_matrix_walk), single use cases of signing in (test_sign_in), files (test_api_bad_files).
"""

import json
import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from archive_service import logs
from archive_service.app import create_app
from archive_service.http.guard import COOKIE, SECURE_COOKIE, public
from archive_service.http.headers import HEADERS
from archive_service.models.account import Account, WebSession
from archive_service.models.ledger import Event
from archive_service.rules.access import Role
from archive_service.services import intake
from archive_service.services.tokens import NewToken, create
from tests.functional.case_steps import Office
from tests.functional.web_client import PASSWORD, signed_in
from tests.papers import jpeg

SAFE = {"GET", "HEAD", "OPTIONS"}
ELSEWHERE = "evil.example"
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def secured(archive, app):
    """The application behind TLS, as production has it."""
    settings = archive.settings
    api = settings.api.model_copy(update={"requests_per_minute": 1_000_000})
    service = settings.service.model_copy(update={"secure_cookies": True})
    settings = settings.model_copy(update={"api": api, "service": service})
    return create_app(settings, replace(archive, settings=settings))


def routes(app, wanted):
    """Method and path of every route, its places filled with an id nobody has."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods):
            if wanted(method):
                yield method, _PLACE.sub(lambda match: "1" if match[0].startswith("<int:") else "nobody", rule.rule)


def over_tls(client):
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


def sign_in(client, archive, actor, **environ):
    """Sign in through the form; the account has its password already."""
    with archive.read() as session:
        login = session.get(Account, actor.account_id).login
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in?next=/x", **environ).text)
    form = {"account": login, "password": PASSWORD, "csrf_token": token[1] if token else ""}
    return client.post("/sign-in", data=form, **environ)


def cookies_of(response):
    """Name and attributes of each cookie an answer sets."""
    for line in response.headers.getlist("Set-Cookie"):
        first, *rest = line.split("; ")
        yield first.split("=")[0], {part.split("=")[0]: part.partition("=")[2] for part in rest}


def test_every_answer_carries_the_headers(secured, archive, office):
    signed_in(secured, archive, office.registrar)  # sets the password
    somebody = over_tls(secured.test_client())
    sign_in(somebody, archive, office.registrar, base_url="https://localhost")
    tried = set()
    for client in (over_tls(secured.test_client()), somebody):
        for method, path in [*routes(secured, lambda _: True), ("GET", "/nowhere"), ("BREW", "/"), ("GET", "/api/v1/nowhere")]:
            with client.open(path, method=method, base_url="https://localhost") as answer:
                place = f"{method} {path} {answer.status_code}"
                tried.add(answer.status_code)
                for name, value in HEADERS.items():
                    assert answer.headers.get(name) == value, place
                assert "max-age=31536000; includeSubDomains" in answer.headers["Strict-Transport-Security"], place
                assert path.startswith("/static/") or answer.headers["Cache-Control"] == "no-store", place
                assert not [name for name in answer.headers if name[0].startswith(("Access-Control-", "X-Powered-By"))], place
                assert not answer.mimetype.startswith("text/") or answer.mimetype_params.get("charset") == "utf-8", place
    assert tried >= {200, 302, 400, 401, 404, 405}


def test_every_write_with_a_cookie_wants_the_forms_token(app, archive, office):
    browser = signed_in(app, archive, office.registrar)
    tried = 0
    for method, path in routes(app, lambda method: method not in SAFE):
        if path == "/sign-in":
            continue
        for headers in ({}, {"X-CSRFToken": "made-up"}, {"Origin": f"https://{ELSEWHERE}"}):
            answer = browser.client.open(path, method=method, headers={"Accept": "application/json", **headers})
            assert (answer.status_code, answer.json["code"]) == (400, "csrf"), f"{method} {path}"
            tried += 1
    assert tried > 80
    assert browser.client.get("/account").status_code == 200  # none of them signed it out


def test_signing_in_wants_the_forms_token_too(app, archive, office):
    signed_in(app, archive, office.registrar)
    with archive.read() as session:
        login = session.get(Account, office.registrar.account_id).login
    answer = app.test_client().post("/sign-in", data={"account": login, "password": PASSWORD}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (400, "csrf")


def test_a_cookie_is_for_this_host_over_tls_and_no_script(secured, archive, office):
    signed_in(secured, archive, office.registrar)
    client = over_tls(secured.test_client())
    set_by = [
        client.get("/sign-in", base_url="https://localhost"),
        sign_in(client, archive, office.registrar, base_url="https://localhost"),
    ]
    found = dict(pair for response in set_by for pair in cookies_of(response))
    assert set(found) >= {SECURE_COOKIE, "__Host-xueji_form"}
    for name, attributes in found.items():
        assert name.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite", "Path"} <= set(attributes)
        assert (attributes["SameSite"], attributes["Path"]) == ("Lax", "/")
        assert not {"Domain", "Expires", "Max-Age"} & set(attributes)


def test_signing_in_gives_a_new_session_and_ends_the_one_before(app, archive, office):
    browser = signed_in(app, archive, office.registrar)
    before = browser.client.get_cookie(COOKIE).value
    browser.get("/")
    client = app.test_client()
    client.set_cookie(COOKIE, before)
    page = app.test_client()
    page.set_cookie(COOKIE, before)
    browser.post("/sign-in", account=login_of(archive, office.registrar), password=PASSWORD)
    assert browser.client.get_cookie(COOKIE).value != before
    browser.get("/account")
    assert client.get("/account").status_code == 302
    with archive.read() as session:
        assert session.scalar(select(func.count()).select_from(WebSession)) == 1


def login_of(archive, actor):
    with archive.read() as session:
        return session.get(Account, actor.account_id).login


@pytest.mark.parametrize("typed", [f"{PASSWORD} ", f" {PASSWORD}", PASSWORD + "x" * 200])
def test_a_password_counts_to_the_last_space(app, archive, office, typed):
    signed_in(app, archive, office.registrar)
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)[1]
    form = {"account": login_of(archive, office.registrar), "password": typed, "csrf_token": token}
    assert client.post("/sign-in", data=form).status_code == 401


def test_a_session_somebody_else_made_up_is_not_taken_over(app, archive, office):
    signed_in(app, archive, office.registrar)
    client = app.test_client()
    client.set_cookie(COOKIE, "planted")
    assert sign_in(client, archive, office.registrar).status_code == 302
    assert client.get_cookie(COOKIE).value != "planted"
    other = app.test_client()
    other.set_cookie(COOKIE, "planted")
    assert other.get("/account").status_code == 302


def test_what_ended_is_ended_for_whoever_kept_the_cookie(app, archive, office):
    browser = signed_in(app, archive, office.registrar)
    kept = browser.client.get_cookie(COOKIE).value
    browser.get("/account")
    left = browser.post("/sign-out")
    assert '"storage"' in left.headers["Clear-Site-Data"]
    client = app.test_client()
    client.set_cookie(COOKIE, kept)
    assert client.get("/account").status_code == 302
    assert client.get("/api/v1/me").status_code == 401


def test_every_page_of_a_signed_in_person_offers_to_sign_out(app, archive, office):
    browser = signed_in(app, archive, office.registrar)
    for path in ("/", "/students", "/capture", "/tray", "/cases", "/search", "/account", "/password"):
        assert 'action="/sign-out"' in browser.get(path).text, path


def test_redirects_stay_here_whatever_host_is_claimed(app, archive, office):
    browser = signed_in(app, archive, office.registrar)
    claimed = {"Host": ELSEWHERE, "X-Forwarded-Host": ELSEWHERE, "X-Original-URL": "/accounts", "Referer": f"https://{ELSEWHERE}/"}
    seen = 0
    for client in (app.test_client(), browser.client):
        for method, path in routes(app, lambda method: method in {"GET", "POST"}):
            with client.open(path, method=method, headers=claimed, query_string={"next": f"//{ELSEWHERE}"}) as answer:
                where = answer.headers.get("Location", "/")
                assert where.startswith("/"), path
                assert not where.startswith(("//", "/\\")), path
                assert not re.search(rf"https?:(//|%2F%2F){ELSEWHERE}", answer.text), path
                seen += "Location" in answer.headers
    assert seen > 20


def test_a_claimed_address_is_believed_from_trusted_proxies_only(app, archive, office):
    signed_in(app, archive, office.registrar)
    client = app.test_client()
    sign_in(client, archive, office.registrar, headers={"X-Forwarded-For": "1.2.3.4", "X-Real-IP": "1.2.3.4"})
    with archive.read() as session:
        assert "1.2.3.4" not in session.scalars(select(Event.address)).all()


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "BREW"])
def test_methods_nobody_offers_are_refused(app, archive, office, method):
    browser = signed_in(app, archive, office.registrar)
    for path in ("/", "/students", "/api/v1/me", "/sign-in"):
        assert browser.client.open(path, method=method).status_code in {400, 405}, path


def test_a_method_is_what_the_request_line_says(app, archive, office, make):
    browser = signed_in(app, archive, make.actor(Role.SECURITY_ADMIN, office.county))
    before = count(archive, WebSession)
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert browser.client.get("/account", headers={name: "DELETE"}).status_code == 200
        assert browser.client.get("/sign-out", headers={name: "POST"}).status_code == 405
    assert browser.client.get("/sign-out?_method=POST").status_code == 405
    assert count(archive, WebSession) == before


def count(archive, row):
    with archive.read() as session:
        return session.scalar(select(func.count()).select_from(row))


@pytest.mark.parametrize(
    "path",
    ["/static/../config.toml", "/static/..%2f..%2fsecret.key", "/static/%2e%2e/%2e%2e/etc/passwd", "/static//etc/passwd", "/static/"],
)
def test_no_path_leads_out_of_the_built_files(app, path):
    with app.test_client().get(path) as answer:
        assert answer.status_code in {404, 405}
        assert "root:" not in answer.text


def test_an_unexpected_error_tells_a_number_and_nothing_else(app, archive, office, token):
    """A row no code can make sense of: neither its words nor the error, a statement, a path or a trace leave the house."""
    headers = token(office.registrar)
    with archive.engine.begin() as connection:
        connection.execute(text("""update api_token set scopes = '["inside words"]'"""))
    for accept in ("text/html", "application/json"):
        answer = app.test_client().get("/api/v1/me", headers={**headers, "Accept": accept})
        assert answer.status_code == 500
        assert re.search("编号 [0-9a-f]{8}", answer.text)
        assert not re.search(r"inside|TokenScope|SELECT|sqlalchemy|Traceback|File \"|/archive_service/", answer.text), answer.text


def test_a_form_sets_what_it_is_for_and_nothing_else(app, archive, office, make):
    """Fields of the row that the form does not have: an account opened by it waits for its training all the same."""
    admin = make.actor(Role.SECURITY_ADMIN, office.county)
    browser = signed_in(app, archive, admin)
    browser.get("/accounts")
    more = {"state": "active", "must_change_password": "false", "password": PASSWORD, "password_hash": "x", "id": "mine", "version": "99"}
    browser.post("/accounts", status=200, account="late-one", name="李敏", unit=office.school.code, role="school_registrar", **more)
    with archive.read() as session:
        row = session.scalars(select(Account).where(Account.login == "late-one")).one()
    assert (row.state.value, row.must_change_password, row.id == "mine", row.version) == ("waiting", True, False, 2)


def test_a_call_with_fields_it_does_not_know_is_refused(app, office, token):
    headers = token(office.registrar)
    for extra in ({"organisation_id": office.county.id}, {"id": "mine"}, {"received_by": "x"}):
        answer = app.test_client().post("/api/v1/batches", json={"label": "一", **extra}, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (400, "malformed"), answer.text


@pytest.mark.parametrize("name", ['a"; filename=b.html', "a\r\nSet-Cookie: x=1.jpg", "../../甲 乙.jpg", "<b>.jpg"])
def test_a_download_is_a_file_with_a_harmless_name(app, archive, office, token, name):
    record = intake.receive(archive, intake.Incoming(jpeg("一"), name), actor=office.registrar)
    answer = app.test_client().get(f"/api/v1/records/{record.id}/master?purpose=x", headers=token(office.registrar))
    disposition = answer.headers["Content-Disposition"]
    assert answer.status_code == 200
    assert disposition.startswith("attachment")
    assert not re.search(r"[\r\n/]|\.\.", disposition)
    assert "Set-Cookie" not in answer.headers
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")


def test_a_page_shows_what_was_typed_as_text(app, archive, office):
    browser = signed_in(app, archive, office.registrar)
    typed = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    for path in ("/search", "/students", "/tray"):
        page = browser.client.get(path, query_string={"q": typed}).text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path


def test_a_line_of_the_log_stays_one_line(archive, capsys):
    for json_lines in (True, False):
        logs.configure(archive.settings.log.model_copy(update={"json_lines": json_lines}))
        logs.structlog.get_logger().warning("something", login="a\nERROR forged\r\n\x1b[31mred")
        written = capsys.readouterr()
        lines = (written.out + written.err).splitlines()
        assert len(lines) == 1
        assert "\x1b[31mred" not in lines[0]
        if json_lines:
            assert json.loads(lines[0])["login"].startswith("a\nERROR")


def test_who_is_turned_away_and_who_fails_is_written_down(app, archive, office):
    signed_in(app, archive, office.registrar)
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)[1]
    client.post("/sign-in", data={"account": login_of(archive, office.registrar), "password": "wrong", "csrf_token": token})
    with archive.read() as session:
        acts = session.scalars(select(Event.act)).all()
    assert {"session.opened", "session.failed"} <= set(acts)


def test_a_token_in_the_address_opens_nothing(app, archive, office):
    made = create(archive, office.registrar.account_id, NewToken("站"), office.registrar)
    client = app.test_client()
    for name in ("token", "access_token", "authorization", "xueji_session"):
        assert client.get("/api/v1/me", query_string={name: made.text}).status_code == 401


def test_only_what_says_so_opens_without_signing_in(app):
    """The list of public views, written out: a new one has to be added here on purpose."""
    found = {rule.rule for rule in app.url_map.iter_rules() if getattr(app.view_functions[rule.endpoint], "is_public", False)}
    assert public  # the mark the guard reads
    assert found == {"/sign-in", "/api/v1/health", "/api/v1/openapi.json", "/api/v1/uploads"}  # the last: what uploads can do, for OPTIONS
