"""Papers read in processes of their own, each with its engine. Apart from the command: what a process runs must not live in `__main__`."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from benchmarks.accuracy.score import Score, score
from benchmarks.accuracy.truth import PaperTruth
from scanners.engines import load_engine
from scanners.kinds import load_kinds

KINDS = Path(__file__).parents[2] / "config" / "kinds"
Work = tuple[PaperTruth, str, tuple[str, ...]]

engine_named, kinds_in = cache(load_engine), cache(load_kinds)


def scored(papers: Sequence[PaperTruth], engine: str, jobs: int) -> Iterator[Score]:
    """The papers in their order; how far it is stands on the error stream. Raises BrokenProcessPool when a reader dies."""
    units = tuple(sorted({ring for paper in papers for page in paper.pages for ring in page.seals or ()}))
    work = [(paper, engine, units) for paper in papers]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as readers:
        for number, one in enumerate(readers.map(_score, work), start=1):
            sys.stderr.write(f"\r{number} / {len(work)}")
            yield one
    sys.stderr.write("\n")


def _score(work: Work) -> Score:
    paper, engine, units = work
    return score(paper, engine_named(engine), kinds_in(KINDS), units)
