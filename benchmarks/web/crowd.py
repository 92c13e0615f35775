"""A hundred people at their screens, in a process of its own: each signs in, then opens a screen every fifteen seconds on average.

Lives here: what they open, and how long each answer took. `python -m benchmarks.web.crowd PLAN.json` prints the outcome as JSON.
Reviewers go from their list from case to case, registrars from their cases to their students; both search now and then. A case brings four
page images, two papers at two widths, fetched side by side as browsers do; a search brings four thumbnails.
"""

import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

from benchmarks.web.http import Browser

IMAGES_A_SCREEN, WIDTHS_PX = 4, (400, 800)  # the viewer's steps until a page fills its pane; see pane.js
SIGN_INS_AT_ONCE = 4
WORDS = ("转学", "休学", "户口", "学籍", "证明", "申请", "登记", "姓名")
_PAPER = re.compile(r"record_id(?:&#34;|\"|&quot;|\\u0022)\s*:\s*(?:&#34;|\"|&quot;|\\u0022)([0-9a-f]{32})")
_CASE = re.compile(r'data-case="([0-9a-f]{32})"')
_PICTURE = re.compile(r'src="(/api/v1/records/[0-9a-f]{32}/pages/\d+/image\?width=\d+)"')


@dataclass(frozen=True)
class Plan:
    """What the crowd does; the first seconds are not counted."""

    port: int
    password: str
    logins: list[str]
    reviewers: list[str]
    seconds: float
    think_seconds: float
    warm_seconds: float
    seed: int = 1


@dataclass
class Outcome:
    """Milliseconds of each answer by class, faults in words, and what the crowd itself used."""

    took_ms: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    images_opened: int = 0  # all of them, those that are not counted too: each has its event

    def book(self, kind: str, took_ms: float) -> None:
        self.took_ms.setdefault(kind, []).append(took_ms)


@dataclass
class Person:
    """One browser and what its owner does next."""

    browser: Browser
    is_reviewer: bool
    chance: random.Random
    outcome: Outcome
    counted_from: float
    links: dict[str, list[str]] = field(default_factory=dict)

    def walk(self) -> Iterator[tuple[str, str]]:
        """Screens without end: their kind and address; where nothing is to be opened yet, the list again."""
        listed, case = ("review list", "review case") if self.is_reviewer else ("case list", "case")
        turn = (listed, case, case, "search", case, "students", "student")
        start = self.chance.randrange(len(turn))
        for kind in cycle(turn[start:] + turn[:start]):
            yield self._address(kind, listed)

    def _address(self, kind: str, listed: str) -> tuple[str, str]:
        fixed = {"review list": "/review", "case list": "/cases", "students": "/students"}
        if kind == "search":
            return kind, f"/search?q={quote(self.chance.choice(WORDS))}"
        if kind in fixed:
            return kind, fixed[kind]
        known = self.links.get(kind)
        return (kind, self.chance.choice(known)) if known else (listed, fixed[listed])

    async def open(self, kind: str, path: str) -> None:
        """A screen with its images."""
        text = await self._timed(kind, path)
        for wanted, pattern in _LINKS.items():
            if found := pattern.findall(text):
                self.links[wanted] = found
        await asyncio.gather(*(self._timed("image", url) for url in _images(text)))

    async def _timed(self, kind: str, path: str) -> str:
        began = time.perf_counter()
        try:
            answer = await self.browser.get(path)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            self.outcome.faults.append(f"{path}: {error!r}")
            return ""
        took_ms = (time.perf_counter() - began) * 1_000
        if answer.status != 200:
            self.outcome.faults.append(f"{path}: {answer.status} {answer.location}")
        self.outcome.images_opened += kind == "image"
        if time.monotonic() >= self.counted_from:
            self.outcome.book(kind, took_ms)
        return answer.text if kind != "image" else ""


_LINKS = {
    "review case": re.compile(r'"(/review/[0-9a-f]{32})(?:\?[^"]*)?"'),
    "case": re.compile(r'"(/cases/[0-9a-f]{32})"'),
    "student": re.compile(r'"(/students/[0-9a-f]{32})"'),
}


def _images(text: str) -> list[str]:
    """As the viewer asks for them: under the case that is open."""
    papers = list(dict.fromkeys(_PAPER.findall(text)))[: IMAGES_A_SCREEN // len(WIDTHS_PX)]
    under = "".join(f"&case={case}" for case in _CASE.findall(text)[:1])
    asked = [f"/api/v1/records/{paper}/pages/1/image?width={width}{under}" for paper in papers for width in WIDTHS_PX]
    return (asked or list(dict.fromkeys(_PICTURE.findall(text))))[:IMAGES_A_SCREEN]


async def run(plan: Plan) -> Outcome:
    """Everybody signs in, then all work until the time is over."""
    outcome, gate = Outcome(), asyncio.Semaphore(SIGN_INS_AT_ONCE)
    browsers = [Browser(plan.port) for _ in plan.logins]

    async def enter(browser: Browser, login: str) -> None:
        async with gate:
            await browser.sign_in(login, plan.password)

    await asyncio.gather(*(enter(browser, login) for browser, login in zip(browsers, plan.logins, strict=True)))
    began, cpu = time.monotonic(), time.process_time()
    counted_from = began + plan.warm_seconds
    people = [
        Person(browser, login in plan.reviewers, random.Random(plan.seed + place), outcome, counted_from)  # noqa: S311 (the same at every run)
        for place, (browser, login) in enumerate(zip(browsers, plan.logins, strict=True))
    ]
    await asyncio.gather(*(_sit(person, plan, counted_from + plan.seconds) for person in people))
    outcome.seconds, outcome.cpu_seconds = time.monotonic() - began, time.process_time() - cpu
    return outcome


async def _sit(person: Person, plan: Plan, until: float) -> None:
    await asyncio.sleep(person.chance.uniform(0, plan.think_seconds))
    for kind, path in person.walk():
        began = time.monotonic()
        if began >= until:
            return
        await person.open(kind, path)
        pause = person.chance.uniform(0.5, 1.5) * plan.think_seconds
        await asyncio.sleep(max(0.0, min(pause, until - began)))


def main(plan_file: Path) -> None:
    outcome = asyncio.run(run(Plan(**json.loads(plan_file.read_text("utf-8")))))
    print(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
