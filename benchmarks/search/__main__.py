"""Search through the service at county size, beside SQLite FTS5 and tantivy on the same pages, and every class held against a scan.

    python -m benchmarks.search [--pages 20000 100000] [--each 30] [--checked 10]

An instance of the product is filled with generated pages; its index is rebuilt from rows; a process of its own then puts each question once
to `services.search.find`: scope, facets, hits with boxes, the event on the ledger. Aims at 100,000 pages: p95 over all at most 20 ms, of
the worst class at most 50 ms, 200 MB more memory a web process, nothing missed, nothing extra.
"""

import argparse
import gc
import logging
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from sqlalchemy import select

from archive_service import instance
from archive_service.adapters.search_index.entries import FoldedPage
from archive_service.adapters.search_index.interface import Window
from archive_service.adapters.search_index.plan import strict
from archive_service.archive import Archive, opened
from archive_service.models.record import Record
from archive_service.services import indexing
from archive_service.settings import load
from benchmarks.search import visibility, yardsticks
from benchmarks.search.ask import Asked, Session, ask_all
from benchmarks.search.corpus import Corpus
from benchmarks.search.exactness import Verdict, check
from benchmarks.search.instance import add_transcripts, fill
from benchmarks.search.questions import GROUPS, questions
from benchmarks.search.yardsticks import Yardstick

SIZES = [20_000, 100_000]
AIM_ALL_MS, AIM_WORST_MS, AIM_MB = 20, 50, 200
CHUNK = 1_000


def cpu_and_peak(act: Callable[[], object]) -> tuple[float, int]:
    """Processor seconds, and MB of peak memory above what was there."""
    gc.collect()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    act()
    return time.process_time() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1_024


def build(archive: Archive, engines: Sequence[Yardstick], pages: int) -> list[FoldedPage]:
    """Rows into every engine; prints what it took; returns the pages as they are searched."""
    ours, peak_mb = cpu_and_peak(lambda: indexing.rebuild(archive))
    folded = folded_pages(archive)
    size = archive.index.health().size_bytes
    print(f"\n{pages} pages          product" + "".join(f"{engine.name:>12}   ratio" for engine in engines))
    costs = [(cpu_and_peak(partial(engine.add, folded)), engine.size_bytes) for engine in engines]
    print(f"build, pages per CPU s{pages / ours:8.0f}" + "".join(f"{pages / cost:12.0f}{cost / ours:8.2f}" for (cost, _), _ in costs))
    print(f"size, MB              {size / 1e6:8.1f}" + "".join(f"{other / 1e6:12.1f}{size / other:8.2f}" for _, other in costs))
    print(f"peak while building, MB{peak_mb:7}" + "".join(f"{mb:12}        " for (_, mb), _ in costs))
    return folded


def folded_pages(archive: Archive) -> list[FoldedPage]:
    """All pages from their rows, as the index takes them."""
    with archive.begin() as session:
        kinds = indexing.kind_numbers(session, archive)
    with archive.read() as session:
        ids = list(session.scalars(select(Record.id).order_by(Record.id)))
        chunks = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
        return [FoldedPage.of(entry) for chunk in chunks for entry in indexing.entries_of(session, chunk, kinds)]


def ask(home: Path, asked: Any) -> Session:  # noqa: ANN401 (questions and actors, pickled)
    """In a process of its own."""
    (home / "questions.pickle").write_bytes(pickle.dumps(asked))
    subprocess.run([sys.executable, "-c", "from benchmarks.search.ask import main; main()", str(home)], check=True)
    session: Session = pickle.loads((home / "answers.pickle").read_bytes())  # noqa: S301 (written by our child)
    return session


def yardstick_ms(engine: Yardstick, asked: Iterable[Asked]) -> tuple[list[float], list[int]]:
    """Times and totals of the exact part of each question."""
    times, totals = [], []
    for one in asked:
        began = time.perf_counter()
        totals.append(engine.ask(strict(one.plan), one.scope, Window(one.window.size, one.window.offset)))
        times.append((time.perf_counter() - began) * 1_000)
    return times, totals


def p(share: int, values: Sequence[float]) -> float:
    """A percentile; a class of few questions has its slowest."""
    return float(np.percentile(values, share, method="higher")) if len(values) else 0.0


def show_class(name: str, asked: Sequence[Asked], engines: Sequence[Yardstick], verdict: Verdict) -> None:
    service, index = [one.service_ms for one in asked], [one.index_ms for one in asked]
    beside = ""
    for engine in engines:
        times, totals = yardstick_ms(engine, asked)
        wrong = sum(total != one.hits.total for total, one in zip(totals, asked, strict=True))
        assert not wrong or engine.name != "FTS5", f"{name}: FTS5 counts otherwise"
        beside += f"{p(50, times):8.1f}{p(95, times):8.1f}{p(95, index) / p(95, times):7.2f}"
    held = f"{verdict.missed:>6}{verdict.extra:>6}{verdict.other:>6}" if verdict.checked else ""
    print(
        f"{name:<26}{len(asked):3}{np.mean([one.hits.total for one in asked]):8.0f}{p(50, service):8.1f}{p(95, service):8.1f}"
        f"{p(95, [one.cpu_ms for one in asked]):8.1f}{p(50, index):8.1f}{p(95, index):8.1f}{beside}{held}"
    )


def show(session: Session, engines: Sequence[Yardstick], verdicts: dict[str, Verdict]) -> None:
    heads = "".join(f"{engine.name:>10} p50, p95, ratio" for engine in engines)
    print(f"\nclass, questions, mean hits        service: p50, p95, CPU p95   index: p50, p95{heads}   missed extra other")
    groups = {name: [one for one in session.asked if one.group == name] for name in GROUPS}
    for name, asked in groups.items():
        show_class(name, asked, engines, verdicts.get(name, Verdict()))
    everything, cpu = [one.service_ms for one in session.asked], np.mean([one.cpu_ms for one in session.asked])
    p95 = {name: p(95, [one.service_ms for one in asked]) for name, asked in groups.items()}
    worst = max(p95, key=p95.__getitem__)
    print(f"all: p50 {p(50, everything):.1f} ms, p95 {p(95, everything):.1f} ms (aim {AIM_ALL_MS}), processor {cpu:.1f} ms a search")
    print(f"worst class «{worst}»: p95 {p95[worst]:.1f} ms (aim {AIM_WORST_MS})")
    own, mapped = (after - before for before, after in zip(session.before_mb, session.after_mb, strict=True))
    print(f"memory of a web process: {own} MB more of its own, aim {AIM_MB}; {mapped} MB mapped from files, shared by all processes")
    checked = verdicts.values()
    print(
        f"held against a scan: {sum(v.checked for v in checked)} questions, {sum(v.true_hits for v in checked)} true hits,"
        f" missed {sum(v.missed for v in checked)}, extra {sum(v.extra for v in checked)},"
        f" other order, total or count {sum(v.other for v in checked)}"
    )


def run(folder: Path, pages: int, each: int, checked: int) -> None:
    """One size."""
    settings = load({"XUEJI_HOME": str(folder / "home")})
    instance.prepare(settings)
    corpus, engines = Corpus(pages), yardsticks.opened(folder)
    with opened(settings) as archive:
        actors = fill(archive, corpus)
        asked = questions(corpus.kept, each)
        folded = build(archive, engines, pages)
        first = ask_all(settings.home, asked, actors)  # which pages answers show
        add_transcripts(archive, {hit.page_id for one in first.asked for hit in one.hits.hits})
        session = ask(settings.home, (asked, actors))
        by_class = {name: [one for one in session.asked if one.group == name][:checked] for name in GROUPS}
        verdicts = {name: check(archive.index, folded, some) for name, some in by_class.items()}
        show(session, engines, verdicts)
        visibility.show(archive, actors["city"], engines, pages)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description="Search beside FTS5 and tantivy.")
    parser.add_argument("--pages", type=int, nargs="+", default=SIZES)
    parser.add_argument("--each", type=int, default=30, help="questions a class")
    parser.add_argument("--checked", type=int, default=10, help="of them held against a scan")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    for pages in options.pages:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder), pages, options.each, options.checked)


if __name__ == "__main__":
    main()
