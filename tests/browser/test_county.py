"""The screens over a whole county: 20,000 students and 100,000 papers behind them, and as much on the screen as one can read.

What they ask of the database is held in tests/scale, how fast they are in benchmarks/web; here somebody looks and works.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Office, SignIn, Watched, findings

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]

REGISTRAR, REVIEWER = "s01-registrar", "guangshan-reviewer"
FULL_PAGE = 50
MANY = "1,000+"
WORD = "证明"
# Who, where, and what stands there once for each line.
SCREENS = {
    "inbox": (REGISTRAR, "/", ".todo__one"),
    "tray": (REGISTRAR, "/tray", ".queue__one"),
    "students of a school": (REGISTRAR, "/students", "tbody tr"),
    "students of a county": (REVIEWER, "/students", "tbody tr"),
    "cases": (REGISTRAR, "/cases", "tbody tr"),
    "review queue": (REVIEWER, "/review", "tbody tr"),
    "search in a school": (REGISTRAR, f"/search?q={WORD}", ".hit"),
    "search in a county": (REVIEWER, f"/search?q={WORD}", ".hit"),
}


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_shows_no_more_than_can_be_read(county_office: Office, sign_in: SignIn, screen: str) -> None:
    login, path, line = SCREENS[screen]
    seen = sign_in(county_office, login)
    asked: list[str] = []
    seen.page.on("request", lambda request: asked.append(request.url))
    seen.page.goto(path, wait_until="networkidle")
    shown = seen.page.locator(f"#content {line}").count()
    assert 0 < shown <= FULL_PAGE
    assert len([url for url in asked if "/static/" not in url]) <= shown + 5, "a picture a line at most, and the page"
    is_sound(seen)


def test_a_long_list_says_many_and_goes_on(county_office: Office, sign_in: SignIn) -> None:
    seen = sign_in(county_office, REVIEWER)
    page = seen.page
    page.goto("/students")
    expect(page.locator("[role=status]").first).to_contain_text(MANY)
    first = _students(page)
    page.locator("#content [rel=next]").click()
    page.wait_for_url("**cursor=**")
    assert set(_students(page)).isdisjoint(first)
    is_sound(seen)


def test_a_student_is_found_among_all_and_their_papers_open(county_office: Office, sign_in: SignIn) -> None:
    seen = sign_in(county_office, REGISTRAR)
    page = seen.page
    page.goto("/students")
    number = page.locator("#content tbody tr").nth(3).locator("td").nth(1).inner_text()
    page.goto(f"/students?q={re.sub(chr(92) + 's', '', number)}")
    expect(page.locator("#content tbody tr")).to_have_count(1)
    page.locator("#content tbody a").first.click()
    page.wait_for_url(re.compile("/students/[^?]+$"))
    is_sound(seen)
    page.locator("#content a[href^='/records/']").first.click()
    page.wait_for_url("**/records/**")
    expect(page.locator("#content .paper canvas").first).to_be_visible()
    is_sound(seen)


def _students(page: Page) -> list[str]:
    return [str(link) for link in page.locator("#content tbody a").evaluate_all("links => links.map(link => link.href)")]


def is_sound(seen: Watched) -> None:
    """Nothing serious of axe, nothing sideways, nothing on the console."""
    assert findings(seen.page) == []
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert seen.faults == []
