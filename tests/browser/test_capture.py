"""Capture as people do it: drop, folder, paste, a phone; a line that breaks, a page that is closed; files that cannot be taken."""

import base64
from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from demo.bad_files import bad_files
from tests import papers
from tests.browser.conftest import PHONE, Office, SignIn, findings

pytestmark = pytest.mark.browser

REGISTRAR = "gsh1-registrar"
TAKEN_MS = 30_000
UPLOADS = "**/api/v1/uploads/*"
MEBIBYTE = 1024 * 1024
GIVE = """([kind, files]) => {
    const parcel = new DataTransfer();
    for (const [name, type, body] of files)
        parcel.items.add(new File([Uint8Array.from(atob(body), one => one.charCodeAt(0))], name, {type}));
    const given = kind === "paste" ? new ClipboardEvent("paste", {clipboardData: parcel, bubbles: true})
        : new DragEvent("drop", {dataTransfer: parcel, bubbles: true, cancelable: true});
    (kind === "paste" ? document : document.body).dispatchEvent(given);
}"""


@pytest.fixture
def page(office: Office, sign_in: SignIn) -> Page:
    page = sign_in(office, REGISTRAR).page
    page.goto("/capture")
    return page


def scan(words: str) -> bytes:
    return papers.jpeg(papers.hukou(words, ""))


def give(page: Page, kind: str, *files: tuple[str, bytes]) -> None:
    """What a person drops or pastes."""
    page.evaluate(GIVE, [kind, [(name, "image/jpeg", base64.b64encode(content).decode()) for name, content in files]])


def written(folder: Path, files: Iterable[tuple[str, bytes]]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files:
        (folder / name).write_bytes(content)
    return sorted(folder.iterdir())


def test_dropped_chosen_and_pasted_papers_become_cards_of_one_batch(page: Page, tmp_path: Path) -> None:
    give(page, "drop", ("拖入一.jpg", scan("拖入一")), ("拖入二.jpg", scan("拖入二")))
    page.set_input_files("[data-source=folder]", written(tmp_path / "folder", [("夹中.jpg", scan("夹中"))])[0].parent)
    give(page, "paste", ("image.png", scan("粘贴")))
    expect(page.locator(".card-in")).to_have_count(4, timeout=TAKEN_MS)
    expect(page.locator("[data-uploads] li")).to_have_count(0)
    expect(page.locator(".board__bar")).to_contain_text("共 4")
    assert "/capture/batches/" in page.url
    page.wait_for_selector("[data-pending='0']", timeout=TAKEN_MS)
    assert findings(page) == []


def test_a_file_chosen_before_the_script_has_come_is_taken(page: Page) -> None:
    held: list[Route] = []
    page.route("**/capture-*.js", lambda route: held.append(route))  # noqa: PLW0108 (Playwright marks the handler, which a built-in refuses)
    page.goto("/capture", wait_until="commit")
    page.set_input_files("[data-source=files]", {"name": "早选.jpg", "mimeType": "image/jpeg", "buffer": scan("早选")})
    page.wait_for_function("document.readyState !== 'loading'")
    assert held, "the page's own script is still on its way"
    held[0].continue_()
    expect(page.locator(".card-in", has_text="早选.jpg")).to_have_count(1, timeout=TAKEN_MS)


def test_the_same_bytes_again_are_said_to_be_a_repeat(page: Page) -> None:
    content = scan("同一张")
    give(page, "drop", ("先.jpg", content))
    expect(page.locator(".card-in")).to_have_count(1, timeout=TAKEN_MS)
    give(page, "drop", ("后.jpg", content))
    expect(page.locator(".card-in", has_text="后.jpg")).to_contain_text("重复", timeout=TAKEN_MS)
    expect(page.locator(".card-in", has_text="先.jpg")).not_to_contain_text("重复")


def test_an_upload_goes_on_where_the_line_broke(page: Page) -> None:
    sent: list[int] = []

    def break_once(route: Route) -> None:
        if route.request.method != "PATCH":
            return route.continue_()
        sent.append(int(route.request.headers["upload-offset"]))
        return route.abort() if len(sent) == 2 else route.continue_()

    page.route(UPLOADS, break_once)
    page.set_input_files(
        "[data-source=files]", [{"name": "大.jpg", "mimeType": "image/jpeg", "buffer": scan("大").ljust(9 * MEBIBYTE, b"\0")}]
    )
    expect(page.locator("[data-uploads] [data-state]")).to_contain_text("%")
    expect(page.locator(".card-in")).to_have_count(1, timeout=TAKEN_MS)
    assert sent == [0, 4 * MEBIBYTE, 4 * MEBIBYTE, 8 * MEBIBYTE], "nothing already sent is sent again"


def test_a_closed_page_loses_nothing(page: Page) -> None:
    page.route(UPLOADS, lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())
    give(page, "drop", ("没传完.jpg", scan("没传完")))
    expect(page.locator("[data-uploads] li")).to_have_count(1)
    page.wait_for_url("**/capture/batches/*")
    batch = page.url
    page.wait_for_timeout(1500)  # the browser's own store is written in the background
    again = page.context.new_page()
    page.close()
    again.goto("/capture")
    expect(again.locator(".card-in", has_text="没传完.jpg")).to_have_count(1, timeout=TAKEN_MS)
    assert again.url == batch
    again.goto("/capture")
    expect(again.locator(f"a[href='{batch.removeprefix(again.url.split('/capture')[0])}']")).to_be_visible()


def test_what_cannot_be_taken_says_why_and_what_to_do(page: Page, tmp_path: Path) -> None:
    refused = written(tmp_path / "bad", bad_files(oversize_bytes=MEBIBYTE).items())
    page.set_input_files("[data-source=files]", refused)
    ended = page.locator(".card--fault, .card-in--person")
    expect(ended.first).to_be_visible(timeout=TAKEN_MS)
    expect(page.locator("[data-uploads] li:not(.card--fault)")).to_have_count(0, timeout=TAKEN_MS)
    told = [card.inner_text() for card in page.locator(".card--fault").all()]
    assert told
    assert all("。" in words for words in told), told
    page.locator(".card--fault [data-remove]").first.click()
    expect(page.locator(".card--fault")).to_have_count(len(told) - 1)


def test_a_phone_offers_its_camera(office: Office, sign_in: SignIn) -> None:
    page = sign_in(office, REGISTRAR, viewport=PHONE, has_touch=True, is_mobile=True).page
    page.goto("/capture")
    expect(page.get_by_role("button", name="拍照")).to_be_visible()
    expect(page.get_by_role("button", name="选文件夹")).to_be_hidden()
    camera = page.locator("[data-source=camera]")
    assert camera.get_attribute("capture") == "environment"
    camera.set_input_files([{"name": "image.jpg", "mimeType": "image/jpeg", "buffer": scan("手机")}])
    expect(page.locator(".card-in")).to_have_count(1, timeout=TAKEN_MS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
