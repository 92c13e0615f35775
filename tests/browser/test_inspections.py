"""Second scans and samples as people meet them: a paper scanned twice is compared and settled by a key; a sample is gone through by keys."""

import pytest
from playwright.sync_api import Page, expect

from demo.model import Student
from tests import papers
from tests.browser.conftest import Office, SignIn

pytestmark = pytest.mark.browser

SCHOOL, CHECKER = "gsh2", "guangshan-reviewer"
TAKEN_MS = 30_000


@pytest.fixture
def child(office: Office) -> Student:
    world = office.notes.world()
    school = next(one for one in world.schools if one.login_prefix == SCHOOL)
    return next(one for one in world.students_of(school.code) if one.state == "ENROLLED" and one.id_no and one.student_no)


def scan_twice(page: Page, child: Student) -> None:
    """One household page, and the same with a word more: other bytes, one paper."""
    born = child.birth_on
    words = papers.hukou(child.name, child.id_no, f"{born.year}年{born.month}月{born.day}日") + "\n何时由何地迁来本市县\n服务处所"
    for number, text in enumerate((words, f"{words}\n户籍地址"), 1):
        page.goto("/capture")
        page.set_input_files("[data-source=files]", [{"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": papers.jpeg(text)}])
        expect(page.locator(".card-in")).to_have_count(1, timeout=TAKEN_MS)
        page.wait_for_selector("[data-pending='0']", timeout=TAKEN_MS)


def stands_at(page: Page, no: int) -> None:
    """The paper of that number is there, with its keys."""
    expect(page.locator(".bar")).to_contain_text(f"第 {no} 件")
    page.wait_for_load_state("networkidle")


def test_a_paper_scanned_twice_is_told_and_settled_by_a_key(office: Office, sign_in: SignIn, child: Student) -> None:
    clerk = sign_in(office, f"{SCHOOL}-registrar")
    scan_twice(clerk.page, child)
    expect(clerk.page.locator(".card-in")).to_contain_text("疑似重复扫描")
    clerk.page.locator(".card-in").get_by_role("link", name="查看").click()
    told = clerk.page.locator("form.strip")
    expect(told).to_contain_text("疑似重复扫描")
    clerk.page.wait_for_load_state("networkidle")  # the keys come with the page's script
    clerk.page.keyboard.press("d")
    expect(clerk.page.locator("[data-undo]")).to_contain_text("已记为不是同一份")
    expect(told).to_contain_text("已认定不是同一份")
    clerk.page.keyboard.press("u")
    expect(told).to_contain_text("疑似重复扫描")
    assert clerk.faults == []


def test_a_sample_is_gone_through_by_keys(office: Office, sign_in: SignIn) -> None:
    """Of the two papers of the test before."""
    checker = sign_in(office, CHECKER)
    page = checker.page
    page.goto("/inspections")
    page.select_option("[name=school]", label=next(one.name for one in office.notes.world().schools if one.login_prefix == SCHOOL))
    page.get_by_role("button", name="抽取").click()
    stands_at(page, 1)
    page.keyboard.press("w")
    page.keyboard.type("1")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    stands_at(page, 2)
    page.keyboard.press("u")
    stands_at(page, 1)
    page.keyboard.press("a")
    stands_at(page, 2)
    page.keyboard.press("3")
    page.get_by_role("button", name="结束抽检").click()
    expect(page.locator(".head")).to_contain_text("不合格")
    expect(page.locator("#content")).to_contain_text("50.00%")
    assert checker.faults == []
