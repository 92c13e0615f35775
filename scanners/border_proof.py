"""What colours say for or against a quadrilateral being the border of a paper: paper within, something else beyond.

Lives here: Border, proved, with_ground, paper_colour. Not here: which quadrilaterals come into question (scanners.border_quads),
the choice among them (scanners.border).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from scanners.border_quads import areas
from scanners.pixels import Pixels

_PLACES = np.linspace(0.06, 0.94, 23)
_BAND, _DEEPER = np.linspace(0.012, 0.07, 6), np.linspace(0.09, 0.2, 6)  # of the paper's size, from its border
_LIGHTER = 4  # of the six places of a band, darkest first
_LEAST_SEEN = 1 / 3  # of a side that does not lie at the picture's own edge
_LEAST_EDGE, _LEAST_MEAN_EDGE = 0.5, 0.75
_LEAST_CONTRAST, _CLEAR_CONTRAST = 5.0, 12.0  # steps of Lab
_LEAST_AGREEING, _MOSTLY_AGREEING = 0.5, 0.8  # one side may lie half under a hand
_MOST_PAPER_BEYOND, _ALIKE = 0.3, 0.4
_BLACK = 45  # lightness of 255: a scanner's open lid, hardly ever a desk


@dataclass(frozen=True, eq=False)
class Border:
    """Corners clockwise from the upper left; `real` are the sides that are the paper's own and not the picture's.

    The figures, side by side from the upper one: share with an edge, difference in colour, share of the side that differs so.
    """

    corners: Pixels
    real: Pixels
    edge_shares: Pixels
    contrasts: Pixels
    agreeing: Pixels
    score: float
    paper_beyond: float = 0.0
    on_black: bool = False

    @property
    def has_sides(self) -> bool:
        """Whether each real side is borne out by edge and colour."""
        edges, agreeing = self.edge_shares[self.real], np.sort(self.agreeing[self.real])
        has_edges = edges.min() >= _LEAST_EDGE and edges.mean() >= _LEAST_MEAN_EDGE
        differs = self.contrasts[self.real].min() >= _LEAST_CONTRAST
        return bool(has_edges and differs and agreeing[0] >= _LEAST_AGREEING and agreeing[1] >= _MOSTLY_AGREEING)

    @property
    def is_convincing(self) -> bool:
        return self.has_sides and self.paper_beyond <= _MOST_PAPER_BEYOND


def proved(lab: Pixels, corners: Pixels, shares: Pixels, real: Pixels) -> Border:
    """The quadrilateral with all that speaks for it; the score is for ranking only."""
    corners, shares, real = _in_order(corners, shares, real)
    contrasts, agreeing, alike = np.array([_contrast(lab, corners, at) for at in range(4)]).T
    borne_out = np.minimum(contrasts / _CLEAR_CONTRAST, 1).mean() * agreeing.mean() * alike.mean()
    return Border(corners, real, shares, contrasts, agreeing, float(borne_out))


def _in_order(corners: Pixels, shares: Pixels, real: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    x, y = corners[:, 0], corners[:, 1]
    if (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() < 0:  # anticlockwise
        corners, shares, real = corners[::-1], np.roll(shares[::-1], -1), np.roll(real[::-1], -1)
    first = -int(corners.sum(axis=1).argmin())
    return np.roll(corners, first, axis=0), np.roll(shares, first), np.roll(real, first)


def with_ground(lab: Pixels, border: Border) -> Border:
    """With how much of what lies around looks like the paper itself, as around a printed frame, and whether it is black."""
    around = lab[cv2.dilate(_within(lab, border), np.ones((9, 9), np.uint8)) == 0].astype(np.float32)
    if len(around) == 0:
        return border
    alike = np.linalg.norm(around - paper_colour(lab, border), axis=1) < _ALIKE * np.median(border.contrasts[border.real])
    return replace(border, paper_beyond=float(alike.mean()), on_black=bool(np.percentile(around[:, 0], 80) < _BLACK))


def paper_colour(lab: Pixels, border: Border) -> Pixels:
    """The middle of the lighter half of what lies within."""
    inside = lab[_within(lab, border) > 0].astype(np.float32)
    return np.asarray(np.median(inside[inside[:, 0] >= np.median(inside[:, 0])], axis=0))


def _within(lab: Pixels, border: Border) -> Pixels:
    mask = np.zeros(lab.shape[:2], np.uint8)
    return cv2.fillConvexPoly(mask, np.round(border.corners).astype(np.int32), 1)


def _contrast(lab: Pixels, corners: Pixels, side: int) -> tuple[float, float, float]:
    """How far the colour beyond a side is from the paper within, on what share of the side it is so, how alike the paper stays.

    Within, the lightest of a band wider than any printed frame is the paper; a frame has paper on both of its sides.
    """
    start, end = corners[side], corners[(side + 1) % 4]
    reach = float(np.sqrt(areas(corners[None])[0]))
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
