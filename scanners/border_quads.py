"""Quadrilaterals that straight lines of a picture make: which of them could be papers, by shape and by their edges alone.

Lives here: quads_of, Quads. Not here: lines (scanners.border_lines), colours to both sides (scanners.border_proof).
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from scanners.border_lines import EdgeLines
from scanners.pixels import Pixels

_OUTSIDE = 0.012  # a corner may lie this far beyond the picture
_MOST_TURN_DEG = 40.0
_CORNER_DEG = (48.0, 132.0)
_MOST_UNEQUAL = 2.2


@dataclass(frozen=True)
class Quads:
    """Many quadrilaterals at once: their lines, corners, the share of each side with an edge, edges beyond corners, area."""

    sides: Pixels
    corners: Pixels
    shares: Pixels
    overshoot: Pixels
    area: Pixels

    def where(self, chosen: Pixels) -> "Quads":
        return Quads(self.sides[chosen], self.corners[chosen], self.shares[chosen], self.overshoot[chosen], self.area[chosen])

    def best(self, count: int) -> "Quads":
        """Those with the most edge, ending where a paper's would, the larger of equals."""
        return self.where(np.argsort(-self.scores)[:count])

    @property
    def scores(self) -> Pixels:
        edges = 0.5 * self.shares.mean(axis=1) + 0.5 * self.shares.min(axis=1)
        return np.asarray(edges - 0.4 * self.overshoot + 0.15 * self.area)


def quads_of(lines: EdgeLines, shape: tuple[int, int], least_area: float) -> Quads:
    """All that lie in the picture and look like a rectangle seen from an angle; area is a share of the picture."""
    pairs = np.array([pair for pair in combinations(range(len(lines.angles)), 2) if _are_opposite(lines, *pair)], int).reshape(-1, 2)
    first, second = np.triu_indices(len(pairs), 1)
    sides = np.stack([pairs[first, 0], pairs[second, 0], pairs[first, 1], pairs[second, 1]], axis=1)
    corners = np.stack([_crossings(lines, sides[:, at - 1], sides[:, at]) for at in range(4)], axis=1)
    area = areas(corners) / (shape[0] * shape[1])
    fit = np.flatnonzero(_is_inside(corners, shape) & (area > least_area))
    fit = fit[_is_rectangle_seen(corners[fit])]
    shares, overshoot = _edge_shares(lines, sides[fit], corners[fit])
    return Quads(sides[fit], corners[fit], shares, overshoot, area[fit])


def areas(corners: Pixels) -> Pixels:
    x, y = corners[..., 0], corners[..., 1]
    return np.asarray(np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)) / 2)


def _are_opposite(lines: EdgeLines, first: int, second: int) -> bool:
    apart = abs(lines.angles[first] - lines.angles[second])
    return bool(min(apart, np.pi - apart) < np.radians(_MOST_TURN_DEG))


def _crossings(lines: EdgeLines, first: Pixels, second: Pixels) -> Pixels:
    a1, a2 = lines.angles[first], lines.angles[second]
    d1, d2 = lines.distances[first], lines.distances[second]
    sine = np.sin(a2 - a1)
    sine = np.where(np.abs(sine) < 0.1, np.nan, sine)  # noqa: PLR2004  # nearly parallel: they meet far away
    return np.stack([(d1 * np.sin(a2) - d2 * np.sin(a1)) / sine, (d2 * np.cos(a1) - d1 * np.cos(a2)) / sine], axis=1)


def _is_inside(corners: Pixels, shape: tuple[int, int]) -> Pixels:
    size = np.array(shape[::-1])
    return np.asarray(((corners >= -_OUTSIDE * size) & (corners <= (1 + _OUTSIDE) * size)).all(axis=(1, 2)))


def _is_rectangle_seen(corners: Pixels) -> Pixels:
    """Convex, no corner too sharp or too blunt, opposite sides not too unequal."""
    ahead = np.roll(corners, -1, axis=1) - corners
    lengths = np.linalg.norm(ahead, axis=2)
    behind = -np.roll(ahead, 1, axis=1)
    cosine = (ahead * behind).sum(axis=2) / np.maximum(lengths * np.roll(lengths, 1, axis=1), 1e-6)
    bent = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    ratio = lengths[:, :2] / np.maximum(lengths[:, 2:], 1e-6)
    even = (np.maximum(ratio, 1 / np.maximum(ratio, 1e-6)) < _MOST_UNEQUAL).all(axis=1)
    right = ((bent > _CORNER_DEG[0]) & (bent < _CORNER_DEG[1])).all(axis=1)
    convex = np.abs(bent.sum(axis=1) - 360) < 1
    return np.asarray(even & right & convex)


def _edge_shares(lines: EdgeLines, sides: Pixels, corners: Pixels) -> tuple[Pixels, Pixels]:
    """Per side the share that has an edge; and how much of it goes on beyond the corners, which a paper's border never does."""
    shares, beyond = [], []
    for at in range(4):
        line = sides[:, at]
        run = np.stack([-np.sin(lines.angles[line]), np.cos(lines.angles[line])], axis=1)
        begin = (corners[:, at] * run).sum(axis=1)
        end = (corners[:, (at + 1) % 4] * run).sum(axis=1)
        step = 0.12 * (end - begin)
        shares.append(lines.edge_share(line, begin, end))
        beyond.append(lines.edge_share(line, begin - step, begin - 0.2 * step) + lines.edge_share(line, end + 0.2 * step, end + step))
    return np.stack(shares, axis=1), np.mean(beyond, axis=0) / 2
