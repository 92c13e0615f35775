"""The desks that live by keys: the tray with its candidates and alarms, a record confirmed, a sensitive paper asked about, search walked."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from demo.model import Student
from tests import papers
from tests.browser.conftest import Office, SignIn

pytestmark = pytest.mark.browser

SCHOOL = "gsh3"
TAKEN_MS = 30_000
DIAGNOSIS = "疾病诊断证明书\n姓名  {name}\n诊断  肺炎\n光山县人民医院"


@pytest.fixture
def children(office: Office) -> list[Student]:
    world = office.notes.world()
    school = next(one for one in world.schools if one.login_prefix == SCHOOL)
    return [one for one in world.students_of(school.code) if one.state == "ENROLLED" and one.id_no and one.student_no]


@pytest.fixture
def page(office: Office, sign_in: SignIn) -> Page:
    return sign_in(office, f"{SCHOOL}-registrar").page


def hukou(child: Student, *, name: str | None = None, id_no: str = "") -> str:
    born = child.birth_on
    return papers.hukou(name or child.name, id_no, f"{born.year}年{born.month}月{born.day}日")


def hand_in(page: Page, words: str, *, of: str = "") -> None:
    page.goto(f"/capture?student={of}" if of else "/capture")
    page.set_input_files("[data-source=files]", [{"name": "一页.jpg", "mimeType": "image/jpeg", "buffer": papers.jpeg(words)}])
    expect(page.locator(".card-in")).to_have_count(1, timeout=TAKEN_MS)
    page.wait_for_selector("[data-pending='0']", timeout=TAKEN_MS)


def student_id(page: Page, child: Student) -> str:
    page.goto(f"/students?q={child.id_no}")
    return str(page.locator("a[href^='/students/']").first.get_attribute("href")).rsplit("/", 1)[-1].split("?")[0]


def open_card(page: Page) -> None:
    page.locator(".card-in").get_by_role("link", name=re.compile("查看|去确认")).click()
    page.wait_for_load_state("networkidle")


class TestTray:
    def test_a_number_files_the_paper_and_u_takes_it_back(self, page: Page, children: list[Student]) -> None:
        hand_in(page, hukou(children[0], name=f"{children[0].name[:-1]}楠"))
        open_card(page)
        url = page.url
        expect(page.locator(".candidate").first).to_contain_text("姓名差一字")
        page.keyboard.press("1")
        expect(page.locator("[data-undo]")).to_contain_text("已归位")
        page.keyboard.press("u")
        page.wait_for_url(url)
        expect(page.locator("[data-candidate='1']")).to_be_visible()
        page.keyboard.press("1")
        expect(page.locator("[data-undo]")).to_contain_text("已归位")

    def test_a_decision_before_the_desk_script_has_come_still_says_what_it_did(self, page: Page, children: list[Student]) -> None:
        hand_in(page, hukou(children[3], name=f"{children[3].name[:-1]}楠"))
        address = page.locator(".card-in").get_by_role("link", name="去确认").get_attribute("href")
        held: list[Route] = []
        page.route("**/tray-*.js", lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks the handler, which a built-in refuses)
        page.goto(str(address), wait_until="commit")
        keys = page.locator("dialog[data-keys]")
        while not keys.is_visible():  # the frame's script has come once it lists the keys
            page.keyboard.press("?")
            page.wait_for_timeout(50)
        page.keyboard.press("Escape")
        assert held, "the desk's own script is still on its way"
        page.locator("[data-candidate='1']").click()
        expect(page.locator("[data-undo]")).to_contain_text("已归位")
        held[0].continue_()

    def test_s_finds_another_student_and_an_alarm_wants_a_reason(self, page: Page, children: list[Student]) -> None:
        hand_in(page, hukou(children[1], id_no=children[1].id_no), of=student_id(page, children[2]))
        open_card(page)
        expect(page.locator(".queue [aria-current]")).to_contain_text("材料写着别的学生")
        page.keyboard.press("s")
        page.keyboard.type(children[2].id_no)
        alarm = page.locator("#tray-found .candidate--alarm")
        expect(alarm).to_contain_text(children[2].name)
        alarm.get_by_role("button").click()
        expect(page.locator("[data-undo]")).to_be_empty()  # the browser asks for the reason first
        alarm.get_by_label("仍要归入须写明缘由").fill("兄弟姐妹的户口页，复印作家庭关系证明")
        alarm.get_by_role("button").click()
        expect(page.locator("[data-undo]")).to_contain_text("已归位")

    def test_x_says_another_kind_and_n_goes_on(self, page: Page, children: list[Student]) -> None:
        for child in children[3:5]:
            hand_in(page, hukou(child, name=f"{child.name[:-1]}楠"))
        open_card(page)
        page.keyboard.press("x")
        assert page.evaluate("document.activeElement.name") == "kind"
        page.locator("[name=kind]").select_option(label="居住证")
        page.locator("form[action$='/kind'] button").click()
        expect(page.locator("[data-undo]")).to_contain_text("已改种类")
        here = page.url
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        page.wait_for_url(lambda url: url != here)


class TestRecord:
    def test_c_confirms_the_value_in_focus(self, page: Page, children: list[Student]) -> None:
        hand_in(page, hukou(children[5], id_no=children[5].id_no))
        open_card(page)
        row = page.locator("[data-field=birth_on]")
        row.focus()
        page.keyboard.press("c")
        expect(row).to_contain_text("已确认")
        page.reload()
        expect(row.locator(".claim__done")).to_be_visible()

    def test_a_sensitive_paper_asks_what_for(self, page: Page, children: list[Student]) -> None:
        hand_in(page, DIAGNOSIS.format(name=children[6].name))
        open_card(page)
        if "/tray/" in page.url:
            page.goto(page.url.replace("/tray/", "/records/"))
        expect(page.locator(".paper")).to_have_count(0)
        page.get_by_label("为什么要看").fill("核对休学申请")
        page.get_by_role("button", name="查看").click()
        expect(page.locator(".paper canvas").first).to_be_visible()

    def test_reading_can_be_asked_for_again(self, page: Page, children: list[Student]) -> None:
        hand_in(page, hukou(children[7], id_no=children[7].id_no))
        open_card(page)
        page.get_by_role("button", name="重新识别").click()
        expect(page.locator("#content .head")).to_be_visible()


class TestSearch:
    def test_arrows_walk_the_hits_facets_narrow_them_and_enter_opens(self, page: Page, children: list[Student]) -> None:
        for child in children[8:10]:
            hand_in(page, hukou(child, id_no=child.id_no))
        page.goto("/search?q=常住人口登记卡")
        hits = page.locator("[data-hit]")
        expect(hits.nth(1)).to_be_visible()
        page.keyboard.press("ArrowDown")
        expect(hits.nth(1)).to_have_attribute("aria-current", "true")
        expect(page.locator(".paper .box").first).to_be_visible()
        page.locator(".facet a", has_text="居民户口簿").click()
        expect(page.locator(".facet a[aria-current]")).to_have_count(1)
        page.wait_for_load_state("load")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/records/*")
