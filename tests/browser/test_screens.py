"""The screens in a real browser, from their samples: no serious finding of axe, no fault on the console (the content policy
of production is in force), nothing that scrolls sideways, keys that do what they say. Needs the built files (make setup).
"""

import re
from collections.abc import Iterator
from threading import Thread

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from archive_service.web import styleguide
from tests.browser.conftest import Watched, findings

pytestmark = pytest.mark.browser

NARROW = [(390, 844), (683, 384)]  # a phone, and the office screen zoomed to 200 %
SCREENS = [(screen, state) for screen, states in styleguide._screens().items() for state in states]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, styleguide.preview_app(), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/styleguide"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("screen", "state"), SCREENS)
def test_a_screen_is_sound_in_light_dark_and_narrow(address: str, watched: Watched, screen: str, state: str) -> None:
    page = watched.page
    page.goto(f"{address}/{screen}/{state}", wait_until="networkidle")
    assert findings(page) == []
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    assert findings(page) == [], "dark"
    for width, height in NARROW:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"scrolls sideways at {width} px"
    assert watched.faults == []


@pytest.mark.parametrize("screen", ["review/many", "tray/many", "record/read", "search/many"])
def test_the_paper_has_the_most_room(address: str, watched: Watched, screen: str) -> None:
    watched.page.goto(f"{address}/{screen}")
    paper, content = (
        watched.page.locator(one).bounding_box() for one in ("#content .paper", "#content")
    )  # the next case's paper stands behind
    assert paper
    assert content
    assert paper["width"] >= 0.599 * content["width"]


class TestReview:
    @pytest.fixture
    def page(self, address: str, watched: Watched) -> Page:
        watched.page.goto(f"{address}/review/many", wait_until="networkidle")
        return watched.page

    def test_a_field_in_focus_is_boxed_on_the_paper(self, page: Page) -> None:
        page.locator("#content [data-field=birth_on]").focus()
        expect(page.locator("#content .box--focus .box__name")).to_have_text("出生日期")

    def test_tab_walks_the_fields(self, page: Page) -> None:
        page.locator("#content [data-field=name]").focus()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.dataset.field") == "id_no"

    def test_numbers_show_papers_and_while_returning_choose_reasons(self, page: Page) -> None:
        page.keyboard.press("2")
        expect(page.locator("#content [data-show-paper=r2][aria-pressed=true]")).to_have_count(1)
        page.keyboard.press("r")
        page.keyboard.press("1")
        expect(page.locator("#content [data-reasons] input:checked")).to_have_value("r1:date_differs")
        expect(page.locator("#content [data-show-paper=r1][aria-pressed=true]")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator("#content [data-reasons]")).to_be_hidden()

    def test_keys_rest_while_a_note_is_written(self, page: Page) -> None:
        page.keyboard.press("r")
        page.locator("#content #return-note").fill("")
        page.keyboard.type("jk2?")
        assert page.locator("#content #return-note").input_value() == "jk2?"
        assert page.url.endswith("/review/many")

    def test_the_next_case_is_ready_and_the_paper_with_it(self, page: Page) -> None:
        page.wait_for_selector("main.content--ahead canvas", state="attached")
        page.route("**/*", lambda route: route.abort())  # from here on nothing more is fetched
        page.keyboard.press("j")
        page.wait_for_url("**/review/all_agree")
        expect(page.locator("#content .head").get_by_text("4 / 87")).to_have_count(1)
        expect(page.locator("main")).to_have_count(1)

    def test_two_papers_stand_side_by_side(self, page: Page) -> None:
        page.keyboard.press("v")
        expect(page.locator("#content .paper__pane")).to_have_count(2)
        page.keyboard.press("v")
        expect(page.locator("#content .paper__pane")).to_have_count(1)

    def test_the_text_layer_shows_its_place(self, page: Page) -> None:
        page.keyboard.press("t")
        page.get_by_role("button", name="姓 名 张三").click()
        expect(page.locator("#content .box--focus")).to_have_count(1)

    def test_the_question_mark_lists_the_keys(self, page: Page) -> None:
        page.keyboard.press("?")
        assert {"A", "R", "J", "K", "V", "T", "C", "U"} <= set(page.locator(".keys kbd").all_inner_texts())


def test_search_walks_with_the_arrows_and_the_paper_follows(address: str, watched: Watched) -> None:
    watched.page.goto(f"{address}/search/many", wait_until="networkidle")
    watched.page.keyboard.press("ArrowDown")
    expect(watched.page.locator("[data-hit][aria-current]")).to_have_attribute("data-hit", re.compile('"r2"'))
    expect(watched.page.locator(".box--focus")).to_have_count(1)


def test_an_alarm_is_not_taken_by_its_number(address: str, watched: Watched) -> None:
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    watched.page.goto(f"{address}/tray/many", wait_until="networkidle")
    watched.page.keyboard.press("3")
    watched.page.wait_for_timeout(200)
    assert asked == []
    watched.page.keyboard.press("1")
    watched.page.wait_for_timeout(200)
    assert [url.rsplit("/", 2)[1:] for url in asked] == [["r1", "match"]]


def test_a_chosen_theme_and_rail_stay(address: str, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{address}/home/many")
    page.locator("[data-fold-rail]").click()
    page.get_by_label("账号：").click()
    page.locator("[data-toggle-theme]").click()
    page.reload()
    assert page.evaluate("({...document.documentElement.dataset})") == {"bsTheme": "dark", "rail": "narrow", "script": ""}
