"""Writes the demo's papers, the truth about them and the rosters into a folder, for people to look at.

`python -m demo --out DIR [--count N] [--seed S] [--bad]`. Loading them into a running service is `demo.load`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from demo.bad_files import bad_files
from demo.papers import Paper, make_papers
from demo.papers.fonts import FontsMissingError
from demo.tables import catalogue, roster
from demo.world import make_world

DEFAULT_SEED = 7
DEFAULT_COUNT = 120


def main(arguments: list[str] | None = None) -> int:
    """Write everything; return 0, or 2 when no Chinese typeface is installed."""
    options = _options(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    world = make_world(options.seed)
    for school in world.schools:
        (options.out / f"名册-{school.name}.xlsx").write_bytes(roster(world, school.code))
    try:
        papers = [_written(options.out / "papers", paper) for paper in make_papers(world, options.seed, options.count)]
    except FontsMissingError as missing:
        sys.stderr.write(f"{missing}\n")
        return 2
    (options.out / "材料目录.xlsx").write_bytes(catalogue(papers))
    truth = {paper.name: paper.truth for paper in papers}
    (options.out / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")
    if options.bad:
        for name, content in bad_files().items():
            _write(options.out / "bad" / name, content)
    sys.stdout.write(f"{len(papers)} papers, {len(world.students)} students of {len(world.schools)} schools in {options.out}\n")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description="Draw the demo's papers into a folder.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--count", type=int, default=DEFAULT_COUNT, help="number of papers")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="same seed, same bytes")
    parser.add_argument("--bad", action="store_true", help="also write the files that must be refused")
    return parser.parse_args(arguments)


def _written(folder: Path, paper: Paper) -> Paper:
    _write(folder / paper.name, paper.content)
    return paper


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
