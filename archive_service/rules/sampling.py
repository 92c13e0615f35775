"""Looking at a part of the scans again: which part, and what it says of the whole.

Lives here: `draw`, `Fault`, `Judged`, `interval`. Not here: rows and screens (services, web). The standard asks for five in a hundred
at least; that a paper lies with the right student must hold for all that were looked at, everything else for ninety-five in a hundred.
Source: DA/T 31-2017 (acceptance of digitised papers), DA/T 77-2019 (accuracy of OCR, by sample).
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SHARE = 0.05
LEAST = 20  # fewer say nothing; all, where there are not so many
PASSES_AT_LEAST = 0.95
_Z = 1.959964  # of a normal distribution, for 95 in a hundred


class Fault(StrEnum):
    """What is wrong with a scan. Source: DA/T 31-2017; a paper with the wrong student is a fault of its entry in the catalogue."""

    MISSING_PAGE = "missing_page"
    SKEWED = "skewed"
    BLURRED = "blurred"
    WRONG_ORDER = "wrong_order"
    INCOMPLETE = "incomplete"
    WRONG_STUDENT = "wrong_student"

    @property
    def label(self) -> str:
        """The word on the screen."""
        return _LABELS[self]


_LABELS = {
    Fault.MISSING_PAGE: "缺页",
    Fault.SKEWED: "歪斜",
    Fault.BLURRED: "模糊",
    Fault.WRONG_ORDER: "页序错误",
    Fault.INCOMPLETE: "图像不完整",
    Fault.WRONG_STUDENT: "归错学生",
}


@dataclass(frozen=True)
class Judged:
    """What a sample says: passes of those looked at, papers with the wrong student, letters read right of those compared."""

    seen: int
    passed: int
    misfiled: int
    letters: int
    wrong_letters: int

    @property
    def rate(self) -> float | None:
        """The share that passed; None before anything was looked at."""
        return self.passed / self.seen if self.seen else None

    @property
    def is_accepted(self) -> bool:
        """Whether the standard's limits hold: nothing with the wrong student, and enough without any other fault."""
        others = self.seen - self.passed - self.misfiled
        return bool(self.seen) and not self.misfiled and self.seen - others >= PASSES_AT_LEAST * self.seen

    @property
    def accuracy(self) -> float | None:
        """The share of letters that was read right; the standard names no limit for it."""
        return (self.letters - self.wrong_letters) / self.letters if self.letters else None

    @property
    def accuracy_interval(self) -> tuple[float, float] | None:
        """Between what the share lies for all scans of that kind, with 95 in a hundred."""
        return interval(self.letters - self.wrong_letters, self.letters) if self.letters else None


def size_of(population: int) -> int:
    """How many of so many are looked at."""
    return max(math.ceil(SHARE * population), min(LEAST, population))


def draw(strata: Sequence[tuple[str, str]], seed: str) -> list[str]:
    """The sample of pairs (batch, id): every so-many-th of a list ordered by batch, inside a batch by chance.

    So each batch has its share, one in twenty or the next whole number. Who knows the seed and the ids draws the same sample again.
    """
    ordered = sorted(strata, key=lambda pair: (pair[0], _chance(seed, pair[1])))
    size = size_of(len(ordered))
    step = len(ordered) / size if size else 0
    start = int(_chance(seed, "start")[:13], 16) / 16**13 * step
    return [ordered[int(start + at * step)][1] for at in range(size)]


def chosen(seed: str, of: str, count: int, at_most: int) -> list[int]:
    """The places of some of `count` things, by chance, in their order: the lines of a paper that are compared."""
    return sorted(sorted(range(count), key=lambda at: _chance(seed, f"{of}:{at}"))[:at_most])


def interval(right: int, of: int) -> tuple[float, float]:
    """Wilson's interval for a share, at 95 in a hundred."""
    share, spread = right / of, _Z * _Z / of
    middle = share + spread / 2
    reach = _Z * math.sqrt(share * (1 - share) / of + spread / of / 4)
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))


def _chance(seed: str, text: str) -> str:
    return hashlib.sha256(f"{seed}|{text}".encode()).hexdigest()
