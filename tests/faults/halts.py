"""The driver's side of the halts: where the processes of one instance may be stopped, and which one stands there now.

Lives here: writing the table for them, arming a point, waiting for it. Not here: the points (`points`), stopping (`halting`).
"""

import json
import shutil
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from tests.faults.points import Point
from tests.faults.waiting import wait_for

OWN_FOLDER = Path(__file__).with_name("halting")
LOOK_SECONDS = 0.005


class Halts:
    """The points of one instance, in a folder that its processes import from."""

    def __init__(self, folder: Path, points: Iterable[Point]) -> None:
        shutil.copytree(OWN_FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        self.folder = folder
        table: dict[str, dict[str, list[dict[str, str]]]] = {}
        for function, group in groupby(sorted(points, key=_function), key=_function):
            module, _, name = function.partition(":")
            table.setdefault(module, {})[name] = [vars(point) for point in group]
        (folder / "points.json").write_text(json.dumps(table), "utf-8")

    def arm(self, point: Point) -> None:
        """Let the next process that comes to the point stop there."""
        (self.folder / f"{point.name}.armed").touch()

    def met(self, point: Point, *, within_seconds: float) -> int | None:
        """Wait until a process stands at the point; its number, or nothing when none came so far."""
        if not wait_for(lambda: any(self._met(point)), within_seconds, every_seconds=LOOK_SECONDS):
            return None
        (mark,) = self._met(point)
        mark.unlink()
        return int(mark.suffix.removeprefix("."))

    def _met(self, point: Point) -> list[Path]:
        return [mark for mark in self.folder.glob(f"{point.name}.*") if mark.suffix != ".armed"]


def _function(point: Point) -> str:
    return point.function
