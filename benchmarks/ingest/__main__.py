"""From the door to the index, beside plain Tesseract on the same pages: pages a minute, processor seconds by stage, memory.

    python -m benchmarks.ingest [--pages 40] [--seed 7]

The product takes each paper in, judges, reads, matches and indexes it before the next, with its sandboxed reader and one worker, among
the students of the made-up county. The yardstick gives each page as it is to Tesseract (chi_sim, page segmentation 3) and keeps nothing.
Both run on one thread. Aim: at most 1.6 processor seconds a page, at most 1.5 GB in any process.
"""

import argparse
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytesseract
import structlog
from sqlalchemy import func, select

from archive_service import instance
from archive_service.adapters.reader import PaperReader, limits_of, open_reader
from archive_service.archive import Archive, open_archive
from archive_service.keeper import Keeper
from archive_service.models.record import Page, Record, TranscriptState
from archive_service.settings import Settings, load
from archive_service.worker import Worker
from benchmarks.ingest.meter import Meter
from demo.load import load_world
from demo.load_notes import Notes
from demo.load_papers import LOOSE, SORTED, Desk
from demo.papers import Paper, make_papers
from scanners.images import open_pages
from scanners.judging import Judgement
from scanners.reading import Reading
from scanners.sources import Sniffed

STAGES = ("door", "store", "judge", "read", "match", "index")
AS_OF = date(2026, 11, 2)
AIM_CPU_SECONDS, AIM_MB = 1.6, 1500


@dataclass(frozen=True)
class MeteredReader:
    """The product's reader, its first look booked as the door's."""

    inner: PaperReader
    meter: Meter

    def sniff(self, content: bytes) -> Sniffed:
        with self.meter.stage("door"):
            return self.inner.sniff(content)

    def judge(self, content: bytes, media_type: str) -> Judgement:
        return self.inner.judge(content, media_type)

    def read(self, content: bytes, media_type: str, rotations: Mapping[int, int]) -> Reading:
        return self.inner.read(content, media_type, rotations)

    def close(self) -> None:
        self.inner.close()


def papers_of(settings: Settings, notes: Notes, pages: int) -> Iterator[Paper]:
    """The run's papers until they have this many pages."""
    limits = limits_of(settings.intake)
    for paper in make_papers(notes.world(), notes.seed, pages):
        yield paper
        pages -= sum(1 for _ in open_pages(paper.content, paper.media_type, limits))
        if pages <= 0:
            return


def product(archive: Archive, notes: Notes, papers: list[Paper], meter: Meter) -> tuple[int, int]:
    """Bring all papers all the way; how many pages are searchable, and how many of them were read."""
    desk, keeper = Desk(archive, notes), Keeper(archive)
    workers = {kind: Worker(archive, {kind}) for kind in ("judge", "read", "match")}
    keeper.index()
    with meter.run():
        for number, paper in enumerate(papers):
            with meter.stage("store"):
                desk.hand_in(paper, SORTED if number % 2 == 0 else LOOSE)
            for kind, worker in workers.items():
                with meter.stage(kind):
                    worker.drain()
            with meter.stage("index"):
                keeper.index()
    with archive.read() as session:
        found = select(func.count()).select_from(Page).join(Record, Record.id == Page.record_id).where(Record.searchable_at.is_not(None))
        return session.scalar(found) or 0, session.scalar(found.where(Record.transcript_state == TranscriptState.PRESENT)) or 0


def plain(settings: Settings, papers: list[Paper], meter: Meter) -> int:
    """Tesseract on every page as it is; how many pages."""
    pages, limits = 0, limits_of(settings.intake)
    with meter.run(), meter.stage("tesseract"):
        for paper in papers:
            for page in open_pages(paper.content, paper.media_type, limits):
                pytesseract.image_to_string(page.pixels[:, :, ::-1], lang="chi_sim", config="--psm 3")
                pages += 1
    return pages


def show(ours: Meter, theirs: Meter, pages: int) -> None:
    """Print the table."""
    our_cpu, their_cpu = sum(ours.cpu_seconds.values()) / pages, sum(theirs.cpu_seconds.values()) / pages
    print(f"{pages} pages                    product  tesseract   ratio")
    our_pace, their_pace = (60 * pages / meter.wall_seconds for meter in (ours, theirs))
    print(f"pages a minute            {our_pace:10.1f}{their_pace:11.1f}{our_pace / their_pace:8.2f}")
    print(f"processor seconds a page  {our_cpu:10.2f}{their_cpu:11.2f}{our_cpu / their_cpu:8.2f}   aim at most {AIM_CPU_SECONDS}")
    for stage in STAGES:
        print(f"  {stage:<24}{ours.cpu_seconds[stage] / pages:10.3f}")
    for label, peak_mb in sorted(ours.peak_mb.items()):
        print(f"peak memory, {label:<24} {peak_mb:6} MB   aim at most {AIM_MB}")


def main(pages: int, seed: int) -> None:
    """Run both."""
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract on one thread, as our engine is
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        settings = load({"XUEJI_HOME": str(Path(folder) / "home")})
        instance.prepare(settings)
        notes = Notes(password="not-signed-in-with", as_of=AS_OF, seed=seed, papers=pages)  # noqa: S106 (nobody signs in here)
        meter, yardstick = Meter(), Meter()
        archive = open_archive(settings, paper_reader=MeteredReader(open_reader(settings), meter))
        try:
            load_world(archive, notes.world(), notes.password)
            papers = list(papers_of(settings, notes, pages))
            searchable, read = product(archive, notes, papers, meter)
        finally:
            archive.close()
        total = plain(settings, papers, yardstick)
    print(f"{len(papers)} papers, {total} pages, {searchable} searchable, {read} read")
    show(meter, yardstick, total)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description="Ingest beside plain Tesseract.")
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    main(options.pages, options.seed)
