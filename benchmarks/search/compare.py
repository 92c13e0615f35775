"""The embedded index beside SQLite FTS5: build, size, memory, latency, as ratios. About a minute for 20,000 pages.

Both get the same generated pages and the same terms (`tokens.text_terms`; FTS5 as hex words, so that its tokenizer sees
terms and not characters), both count all matching pages in scope and return the newest twenty, both check the text.

    python -m benchmarks.search.compare [PAGES]
"""

import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from archive_service.adapters.search_index.embedded.index import open_index
from archive_service.adapters.search_index.entries import PageEntry, Scope
from archive_service.adapters.search_index.interface import Batch, SearchIndex, Sort, Window
from archive_service.adapters.search_index.parse import Refusal, parse
from archive_service.adapters.search_index.plan import Plan, Text, strict
from archive_service.adapters.search_index.tokens import text_terms, words_needed
from scanners.cjk_text import fold

SCHOOLS = 500
SCOPE = Scope(frozenset(range(400)), frozenset({0}))
QUERIES = 30
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3_000)]
PHRASES = ("学生姓名", "学籍档案", "毕业证明", "转学申请表", "县教育局", "休学期满", "准予注册", "实验小学", "监护人签字", "户籍所在地")


def generated(count: int) -> Iterator[PageEntry]:
    chance = random.Random(1)  # noqa: S311 - the same pages every time
    weights = [1 / rank for rank in range(1, len(HAN) + 1)]
    for page_id in range(count):
        free = chance.choices(HAN, weights, k=220)
        number = f"G{chance.randrange(410000, 410900)}{chance.randrange(10**12):012}"
        name = "".join(chance.choices(HAN[:400], k=3))
        text = f"{chance.choice(PHRASES)}{name} {number}\n{''.join(free)}{chance.choice(PHRASES)}2019年{chance.randint(1, 12)}月"
        made_on = 20180101 + chance.randrange(28) + 100 * chance.randrange(12)
        yield PageEntry(page_id, text, (name,), (number,), chance.randrange(SCHOOLS), 1, 1, 0, made_on, 1)


def queries(entries: list[PageEntry]) -> dict[str, list[str]]:
    chance = random.Random(2)  # noqa: S311 - the same queries every time
    some = [chance.choice(entries) for _ in range(QUERIES)]
    texts = [fold(entry.text) for entry in some]
    return {
        "one character": [text[30] for text in texts],
        "name": [entry.names[0] for entry in some],
        "whole number": [entry.numbers[0] for entry in some],
        "number prefix 6": [entry.numbers[0][1:7] for entry in some],
        "common word": [chance.choice(PHRASES)[:2] for _ in some],
        "phrase of 4": [chance.choice(PHRASES)[:4] for _ in some],
        "phrase of 8, rare": [text[60:68] for text in texts],
        "mixed": ["2019年1" for _ in some],
    }


class Fts5:
    """The yardstick: terms as hex words, `detail=none`."""

    def __init__(self, path: Path) -> None:
        self._base = sqlite3.connect(path)
        self._base.execute("create virtual table terms using fts5(words, content='', detail=none)")
        self._base.execute("create table page (id integer primary key, school int, made_on int, text text)")

    def build(self, entries: list[PageEntry]) -> None:
        with self._base:
            for entry in entries:
                text = fold(entry.text)
                words = " ".join(term.encode().hex() for term in text_terms(text))
                self._base.execute("insert into terms (rowid, words) values (?, ?)", (entry.page_id, words))
                self._base.execute("insert into page values (?, ?, ?, ?)", (entry.page_id, entry.school, entry.made_on, text))

    def search(self, plan: Plan) -> int:
        assert isinstance(plan, Text)
        wanted = " AND ".join(f'"{term.encode().hex()}"' for term in words_needed(plan.words))
        rows = self._base.execute(
            "select id from page where id in (select rowid from terms where terms match ?) and school < 400"
            " and instr(text, ?) order by made_on desc, id desc",
            (wanted, plan.words),
        ).fetchall()
        return len(rows)


def embedded_search(index: SearchIndex) -> Callable[[Plan], int]:
    return lambda plan: index.candidates(plan, SCOPE, Window(20, sort=Sort.DATE)).total


def timed(search: Callable[[Plan], int], plans: list[Plan]) -> tuple[list[float], list[int]]:
    seconds, totals = [], []
    for plan in plans:
        start = time.perf_counter()
        totals.append(search(plan))
        seconds.append((time.perf_counter() - start) * 1_000)
    return seconds, totals


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024


def cpu(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def build_embedded(index: SearchIndex, entries: list[PageEntry]) -> None:
    rebuild = index.begin_rebuild()
    rebuild.add(Batch(entries))
    assert index.finish_rebuild(rebuild)


def visible_after(index: SearchIndex) -> list[float]:
    """Milliseconds from handing over one page to finding it."""
    waits = []
    for number in range(20):
        start = time.perf_counter()
        index.apply(Batch([PageEntry(10**9 + number, f"立即可见{number}号", (), (), 1, 1, 1, 0, 20240101, 1)]))
        assert index.candidates(Text(f"立即可见{number}号"), SCOPE, Window()).total == 1
        waits.append((time.perf_counter() - start) * 1_000)
    return waits


def main(count: int) -> None:
    entries = list(generated(count))
    with tempfile.TemporaryDirectory() as folder:
        index, yardstick = open_index(Path(folder) / "index"), Fts5(Path(folder) / "fts5.db")
        start_mb = peak_mb()
        build = cpu(lambda: build_embedded(index, entries))
        built_mb = peak_mb()
        fts_build = cpu(lambda: yardstick.build(entries))
        size, fts_size = index.health().size_bytes, (Path(folder) / "fts5.db").stat().st_size
        print(f"{count} pages                 embedded      FTS5   ratio")
        print(f"build, pages per CPU s   {count / build:10.0f}{count / fts_build:10.0f}{fts_build / build:8.2f}")
        print(f"size, MB                 {size / 1e6:10.1f}{fts_size / 1e6:10.1f}{size / fts_size:8.2f}")
        print(f"memory while building: {built_mb - start_mb} MB")
        for name, typed in queries(entries).items():
            texts = [Text(fold(words)) for words in typed]
            ours, our_totals = timed(embedded_search(index), list(texts))
            theirs, their_totals = timed(yardstick.search, list(texts))
            assert our_totals == their_totals, name
            full = [plan for plan in map(parse, typed) if not isinstance(plan, Refusal)]
            everywhere, _ = timed(embedded_search(index), full)
            exact, _ = timed(embedded_search(index), [strict(plan) for plan in full])
            (low, high), fts_high = np.percentile(ours, (50, 95)), np.percentile(theirs, 95)
            print(
                f"{name:<20} p50 {low:6.2f} p95 {high:7.2f}  FTS5 {fts_high:7.2f}  ratio {high / fts_high:5.2f}"
                f"  as typed, near too {np.percentile(everywhere, 95):7.2f}  again {np.percentile(exact, 95):6.2f}"
                f"  hits {np.mean(our_totals):8.0f}"
            )
        waits = visible_after(index)
        print(f"one page found after: p50 {np.median(waits):.1f} ms, longest {max(waits):.1f} ms")
        index.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
