"""The questions put to the service in a process of its own, as a web process would: what each took, inside and outside the index.

Lives here: the child of the benchmark; in the folder it is given it reads `questions.pickle` and writes
`answers.pickle`. Each question is asked once, so nothing but files is warm.
"""

import gc
import pickle
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from archive_service.adapters.search_index.entries import Scope
from archive_service.adapters.search_index.interface import Hits, SearchIndex, Window
from archive_service.adapters.search_index.plan import LabelField, Plan
from archive_service.archive import opened
from archive_service.services import search
from archive_service.services.actor import Actor
from archive_service.settings import load
from benchmarks.search.questions import Question

Counts = dict[LabelField, dict[int, int]]


@dataclass
class Watched:
    """The index, with what it is asked, what it answers, and how long it takes."""

    inner: SearchIndex
    seconds: float = 0.0
    asked: tuple[Plan, Scope, Window] | None = None
    hits: Hits = field(default_factory=Hits)
    counts: Counts = field(default_factory=dict)

    def candidates(self, plan: Plan, scope: Scope, window: Window) -> Hits:
        self.asked = (plan, scope, window)
        with self._timed():
            self.hits = self.inner.candidates(plan, scope, window)
        return self.hits

    def facets(self, plan: Plan, scope: Scope, fields: Sequence[LabelField]) -> Counts:
        with self._timed():
            self.counts = self.inner.facets(plan, scope, fields)
        return self.counts

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - began


@dataclass(frozen=True)
class Asked:
    """One question, answered."""

    group: str
    plan: Plan
    scope: Scope
    window: Window
    hits: Hits
    counts: Counts
    shown: int
    boxes: int
    service_ms: float
    cpu_ms: float
    index_ms: float


@dataclass(frozen=True)
class Session:
    """All of them, and the memory of the process before and after, in MB: what is its own, and what it maps of files others share."""

    asked: list[Asked]
    before_mb: tuple[int, int]
    after_mb: tuple[int, int]


def memory_mb() -> tuple[int, int]:
    """Own and mapped."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own, mapped = (int(lines[name].split()[0]) // 1024 for name in ("RssAnon", "RssFile"))
    return own, mapped


def ask_all(home: Path, questions: list[Question], actors: dict[str, Actor]) -> Session:
    """Put the questions to an instance, one after the other."""
    with opened(load({"XUEJI_HOME": str(home)})) as plain:
        gc.freeze()  # as `app.wsgi` does
        before = memory_mb()
        asked = []
        for question in questions:
            watched = Watched(plain.index)
            archive = replace(plain, index=cast("SearchIndex", watched))
            began, cpu = time.perf_counter(), time.process_time()
            answer = search.find(archive, question.query, actor=actors[question.by])
            service_ms, cpu_ms = (time.perf_counter() - began) * 1_000, (time.process_time() - cpu) * 1_000
            assert watched.asked
            boxes = sum(len(hit.boxes) for hit in answer.hits)
            took = (service_ms, cpu_ms, watched.seconds * 1_000)
            asked.append(Asked(question.group, *watched.asked, watched.hits, watched.counts, len(answer.hits), boxes, *took))
        return Session(asked, before, memory_mb())


def main() -> None:
    home = Path(sys.argv[1])
    questions, actors = pickle.loads((home / "questions.pickle").read_bytes())  # noqa: S301 (written by our parent)
    (home / "answers.pickle").write_bytes(pickle.dumps(ask_all(home, questions, actors)))
