"""Processor time and memory of this process and all it has started, by stage.

Lives here: `Meter`. Processor time counts children that have ended as well as those alive; a child's memory is booked under the stage
in which it first appeared, since each stage that needs a child starts one of its own.
"""

import os
import resource
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
HERE = "the worker itself"


class Meter:
    """Books processor seconds under the stage they were used in; stages may be nested, the inner one's are its own."""

    def __init__(self) -> None:
        self.cpu_seconds: dict[str, float] = defaultdict(float)
        self.wall_seconds = 0.0
        self.peak_mb: dict[str, int] = {}
        self._stage_of: dict[int, str] = {}
        self._inner = [0.0]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Book what happens inside under this name."""
        before = cpu_seconds()
        self._inner.append(0.0)
        yield
        used = cpu_seconds() - before
        self.cpu_seconds[name] += used - self._inner.pop()
        self._inner[-1] += used
        self._look_at_memory(name)

    @contextmanager
    def run(self) -> Iterator[None]:
        """Everything of one pipeline."""
        began = time.perf_counter()
        yield
        self.wall_seconds += time.perf_counter() - began

    def _look_at_memory(self, stage: str) -> None:
        for pid in _descendants(os.getpid()):
            label = self._stage_of.setdefault(pid, f"child of {stage}")
            self.peak_mb[label] = max(self.peak_mb.get(label, 0), _peak_mb(pid))
        self.peak_mb[HERE] = _peak_mb(os.getpid())


def cpu_seconds() -> float:
    """Processor seconds used so far by this process and all it has started."""
    own = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own + sum(_used(pid) for pid in _descendants(os.getpid()))


def _used(pid: int) -> float:
    with suppress(OSError):
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15])) / TICKS
    return 0.0


def _peak_mb(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) // 1024
    return 0


def _descendants(pid: int) -> Iterator[int]:
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, listing.read_text().split()):
                yield child
                yield from _descendants(child)
