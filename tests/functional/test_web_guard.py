"""The guard before every screen: first passwords, counting of callers, text no database keeps, addresses in links."""

import pytest

from archive_service.app import create_app
from archive_service.models.account import Account
from archive_service.rules.access import Role
from archive_service.services.tokens import NewToken, create
from tests.functional.case_steps import Office
from tests.functional.web_client import PASSWORD, signed_in


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def registrar(app, archive, office):
    return signed_in(app, archive, office.registrar)


@pytest.fixture
def few(archive, app):
    """The application where three requests a minute are allowed."""
    api = archive.settings.api.model_copy(update={"requests_per_minute": 3})
    return create_app(archive.settings.model_copy(update={"api": api}), archive)


def must_change(archive, actor):
    with archive.begin() as session:
        session.get_one(Account, actor.account_id).must_change_password = True


def test_a_first_password_opens_nothing_but_its_change(archive, office, registrar):
    must_change(archive, office.registrar)
    for path in ("/", "/students", "/search?q=a"):
        assert registrar.get(path, status=302).location == "/password"
    registrar.post("/cases/new", status=403, student="x")
    registrar.get("/password")
    refused = registrar.client.get("/api/v1/me")
    assert (refused.status_code, refused.json["code"]) == (403, "password_change_needed")
    registrar.post("/password", old=PASSWORD, new="另一个-很长的-口令", again="另一个-很长的-口令")
    registrar.get("/students")


def test_one_may_sign_out_instead(archive, office, registrar):
    must_change(archive, office.registrar)
    assert registrar.post("/sign-out").location == "/sign-in?notice=out"


@pytest.mark.parametrize("name", ["Authorization", "Cookie"])
def test_what_a_caller_sends_makes_it_no_other_caller(few, name):
    client = few.test_client(use_cookies=False)
    sent = [client.get("/sign-in", headers={name: f"xueji_session=x{one}"}).status_code for one in range(8)]
    assert sent == [200] * 3 + [429] * 5


def test_wrong_tokens_are_counted_for_the_address(few):
    client = few.test_client()
    sent = [client.get("/api/v1/me", headers={"Authorization": f"Bearer xj_{one}"}).status_code for one in range(5)]
    assert sent == [401] * 3 + [429] * 2


def test_an_account_is_counted_across_its_tokens_and_apart_from_its_neighbours(few, archive, make, office):
    def headers(actor):
        return {"Authorization": f"Bearer {create(archive, actor.account_id, NewToken('站'), actor).text}"}

    client, other = few.test_client(), make.actor(Role.SCHOOL_REGISTRAR, office.school)
    assert [client.get("/api/v1/me", headers=headers(office.registrar)).status_code for _ in range(4)] == [200] * 3 + [429]
    assert client.get("/api/v1/me", headers=headers(other)).status_code == 200
    assert client.get("/sign-in").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/students?q=%00", "/students/%00", "/records/%00", "/tray/%00", "/cases?q=%00", "/search?school=%00&q=a", "/search?%00=a",
        "/capture?student=%00", "/sign-in?next=%00",
    ],
)  # fmt: skip
def test_text_no_database_keeps_is_refused_on_screens(registrar, path):
    registrar.get(path, status=400)
    assert "控制字符" in registrar.text()


@pytest.mark.parametrize("path", ["/cases/new", "/sign-in", "/post"])
def test_text_no_database_keeps_is_refused_in_forms(registrar, path):
    registrar.post(path, status=400, student="\0", account="\0", password="x", post="\0")


@pytest.mark.parametrize("path", ["/?case=zz", "/search?case=1&q=a", "/records/x?case=zz"])
def test_a_case_that_cannot_be_still_gives_a_page(registrar, path):
    registrar.get(path, status=404)
    assert "没有这项业务" in registrar.text()


@pytest.mark.parametrize("page", ["²", "1" * 5000, "-1", "٣"])
def test_a_page_that_is_no_number_is_the_first(registrar, page):
    registrar.get(f"/search?q=a&page={page}")


def test_numbers_in_forms_are_plain_digits(registrar):
    registrar.get("/")
    registrar.post("/post", post="²")
    registrar.post("/cases/x/actions", status=400, action="submit", version="²")
    registrar.post("/cases/x/actions", status=400, action="submit", version="9" * 5000)


def test_a_link_leads_nowhere_else_after_signing_in(registrar):
    for elsewhere in ("/%09/evil.com", "//evil.com", "/%5Cevil.com", "https://evil.com", "/%0D/evil.com"):
        assert registrar.get(f"/sign-in?next={elsewhere}", status=302).location == "/"
    assert registrar.get("/sign-in?next=/search%3Fq%3Da", status=302).location == "/search?q=a"
