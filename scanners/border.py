"""The border of one paper in a photograph: four corners, or none where it is not convincing.

Lives here: find_border, Border. Not here: edges (scanners.border_lines), what follows from a border (scanners.flattening).
A border is believed when four straight edges end at each other and what lies beyond them all differs from the paper inside.
"""

from dataclasses import dataclass, replace
from itertools import combinations

import cv2
import numpy as np

from scanners.border_lines import EdgeLines, edges_of, lines_of
from scanners.border_places import sharpened
from scanners.pixels import Pixels, scaled

_SIDE_PX = 480
_CLOSED_PX = 9  # print thinner than this disappears
_OUTSIDE = 0.012  # a corner may lie this far beyond the picture
_LEAST_AREA, _MOST_TURN_DEG = 0.12, 40.0
_CORNER_DEG = (48.0, 132.0)
_MOST_UNEQUAL = 2.2
_CHOSEN = 16
_LEAST_EDGE, _LEAST_MEAN_EDGE = 0.5, 0.75
_PLACES = np.linspace(0.06, 0.94, 23)
_BAND, _DEEPER = np.linspace(0.012, 0.07, 6), np.linspace(0.09, 0.2, 6)  # of the paper's size, from its border
_LIGHTER = 4  # of the six places of a band, darkest first
_LEAST_SEEN = 1 / 3  # of a side that does not lie at the picture's own edge
_CLEAR_CONTRAST = 12.0
_LEAST_CONTRAST, _LEAST_AGREEING, _MOSTLY_AGREEING = 5.0, 0.5, 0.8
_MOST_PAPER_BEYOND, _ALIKE = 0.3, 0.4
_BLACK = 45  # lightness of 255: a scanner's open lid, hardly ever a desk


@dataclass(frozen=True, eq=False)
class Border:
    """Corners in pixels of the picture, clockwise from the upper left; the figures say how well each side is borne out."""

    corners: Pixels
    edge_shares: Pixels
    contrasts: Pixels
    agreeing: Pixels
    score: float
    paper_beyond: float = 0.0
    on_black: bool = False

    @property
    def is_convincing(self) -> bool:
        has_edges = self.edge_shares.min() >= _LEAST_EDGE and self.edge_shares.mean() >= _LEAST_MEAN_EDGE
        least, second = np.sort(self.agreeing)[:2]
        differs = self.contrasts.min() >= _LEAST_CONTRAST and least >= _LEAST_AGREEING and second >= _MOSTLY_AGREEING
        return bool(has_edges and differs and self.paper_beyond <= _MOST_PAPER_BEYOND)


def find_border(pixels: Pixels) -> Border | None:
    """The most convincing border of a paper in the picture, if any convinces."""
    best = best_border(pixels)
    if best is None or not best.is_convincing:
        return None
    return replace(best, corners=sharpened(pixels, best.corners))


def best_border(pixels: Pixels) -> Border | None:
    """The border that has most to say for itself, convincing or not."""
    factor = _SIDE_PX / max(pixels.shape[:2])
    lab = lab_without_print(scaled(pixels, factor))
    lines = lines_of(edges_of(lab))
    if len(lines.angles) < 4:  # noqa: PLR2004  # a paper has four sides
        return None
    borders = [_judged(lab, corners, shares, score) for corners, shares, score in _quads(lines, lab.shape[:2])]
    if not borders:
        return None
    best = max(borders, key=lambda border: border.score)
    shape = np.array(lab.shape[1::-1])
    corners = (best.corners + 0.5) * np.array(pixels.shape[1::-1]) / shape - 0.5
    beyond, on_black = _ground(lab, best)
    return replace(best, corners=corners, paper_beyond=beyond, on_black=on_black)


def lab_without_print(small: Pixels) -> Pixels:
    """Lab colours with thin dark strokes closed, so that text makes no edges."""
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.morphologyEx(lab[:, :, 0], cv2.MORPH_CLOSE, np.ones((_CLOSED_PX, _CLOSED_PX), np.uint8))
    return cv2.medianBlur(lab, 5)


def _quads(lines: EdgeLines, shape: tuple[int, int]) -> list[tuple[Pixels, Pixels, float]]:
    """The best quadrilaterals made of two pairs of lines: corners, share of edge on each side, score."""
    pairs = np.array([pair for pair in combinations(range(len(lines.angles)), 2) if _are_opposite(lines, *pair)])
    if len(pairs) < 2:  # noqa: PLR2004  # two pairs of sides
        return []
    first, second = np.triu_indices(len(pairs), 1)
    sides = np.stack([pairs[first, 0], pairs[second, 0], pairs[first, 1], pairs[second, 1]], axis=1)
    corners = np.stack([_crossings(lines, sides[:, at - 1], sides[:, at]) for at in range(4)], axis=1)
    fit = _is_sound(corners, shape)
    sides, corners = sides[fit], corners[fit]
    if not len(sides):
        return []
    shares, overshoot = _edge_shares(lines, sides, corners)
    area = _areas(corners) / (shape[0] * shape[1])
    score = 0.5 * shares.mean(axis=1) + 0.5 * shares.min(axis=1) - 0.4 * overshoot + 0.15 * area
    best = np.argsort(-score)[:_CHOSEN]
    return [(corners[at], shares[at], float(score[at])) for at in best]


def _are_opposite(lines: EdgeLines, first: int, second: int) -> bool:
    apart = abs(lines.angles[first] - lines.angles[second])
    return bool(min(apart, np.pi - apart) < np.radians(_MOST_TURN_DEG))


def _crossings(lines: EdgeLines, first: Pixels, second: Pixels) -> Pixels:
    a1, a2 = lines.angles[first], lines.angles[second]
    d1, d2 = lines.distances[first], lines.distances[second]
    sine = np.sin(a2 - a1)
    sine = np.where(np.abs(sine) < 0.1, np.nan, sine)  # noqa: PLR2004  # nearly parallel: they meet far away
    return np.stack([(d1 * np.sin(a2) - d2 * np.sin(a1)) / sine, (d2 * np.cos(a1) - d1 * np.cos(a2)) / sine], axis=1)


def _is_sound(corners: Pixels, shape: tuple[int, int]) -> Pixels:
    """Inside the picture, large enough, and bent like a rectangle seen from an angle."""
    size = np.array(shape[::-1])
    low, high = corners.min(axis=1), corners.max(axis=1)
    inside = ((low >= -_OUTSIDE * size) & (high <= (1 + _OUTSIDE) * size)).all(axis=1)
    ahead = np.roll(corners, -1, axis=1) - corners
    lengths = np.linalg.norm(ahead, axis=2)
    behind = -np.roll(ahead, 1, axis=1)
    cosine = (ahead * behind).sum(axis=2) / np.maximum(lengths * np.roll(lengths, 1, axis=1), 1e-6)
    bent = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    ratio = lengths[:, :2] / np.maximum(lengths[:, 2:], 1e-6)
    even = (np.maximum(ratio, 1 / np.maximum(ratio, 1e-6)) < _MOST_UNEQUAL).all(axis=1)
    right = ((bent > _CORNER_DEG[0]) & (bent < _CORNER_DEG[1])).all(axis=1)
    crossed = np.abs(bent.sum(axis=1) - 360) > 1
    return np.asarray(inside & even & right & ~crossed & (_areas(corners) > _LEAST_AREA * shape[0] * shape[1]))


def _areas(corners: Pixels) -> Pixels:
    x, y = corners[..., 0], corners[..., 1]
    return np.asarray(np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)) / 2)


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


def _judged(lab: Pixels, corners: Pixels, shares: Pixels, score: float) -> Border:
    if _turns_left(corners):
        corners, shares = corners[::-1], np.roll(shares[::-1], -1)
    first = -int(corners.sum(axis=1).argmin())
    corners, shares = np.roll(corners, first, axis=0), np.roll(shares, first)
    contrasts, agreeing, alike = np.array([_contrast(lab, corners, at) for at in range(4)]).T
    borne_out = np.minimum(contrasts / _CLEAR_CONTRAST, 1).mean() * agreeing.mean() * alike.mean()
    return Border(corners, shares, contrasts, agreeing, score + 0.6 * float(borne_out))


def _ground(lab: Pixels, border: Border) -> tuple[float, bool]:
    """How much of what lies around looks like the paper itself, as around a printed frame; and whether most of it is black."""
    mask = np.zeros(lab.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(border.corners).astype(np.int32), 1)
    inside, around = lab[mask > 0].astype(np.float32), lab[cv2.dilate(mask, np.ones((9, 9), np.uint8)) == 0].astype(np.float32)
    if len(around) == 0:
        return 0.0, False
    paper = np.median(inside[inside[:, 0] >= np.median(inside[:, 0])], axis=0)
    alike = np.linalg.norm(around - paper, axis=1) < _ALIKE * np.median(border.contrasts)
    return float(alike.mean()), bool(np.percentile(around[:, 0], 80) < _BLACK)


def _turns_left(corners: Pixels) -> bool:
    x, y = corners[:, 0], corners[:, 1]
    return bool((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() < 0)


def _contrast(lab: Pixels, corners: Pixels, side: int) -> tuple[float, float, float]:
    """How far the colour beyond a side is from the paper within, on what share of the side it is so, how alike the paper stays.

    Within, the lightest of a band wider than any printed frame is the paper; a frame has paper on both of its sides.
    """
    start, end = corners[side], corners[(side + 1) % 4]
    reach = float(np.sqrt(_areas(corners[None])[0]))
    inward = np.array([-(end - start)[1], (end - start)[0]]) / np.linalg.norm(end - start) * reach
    on_side = (start + (end - start) * _PLACES[:, None])[:, None]
    inside, _ = _colours(lab, on_side + inward * _BAND[:, None])
    deeper, _ = _colours(lab, on_side + inward * _DEEPER[:, None])
    outside, is_seen = _colours(lab, on_side - inward * _BAND[:, None])
    if is_seen.mean() < _LEAST_SEEN:
        return 0.0, 0.0, 0.0
    paper = np.sort(inside, axis=1)[:, _LIGHTER]
    apart = (paper - np.median(outside, axis=1))[is_seen]
    middle = np.median(apart, axis=0)
    size = max(float(np.linalg.norm(middle)), 1e-6)
    agreeing = (apart @ middle) / size > 0.5 * size
    change = np.median(np.linalg.norm(paper - np.sort(deeper, axis=1)[:, _LIGHTER], axis=1))
    return size, float(agreeing.mean()), max(0.0, 1 - float(change) / size)


def _colours(lab: Pixels, places: Pixels) -> tuple[Pixels, Pixels]:
    """Colours at places, those beyond the picture taken from its edge; and which rows have their nearest place in the picture."""
    x, y = np.round(places).astype(int).transpose(2, 0, 1)
    height, width = lab.shape[:2]
    is_seen = (x[:, 0] >= 0) & (x[:, 0] < width) & (y[:, 0] >= 0) & (y[:, 0] < height)
    return lab[y.clip(0, height - 1), x.clip(0, width - 1)].astype(np.float32), is_seen
