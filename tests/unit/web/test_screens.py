"""Every screen in every state it has samples for: it renders, and keeps the rules that hold for all screens."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from archive_service.web import styleguide

ASSETS = (
    "app.css",
    "app.js",
    "capture.js",
    "charts.js",
    "early.js",
    "favicon.svg",
    "icons.svg",
    "inspection.js",
    "paper.js",
    "review.js",
    "search.js",
    "tray.js",
)
STATES = [(screen, state) for screen, states in styleguide._screens().items() for state in states]
NAMES = re.compile("张三|张皓|苏热提|52010220")
every_state = pytest.mark.parametrize(("screen", "state"), STATES)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder: Path = tmp_path_factory.mktemp("static")
    (folder / "manifest.json").write_text(json.dumps({name: name for name in ASSETS}))
    app = styleguide.preview_app(folder)
    app.testing = True
    return app.test_client()


@every_state
def test_it_renders_under_the_content_policy(client: FlaskClient, screen: str, state: str) -> None:
    page = client.get(f"/styleguide/{screen}/{state}")
    assert page.status_code == 200
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=[\"']", page.text), "inline style or handler"
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)", page.text), "inline block"
    assert not re.search(r"(src|href)=\"(https?:)?//", page.text), "something from elsewhere"


@every_state
def test_titles_carry_nothing_of_a_person(client: FlaskClient, screen: str, state: str) -> None:
    title = re.search("<title>(.*?)</title>", client.get(f"/styleguide/{screen}/{state}").text)
    assert title
    assert not NAMES.search(title[1])


@every_state
def test_every_form_that_writes_carries_the_token(client: FlaskClient, screen: str, state: str) -> None:
    text = client.get(f"/styleguide/{screen}/{state}").text
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL)
    assert all('name="csrf_token"' in form for form in forms)


def test_all_components_stand_on_the_internal_page(client: FlaskClient) -> None:
    page = client.get("/styleguide")
    assert page.status_code == 200
    assert page.text.count('class="panel"') >= 17


def test_a_state_without_samples_is_not_found(client: FlaskClient) -> None:
    assert client.get("/styleguide/home/nonsense").status_code == 404
    assert client.get("/styleguide/nonsense/many").status_code == 404


def test_an_official_number_is_copied_without_spaces(client: FlaskClient) -> None:
    text = client.get("/styleguide/student/records").text
    number = re.search(r'<span class="number">(.*?)</span></span>|<span class="number">((?:<wbr>|<span>[^<]*</span>)+)</span>', text)
    assert number
    assert re.sub("<[^>]+>", "", number[0]) == "G520102201003051234"


def test_every_page_states_the_context_it_takes() -> None:
    pages = sorted((styleguide.TEMPLATES / "pages").glob("*.html"))
    assert pages
    assert [page.name for page in pages if not page.read_text("utf-8").startswith("{#-")] == []
