"""From the commit of a read paper to the first search that shows it, with the keeper in another process as in life.

Lives here: `show`. The yardsticks write and find in one process, without a queue between.
"""

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from archive_service import queue
from archive_service.adapters.search_index.entries import FoldedPage, Scope
from archive_service.adapters.search_index.interface import Window
from archive_service.adapters.search_index.plan import Text
from archive_service.archive import Archive, opened
from archive_service.keeper import Keeper
from archive_service.models.record import Page, Record
from archive_service.services import search
from archive_service.services.actor import Actor
from archive_service.services.search import Query
from archive_service.settings import load
from benchmarks.search.corpus import Corpus
from benchmarks.search.instance import page_row, record_row
from benchmarks.search.yardsticks import Yardstick

PAPERS = 20
PATIENCE_SECONDS = 30.0


def keep(home: Path) -> None:
    """The keeper's process, ended by its parent."""
    with opened(load({"XUEJI_HOME": str(home)})) as archive:
        Keeper(archive).run()


def show(archive: Archive, actor: Actor, engines: Sequence[Yardstick], pages: int) -> None:
    """Print how long it takes."""
    keeper = multiprocessing.get_context("spawn").Process(target=keep, args=(archive.settings.home,), daemon=True)
    keeper.start()
    try:
        _wait(archive, actor, pages)  # until the keeper is up
        waits = [_wait(archive, actor, pages + number) for number in range(1, PAPERS)]
    finally:
        keeper.terminate()
        keeper.join()
    beside = "".join(f"; {engine.name} {_median_ms(engine, pages):.0f}" for engine in engines)
    print(f"commit to searchable, keeper and searcher two processes: p50 {np.median(waits):.0f} ms, longest {max(waits):.0f} ms")
    print(f"  beside, written and found in one process, p50{beside}")


def _wait(archive: Archive, actor: Actor, number: int) -> float:
    sheet = next(Corpus(1).sheets())
    words = f"立即可见{number}号"
    fresh = replace(sheet, number=number, text=words, child=replace(sheet.child, school=0))
    with archive.begin() as session:
        session.execute(insert(Record), [record_row(fresh, str(actor.account_id)) | {"searchable_at": None}])
        session.execute(insert(Page), [page_row(fresh)])
        queue.put(session, "index", now=archive.clock.now(), record_id=record_row(fresh, "")["id"])
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE_SECONDS:
        if search.find(archive, Query(words), actor=actor).total:
            return (time.perf_counter() - began) * 1_000
        time.sleep(0.01)
    raise TimeoutError(words)


def _median_ms(engine: Yardstick, pages: int) -> float:
    waits = []
    for number in range(PAPERS):
        words = f"立即可见{pages + number}号"
        page = FoldedPage(10**9 + number, words, (), (), 1, 1, 1, 1, 20240101, 1)
        began = time.perf_counter()
        engine.add([page])
        assert engine.ask(Text(words), Scope(frozenset({1}), frozenset({1})), Window()) == 1
        waits.append((time.perf_counter() - began) * 1_000)
    return float(np.median(waits))
