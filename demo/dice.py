"""Seeded choice: the only source of chance in the demo.

A `Dice` is named by the path that leads to it ("paper", 17), so that adding a paper never changes its neighbours and
papers can be drawn in any order. No wall clock, no global generator. Called by everything in `demo`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")


class Dice:
    """Chance that repeats: the same seed and path give the same throws."""

    def __init__(self, seed: int, *path: str | int) -> None:
        self._seed = seed
        self._path = path
        name = "/".join(map(str, (seed, *path)))
        self.rng = np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))

    def child(self, *path: str | int) -> Dice:
        """Return independent dice for a part; throwing them does not move these."""
        return Dice(self._seed, *self._path, *path)

    def choice(self, options: Sequence[T]) -> T:
        return options[int(self.rng.integers(len(options)))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """Return one key, as often as its weight says."""
        shares = np.cumsum(list(weights.values()))
        return list(weights)[int(np.searchsorted(shares, self.rng.random() * shares[-1], side="right"))]

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def real(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def normal(self, spread: float, limit: float) -> float:
        """Return a normal throw around 0, clipped at ± `limit`."""
        return float(np.clip(self.rng.normal(0.0, spread), -limit, limit))
