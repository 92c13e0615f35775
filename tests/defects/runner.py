"""Planting the defects, one at a time, in a copy of the tree, and running only the tests that should notice.

Lives here: the copy, the planting, the verdict. Not here: the defects (tables), printing (`__main__`).
The copy has no `.venv` of its own: it is imported because PYTHONPATH names it, and `proof`, a plugin, ends the run where it was not.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path

from tests.defects.defect import ROOT, Defect

FAILED = re.compile(r"^FAILED (\S+?(?:\[.*?\])?)(?: - (.*))?$", re.MULTILINE)
BROKEN = re.compile(r"(?:ImportError|ModuleNotFoundError|NameError|SyntaxError|Failed: Timeout)\b")  # the test broke; it noticed nothing
ALL_PASSED, SOME_FAILED = 0, 1
SECONDS_AT_MOST = 900
PYTEST = ("-m", "pytest", "-q", "-rf", "--tb=line", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "tests.defects.proof")
SQLITE_ALONE = ("-m", "not postgres and not s3")


@dataclass(frozen=True)
class Run:
    """What pytest said; `failed` maps a node id with its parameters to the first line of its reason."""

    status: int
    failed: dict[str, str]
    seconds: float
    output: str


@dataclass(frozen=True)
class Outcome:
    """Whether a planted defect was noticed, and by what."""

    defect: Defect
    red: tuple[str, ...]
    reason: str
    seconds: float

    @property
    def is_noticed(self) -> bool:
        """A test that was named turned red; a run that broke otherwise proves nothing."""
        return bool(self.red)


def copy_tree(target: Path) -> Path:
    """The tree's own files as they stand now, new ones too, and the built pages, which no defect touches."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    for name in filter(None, listed.decode("utf-8").split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    (target / "build").mkdir()
    (target / "build" / "static").symlink_to(ROOT / "build" / "static")
    return target


@contextmanager
def planted(copy: Path, defect: Defect) -> Iterator[None]:
    """The copy with one defect inside the block, whole again after it. Raises ValueError where an old text has gone."""
    sound = {path: path.read_text("utf-8") for path in defect.texts(copy)}
    try:
        for path, text in defect.texts(copy).items():
            _write(path, text)
        yield
    finally:
        for path, text in sound.items():
            _write(path, text)


def run_tests(copy: Path, tests: Sequence[str], *options: str) -> Run:
    """Run tests of the copy on SQLite; what takes longer than a quarter of an hour ends everything."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "XUEJI_DEFECTS_ROOT": str(copy), "COLUMNS": "400"}  # else the reasons are cut
    command = [sys.executable, *PYTEST, *SQLITE_ALONE, *options, *tests]
    began = time.monotonic()
    done = subprocess.run(command, cwd=copy, env=environment, check=False, capture_output=True, text=True, timeout=SECONDS_AT_MOST)
    failed = {node: reason or "" for node, reason in FAILED.findall(done.stdout)}
    return Run(done.returncode, failed, time.monotonic() - began, done.stdout + done.stderr)


def try_defect(copy: Path, defect: Defect) -> Outcome:
    """Plant, run, take out again."""
    with planted(copy, defect):
        run = run_tests(copy, defect.tests)
    red = noticed(run, defect.tests)
    reason = run.failed[red[0]] if red else ("stayed green" if run.status == ALL_PASSED else _last_line(run.output))
    return Outcome(defect, red, reason, run.seconds)


def noticed(run: Run, tests: Sequence[str]) -> tuple[str, ...]:
    """The named tests that turned red for a reason of their own, with their parameters."""
    if run.status != SOME_FAILED:
        return ()
    return tuple(node for node, reason in run.failed.items() if node.partition("[")[0] in tests and not BROKEN.match(reason))


def _write(path: Path, text: str) -> None:
    """Python compares whole seconds and sizes to tell an old compilation, which a change of a moment ago escapes."""
    path.write_text(text, encoding="utf-8")
    Path(cache_from_source(str(path))).unlink(missing_ok=True)


def _last_line(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.strip()), "said nothing")
