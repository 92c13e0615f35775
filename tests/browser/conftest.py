"""Real instances with a browser in front: the made-up county without its papers, started the way a clerk's office starts it.

`office` reads with the canned engine (fast, for screens and rights), `reading_office` with the real one. Watched pages keep what
the console said; a fault nobody expected fails the test that saw it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from demo.load_notes import Notes, read_notes

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1366, "height": 768}  # the office machine of screens.md
PHONE = {"width": 390, "height": 844}
READY_SECONDS = 120
EXPECT_MS = 20_000  # what a page comes to may take long where other tests run beside; how fast it is, benchmarks say
PATIENCE = {"XUEJI_INTAKE__SNIFF_SECONDS": "25", "XUEJI_READING__JUDGE_SECONDS": "120"}  # for machines that run other tests beside
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ASK_AXE = """() => axe.run(document).then(({violations}) => violations
    .filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(({target}) => target.join(" ")).join(", ")}`))"""


@dataclass(frozen=True)
class Office:
    """A running instance: where it is, who works there."""

    address: str
    notes: Notes


@dataclass
class Watched:
    """A page whose console is listened to."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))


SignIn = Callable[..., Watched]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=EXPECT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(viewport=DESK, locale="zh-CN", reduced_motion="reduce")
    yield Watched(context.new_page())
    context.close()


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with running(tmp_path_factory.mktemp("office"), engine="canned") as started:
        yield started


@pytest.fixture(scope="session")
def reading_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with running(tmp_path_factory.mktemp("reading"), engine="rapidocr") as started:
        yield started


@pytest.fixture(scope="session")
def county_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The whole county with its papers, written as read: minutes to make."""
    with running(tmp_path_factory.mktemp("county"), engine="canned", scale=("--scale", "county")) as started:
        yield started


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    opened: list[BrowserContext] = []

    def open_one(office: Office, **options: object) -> BrowserContext:
        context = browser.new_context(base_url=office.address, locale="zh-CN", reduced_motion="reduce", **{"viewport": DESK, **options})
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def sign_in(contexts: Callable[..., BrowserContext]) -> SignIn:
    """Sign somebody in at an office, in a browser of their own."""

    def enter(office: Office, login: str, **options: object) -> Watched:
        seen = Watched(contexts(office, **options).new_page())
        seen.page.goto("/sign-in")
        seen.page.fill("[name=account]", login)
        seen.page.fill("[name=password]", office.notes.password)
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector(".rail", state="attached")
        return seen

    return enter


@contextmanager
def running(folder: Path, *, engine: str, scale: tuple[str, str] = ("--papers", "0")) -> Iterator[Office]:
    """An instance with the demo's people, without papers unless its scale says otherwise, until the block ends."""
    home, port = folder / "home", free_port()
    environment = {**os.environ, "XUEJI_HOME": str(home), "XUEJI_PORT": str(port), "XUEJI_READING__ENGINE": engine, **PATIENCE}
    command = [sys.executable, "-m", "archive_service.cli"]
    subprocess.run([*command, "init"], env=environment, check=True, capture_output=True)
    subprocess.run([*command, "demo", "load", *scale], env=environment, check=True, capture_output=True)
    with (folder / "up.log").open("wb") as log, subprocess.Popen([*command, "up"], env=environment, stdout=log, stderr=log) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            await_answer(f"{address}/api/v1/health", process)
            notes = read_notes(home)
            assert notes
            yield Office(address, notes)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def await_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + READY_SECONDS
    while time.monotonic() < limit:
        assert process.poll() is None, "the instance ended while starting"
        try:
            with urlopen(url, timeout=5):  # noqa: S310 (our own address)
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise TimeoutError(url)


def findings(page: Page) -> list[str]:
    """What axe finds serious. It is brought in as the browser's own tools do, past the content policy."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    return list(page.evaluate(ASK_AXE))
