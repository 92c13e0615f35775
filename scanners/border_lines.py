"""Straight edges of a picture: the lines along which its colour changes, and along which parts of them it does.

Lives here: edges_of, lines_of, EdgeLine. Not here: which four of them are the border of a paper (scanners.border).
Works on a small picture in Lab colours; coordinates are its pixels, a line is the points p with p · normal = distance.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from scanners.pixels import Pixels

_LEAST_CHANGE = 1.2  # colour steps a pixel; paper on a desk nearly as light gives two, the noise of a phone half of one
_ABOVE_TEXTURE = 2.0
_ANGLES, _DISTANCE_BIN_PX = 180, 2.0
_SPREAD_DEG = (-2, -1, 0, 1, 2)
_MOST_LINES, _FEWEST_EDGES_SHARE = 28, 0.12
_SAME_DEG, _SAME_PX = 4, 8.0
_NEAR_PX, _NEAR_DEG = 3.0, 10.0


@dataclass(frozen=True)
class Edges:
    """Thin edges: where they are (x, y), their normals in degrees of 0 to 180, and how strong they are."""

    points: Pixels
    normals_deg: Pixels
    strength: Pixels
    shape: tuple[int, int]


@dataclass(frozen=True)
class EdgeLines:
    """Lines by angle of the normal and distance; `along` counts how many pixels have an edge up to each place."""

    angles: Pixels
    distances: Pixels
    along: Pixels
    start: float

    def with_frame(self, shape: tuple[int, int]) -> "EdgeLines":
        """The same with the picture's own four edges added, as if there were an edge all along them."""
        height, width = shape
        angles = np.append(self.angles, [0, 0, np.pi / 2, np.pi / 2])
        distances = np.append(self.distances, [0, width - 1, 0, height - 1])
        whole = np.tile(np.arange(self.along.shape[1], dtype=np.float32), (4, 1))
        return EdgeLines(angles, distances, np.concatenate([self.along, whole]), self.start)

    def edge_share(self, line: Pixels, first: Pixels, last: Pixels) -> Pixels:
        """The share of each line that has an edge between two places on it, in pixels from its foot."""
        low, high = np.minimum(first, last), np.maximum(first, last)
        top = self.along.shape[1] - 1
        begin = np.clip(np.round(low - self.start), 0, top).astype(int)
        end = np.clip(np.round(high - self.start), 0, top).astype(int)
        return np.asarray((self.along[line, end] - self.along[line, begin]) / np.maximum(high - low, 1.0))


def edges_of(lab: Pixels) -> Edges:
    """Edges stronger than the picture's own texture, of whichever of the three colours changes most there."""
    soft = cv2.GaussianBlur(lab, (0, 0), 1.0)
    across = np.stack([cv2.Sobel(channel, cv2.CV_16S, 1, 0) for channel in cv2.split(soft)])
    down = np.stack([cv2.Sobel(channel, cv2.CV_16S, 0, 1) for channel in cv2.split(soft)])
    size = across.astype(np.int32) ** 2 + down.astype(np.int32) ** 2
    leading = size.argmax(axis=0)[None]
    dx, dy = (np.ascontiguousarray(np.take_along_axis(part, leading, 0)[0]) for part in (across, down))
    strength = np.sqrt(np.take_along_axis(size, leading, 0)[0]) / 8
    least = max(_LEAST_CHANGE, _ABOVE_TEXTURE * float(np.median(strength)))
    thin = cv2.Canny(dx, dy, 8 * least, 12 * least, L2gradient=True)
    thin[:2], thin[-2:], thin[:, :2], thin[:, -2:] = 0, 0, 0, 0
    ys, xs = np.nonzero(thin)
    normals = np.degrees(np.arctan2(dy[ys, xs].astype(np.float32), dx[ys, xs].astype(np.float32))) % 180
    return Edges(np.stack([xs, ys], axis=1).astype(np.float32), normals, strength[ys, xs], lab.shape[:2])


def lines_of(edges: Edges) -> EdgeLines:
    """The straightest and strongest lines, best first."""
    found: list[tuple[float, float]] = []
    for peak in _peaks(edges):
        line = _fitted(edges, *peak)
        if not any(_is_same(line, other) for other in found):
            found.append(line)
    angles, distances = np.array(found, float).reshape(-1, 2).T
    diagonal = float(np.hypot(*edges.shape))
    return EdgeLines(angles, distances, _along(edges, angles, distances, diagonal), -diagonal)


def _peaks(edges: Edges) -> list[tuple[float, float]]:
    diagonal = float(np.hypot(*edges.shape))
    bins = int(2 * diagonal / _DISTANCE_BIN_PX) + 2
    weights = np.sqrt(edges.strength)
    votes = np.zeros(_ANGLES * bins)
    for step in _SPREAD_DEG:
        degrees = (np.round(edges.normals_deg).astype(int) + step) % _ANGLES
        radians = np.radians(degrees)
        distance = edges.points[:, 0] * np.cos(radians) + edges.points[:, 1] * np.sin(radians)
        places = degrees * bins + np.round((distance + diagonal) / _DISTANCE_BIN_PX).astype(int)
        votes += np.bincount(places, weights, minlength=len(votes))
    table = cv2.GaussianBlur(votes.reshape(_ANGLES, bins).astype(np.float32), (3, 3), 0)
    least = _FEWEST_EDGES_SHARE * min(edges.shape)
    peaks: list[tuple[float, float]] = []
    reach = round(_SAME_PX / _DISTANCE_BIN_PX)
    while len(peaks) < _MOST_LINES:
        degree, place = np.unravel_index(int(table.argmax()), table.shape)
        if table[degree, place] < least:
            break
        peaks.append((np.radians(degree), place * _DISTANCE_BIN_PX - diagonal))
        _clear(table, int(degree), int(place), reach)
    return peaks


def _clear(table: Pixels, degree: int, place: int, reach: int) -> None:
    bins = table.shape[1]
    for step in range(-_SAME_DEG, _SAME_DEG + 1):
        row, at = degree + step, place
        if not 0 <= row < _ANGLES:  # the same line seen from behind
            row, at = row % _ANGLES, bins - 2 - place
        table[row, max(0, at - reach) : at + reach + 1] = 0


def _fitted(edges: Edges, angle: float, distance: float) -> tuple[float, float]:
    """The line laid through the edges beside it that run along it."""
    for _ in range(2):
        normal = np.array([np.cos(angle), np.sin(angle)])
        off = edges.points @ normal - distance
        near = (np.abs(off) < _NEAR_PX) & (_apart_deg(edges.normals_deg, np.degrees(angle)) < _NEAR_DEG)
        if near.sum() < 8:  # noqa: PLR2004  # too few to say anything better
            break
        dx, dy, x, y = cv2.fitLine(edges.points[near], cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        turned = float(np.arctan2(dx, -dy)) % np.pi
        angle, distance = turned, float(x * np.cos(turned) + y * np.sin(turned))
    return angle, distance


def _is_same(first: tuple[float, float], second: tuple[float, float]) -> bool:
    turn, apart = abs(first[0] - second[0]), abs(first[1] - second[1])
    if turn > np.pi / 2:  # nearly upright lines, one of them seen from behind
        turn, apart = np.pi - turn, abs(first[1] + second[1])
    return bool(np.degrees(turn) < 1 and apart < _NEAR_PX)


def _along(edges: Edges, angles: Pixels, distances: Pixels, diagonal: float) -> Pixels:
    length = int(2 * diagonal) + 1
    counts = np.zeros((len(angles), length + 1), np.float32)
    for at, (angle, distance) in enumerate(zip(angles, distances, strict=True)):
        off = edges.points @ np.array([np.cos(angle), np.sin(angle)]) - distance
        near = (np.abs(off) < _NEAR_PX) & (_apart_deg(edges.normals_deg, np.degrees(angle)) < 2 * _NEAR_DEG)
        places = edges.points[near] @ np.array([-np.sin(angle), np.cos(angle)]) + diagonal
        has = np.zeros(length, np.uint8)
        has[np.clip(np.round(places).astype(int), 0, length - 1)] = 1
        counts[at, 1:] = np.cumsum(cv2.dilate(has[None], np.ones((1, 3), np.uint8))[0])
    return counts


def _apart_deg(first: Pixels, second: float) -> Pixels:
    apart = np.abs(first - second) % 180
    return np.asarray(np.minimum(apart, 180 - apart))
