"""The walk the product exists for, as people take it: a photographed paper becomes searchable proof, a case is returned, answered, accepted.

Real pixels, the real engines, the real processes; nothing is reached but through the screens.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo.model import Student
from demo.papers.faults import Fault
from demo.papers.scan import Profile
from tests.browser.conftest import Office, SignIn
from tests.browser.drawn import paper

pytestmark = [pytest.mark.browser, pytest.mark.ocr]

SCHOOL = "gsh1"
REVIEWER = "guangshan-reviewer"
READING_MS = 90_000  # four pages on a machine that does other things besides
STAGES = ("登记", "已接收", "检查", "识别", "已归位", "待确认")


@pytest.mark.timeout(400)
def test_from_a_photograph_to_an_accepted_case(reading_office: Office, sign_in: SignIn, tmp_path: Path) -> None:
    office = reading_office
    child, files = papers_of_a_sick_child(office, tmp_path)
    clerk = sign_in(office, f"{SCHOOL}-registrar")
    stages = hand_in(clerk.page, files["hukou_page"], files["written_application"], files["diagnosis_certificate"])
    assert stages[-1] == "已归位"
    assert stages == sorted(stages, key=STAGES.index), "a card never goes back"
    the_record_shows_the_child_and_what_disagrees(clerk.page, child)
    the_paper_is_found_by_a_word_on_it(clerk.page, child)
    case_url = open_a_case(clerk.page, child)
    confirm_the_hospital(clerk.page, case_url)
    submit(clerk.page, case_url)
    sign_out(clerk.page)

    reviewer = sign_in(office, REVIEWER)
    return_for_a_reason(reviewer.page, child)

    clerk = sign_in(office, f"{SCHOOL}-registrar")
    answer_with_a_new_scan(clerk.page, child, files["answer"])
    accept(reviewer.page, child)
    clerk.page.goto(case_url)
    expect(clerk.page.locator("#content .head")).to_contain_text("已办结")
    assert [fault for person in (clerk, reviewer) for fault in person.faults] == []


def papers_of_a_sick_child(office: Office, folder: Path) -> tuple[Student, dict[str, Path]]:
    """A household page photographed by phone whose birth date is not the registry's, and the papers of a suspension."""
    world = office.notes.world()
    school = next(one for one in world.schools if one.login_prefix == SCHOOL)
    child = next(one for one in world.students_of(school.code) if one.state == "ENROLLED" and one.student_no and one.household_no)
    drawn = {
        "hukou_page": paper(world, child, "hukou_page", profile=Profile.PHOTO, fault=Fault.BIRTH_DATE_DIFFERS),
        "written_application": paper(world, child, "written_application", number=1),
        "diagnosis_certificate": paper(world, child, "diagnosis_certificate", number=2),
        "answer": paper(world, child, "diagnosis_certificate", number=3),
    }
    files = {name: folder / f"{name}.jpg" for name in drawn}
    for name, one in drawn.items():
        files[name].write_bytes(one.content)
    return child, files


def hand_in(page: Page, *files: Path) -> list[str]:
    """Drop files on the page and watch the first one's card; the words it showed, in order."""
    if "/capture" not in page.url:
        page.goto("/capture")
    page.set_input_files("[data-source=files]", files)
    mark = files[0].name
    page.evaluate(
        """mark => { window.stages = []; const look = () => {
            const card = [...document.querySelectorAll(".card-in, [data-upload]")].find(one => one.textContent.includes(mark));
            const words = card?.querySelector("strong, [data-state]")?.textContent.trim();
            if (words && window.stages.at(-1) !== words) window.stages.push(words);
        }; new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true}); look(); }""",
        mark,
    )
    expect(page.locator(".card-in")).to_have_count(len(files), timeout=READING_MS)
    page.wait_for_selector("[data-pending='0']", timeout=READING_MS)
    seen = [re.sub(r"上传.*|等待上传|……", "", words) for words in page.evaluate("window.stages")]
    return [words for words in seen if words]


def the_record_shows_the_child_and_what_disagrees(page: Page, child: Student) -> None:
    card = page.locator(".card-in", has_text="hukou_page")
    expect(card).to_contain_text("与登记不一致")
    card.get_by_role("link", name="查看").click()
    expect(page.locator("#content .head")).to_contain_text(child.name)
    row = page.locator("[data-field=birth_on]")
    expect(row).to_contain_text("不一致")
    expect(row).to_contain_text(f"{child.birth_on.year}年{child.birth_on.month}月{child.birth_on.day}日")
    expect(page.locator(".box--differ .box__name")).to_have_text("出生日期")


def the_paper_is_found_by_a_word_on_it(page: Page, child: Student) -> None:
    page.keyboard.press("/")
    page.keyboard.type("常住人口登记卡")
    page.keyboard.press("Enter")
    hit = page.locator("[data-hit]", has_text=child.name).first
    expect(hit.locator("mark").first).to_contain_text("常住人口")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".paper .box").first).to_be_visible()


def open_a_case(page: Page, child: Student) -> str:
    """A suspension for illness as a draft with its two papers; returns its address."""
    page.goto(f"/cases/new?q={child.id_no}")
    page.get_by_role("link", name="为他办理").click()
    page.locator(".todo__one", has_text="休学").filter(has_text="因病").get_by_role("link", name="开始").click()
    page.fill("[name=fact_hours_missed]", "200")
    page.fill("[name=fact_hours_of_term]", "480")
    page.get_by_role("button", name="立办").click()
    for code in ("E-APP", "E-DX"):
        attach(page, code)
    return page.url


def attach(page: Page, code: str) -> None:
    """Use the paper of the dossier that could serve."""
    chosen = page.locator(".attach", has=page.locator(f"form[action$='/evidence/{code}']"))
    chosen.locator("summary").click()
    chosen.get_by_role("button", name="用这件").click()
    page.wait_for_load_state()


def confirm_the_hospital(page: Page, case_url: str) -> None:
    """A value read from paper passes no gate until somebody has confirmed it with the page in view."""
    page.goto(case_url)
    page.get_by_role("link", name="核对识别结果").click()
    page.wait_for_load_state("networkidle")
    row = page.locator("[data-field=hospital]")
    row.focus()
    expect(page.locator("#content .box--focus")).to_be_visible()
    page.keyboard.press("c")
    expect(row).to_contain_text("已确认")


def submit(page: Page, case_url: str) -> None:
    page.goto(case_url)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#content .head")).not_to_contain_text("草稿")
    expect(page.locator(".strip[role=alert]")).to_have_count(0)


def sign_out(page: Page) -> None:
    page.get_by_label("账号：").click()
    page.get_by_role("button", name="退出").click()
    expect(page.locator("body")).to_contain_text("已退出登录")


def return_for_a_reason(page: Page, child: Student) -> None:
    """Claim beside proof; then R, the reason by its number, and the confirming key."""
    page.goto("/review")
    page.get_by_role("row", name=re.compile(child.name)).locator("a[href^='/review/']").first.click()
    page.wait_for_load_state("networkidle")
    claim = page.locator("[data-field=name]").first
    expect(claim).to_contain_text(child.name)
    claim.focus()
    expect(page.locator("#content .box--focus")).to_be_visible()
    page.keyboard.press("r")
    reason = page.locator(".reasons__one", has_text="诊断证明书").first
    page.keyboard.press(reason.locator("kbd").inner_text())
    expect(reason.locator("input")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("[data-undo]")).to_contain_text("已退回")


def answer_with_a_new_scan(page: Page, child: Student, scan: Path) -> None:
    """The return stands on the home page; the case says what is wanted; a new paper answers it."""
    returned = page.locator(".todo__one", has_text=child.name)
    expect(returned).to_contain_text("休学")
    returned.get_by_role("link", name="去补正").click()
    case_url = page.url
    wanted = page.locator(".attach", has=page.locator("form[action$='/evidence/E-DX']"))
    wanted.locator("summary").click()
    wanted.get_by_role("link", name="采集").click()
    expect(page.locator("#content")).to_contain_text(child.name)
    hand_in(page, scan)
    page.get_by_role("link", name="回到这件业务").click()
    attach(page, "E-DX")
    confirm_the_hospital(page, case_url)
    submit(page, case_url)


def accept(page: Page, child: Student) -> None:
    page.goto("/review")
    page.get_by_role("row", name=re.compile(child.name)).locator("a[href^='/review/']").first.click()
    expect(page.locator("#content .head")).to_contain_text(child.name)
    page.wait_for_load_state("load")  # the page shows before its keys are bound; one pressed in between does nothing
    page.keyboard.press("a")
    expect(page.locator("[data-undo]")).to_contain_text("已通过")
