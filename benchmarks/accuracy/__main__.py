"""How well papers are read, with sizes and intervals: `make accuracy`, or `make accuracy DIR=folder` for papers of others.

    python -m benchmarks.accuracy [--folder DIR] [--papers 240] [--seed 20270301] [--jobs 2] [--worst DIR]

Without a folder the demo draws papers nobody has looked at: the seed is one on which no setting was chosen (`HELD_OUT`); work on the
reader looks at those of `DEVELOPMENT`. They are drawn, not scanned: the rates say how the reader bears wear, turning and machines,
and little about real hands. The form of a folder is in `truth.py`. The worst pages are kept as pictures in `build/accuracy`.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy.readers import scored
from benchmarks.accuracy.score import Score
from benchmarks.accuracy.show import fields, grouped, summary
from benchmarks.accuracy.truth import papers_of
from demo.__main__ import main as draw

DEVELOPMENT, HELD_OUT = 11, 20270301
KEPT = Path("build/accuracy")
WORST = 12


def main() -> int:
    """0 when every paper was looked at; the rates decide nothing."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="xueji-accuracy-") as drawn:
        folder = options.folder or Path(drawn)
        if options.folder is None:
            draw(["--out", drawn, "--count", str(options.papers), "--seed", str(options.seed)])
        try:
            papers = list(papers_of(folder))
        except ValueError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        scores = list(scored(papers, options.engine, options.jobs))
        _keep_worst(scores, options.worst)
    _say("", f"{len(scores)} papers of {options.folder or f'seed {options.seed}'}, engine {options.engine}")
    _say("", "                               of            right       may truly lie between", *summary(scores))
    _say("", *fields(scores))
    _say("", *grouped(scores, "machine", lambda one: [one.truth.profile]))
    _say("", *grouped(scores, "kind", lambda one: [str(one.truth.kind)]))
    _say("", *grouped(scores, "fault", lambda one: one.truth.faults or ["none"]))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description="How well papers are read.")
    parser.add_argument("--folder", type=Path, help="papers with a truth.json; without it some are drawn")
    parser.add_argument("--papers", type=int, default=240, help="how many to draw")
    parser.add_argument("--seed", type=int, default=HELD_OUT)
    parser.add_argument("--engine", default="rapidocr")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--worst", type=Path, default=KEPT, help="where the worst papers are kept")
    return parser.parse_args()


def _keep_worst(scores: Sequence[Score], folder: Path) -> None:
    """Papers with most wrong characters, and all whose numbers were wrong while sure."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wrong = [one for one in scores if any(each.is_sure and not each.is_right for each in one.fields)]
    worst = sorted(scores, key=lambda one: -one.errors)[:WORST]
    for one in {id(each): each for each in (*wrong, *worst)}.values():
        shutil.copy2(one.truth.path, folder / one.truth.path.name)
        told = [f"{each.name}: {one.truth.values[each.name]} read as {each.read}" for each in one.fields if not each.is_right]
        (folder / f"{one.truth.path.name}.txt").write_text("\n".join([f"{one.errors} characters wrong", *told]) + "\n", "utf-8")


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main())
