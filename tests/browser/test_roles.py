"""Everybody at their desk: each role signs in, opens every link of its rail, and is told plainly what is not theirs.

Every page a role reaches is sound: no serious finding of axe at the office screen and at the phone's width, nothing that scrolls
sideways, nothing on the console (the content policy is in force).
"""

import re

import pytest

from tests.browser.conftest import PHONE, Office, SignIn, Watched, findings

pytestmark = pytest.mark.browser

ALL = {"capture", "tray", "review", "inspections", "students", "cases", "search", "operations", "accounts", "ledger"}
REVIEWER = {"review", "inspections", "students", "search"}
RAILS = {
    "gsh1-teacher": {"capture"},
    "gsh1-registrar": {"capture", "tray", "students", "cases", "search"},
    "gsh1-leader": {"review", "inspections", "students", "cases", "search"},
    "gsh1-archivist": {"inspections", "students", "search"},
    "guangshan-reviewer": REVIEWER,
    "xinyang-reviewer": REVIEWER,
    "henan-reviewer": REVIEWER,
    "henan-sysadmin": {"operations"},
    "henan-secadmin": {"accounts"},
    "henan-auditor": {"ledger"},
}
# Not in the rail, yet open to read: reviewers look into trays and cases, archivists into cases, from a dossier.
LOOKING_ON = {"tray", "cases"}
OPEN_BESIDES = {"gsh1-archivist": {"cases"}} | {login: LOOKING_ON for login, rail in RAILS.items() if rail is REVIEWER}


@pytest.mark.parametrize("login", RAILS)
def test_a_role_has_its_screens_and_no_others(office: Office, sign_in: SignIn, login: str) -> None:
    seen = sign_in(office, login)
    links = seen.page.locator(".rail__list a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert {link.strip("/") for link in links} - {""} == RAILS[login]
    for link in links:
        opens_soundly(seen, link)
    for screen in sorted(ALL - RAILS[login] - OPEN_BESIDES.get(login, set())):
        says_plainly_that_it_is_not_theirs(seen, f"/{screen}")


def opens_soundly(seen: Watched, link: str) -> None:
    page = seen.page
    response = page.goto(link, wait_until="networkidle")
    assert response
    assert response.status == 200, link
    assert findings(page) == [], link
    page.set_viewport_size(PHONE)
    assert findings(page) == [], f"{link} on a phone"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{link} scrolls sideways on a phone"
    page.set_viewport_size({"width": 1366, "height": 768})
    assert seen.faults == [], link


def says_plainly_that_it_is_not_theirs(seen: Watched, link: str) -> None:
    response = seen.page.goto(link)
    assert response
    assert response.status in {403, 404}, link
    assert seen.page.get_by_role("heading").first.inner_text() == "没有权限"
    assert re.search("由.+(办理|使用|查阅|查看|管理)", seen.page.locator("body").inner_text()), "says who may"
    seen.faults.clear()  # the browser itself notes the status
