"""The border of the paper in a photograph: four corners, or none where it is not convincing.

Lives here: look_for_papers, find_border, PapersSeen. Not here: lines, quadrilaterals and their proof (scanners.border_lines,
border_quads, border_proof); what follows from a border (scanners.flattening).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from scanners.border_lines import EdgeLines, edges_of, lines_of
from scanners.border_places import sharpened
from scanners.border_proof import Border, paper_colour, proved, with_ground
from scanners.border_quads import Quads, quads_of
from scanners.pixels import Pixels, scaled
from scanners.resolution import SHAPES_INCH

_SIDE_PX = 480
_CLOSED_PX = 9  # print thinner than this disappears
_LEAST_AREA, _LEAST_AREA_OF_SEVERAL = 0.12, 0.03
_CHOSEN = 16
_SEVERAL_EDGE, _SEVERAL_OVERSHOOT, _SEVERAL_TRIED = 0.85, 0.35, 10
_SHAPE_WITHIN = 0.08
_ALIKE = np.array([0.08, 0.08, 40.0, 15.0, 15.0])  # size and proportions as shares; lightness and colour in steps of Lab
_CUT_AREA, _CUT_EDGE, _CUT_TRIED = 0.3, 0.7, 6
_CUT_OBLIQUE_DEG = 6.0  # bars of a feeder and cut paper stay below


@dataclass(frozen=True)
class PapersSeen:
    """What lies in the picture: one paper's border, or how many papers of one size, or a paper that leaves the picture."""

    border: Border | None
    count: int
    is_cut: bool


def find_border(pixels: Pixels) -> Border | None:
    """The most convincing border of one paper in the picture, if any convinces."""
    return look_for_papers(pixels).border


def look_for_papers(pixels: Pixels) -> PapersSeen:
    """Several papers of one size are never taken for one; a border that leaves the picture is looked for last."""
    lab = lab_without_print(_reduced(pixels))
    lines, shape = lines_of(edges_of(lab)), (lab.shape[0], lab.shape[1])
    quads = quads_of(lines, shape, _LEAST_AREA_OF_SEVERAL)
    count = _count(lab, quads)
    if count > 1:
        return PapersSeen(None, count, is_cut=False)
    best = _best(lab, quads.where(quads.area > _LEAST_AREA))
    best = best and with_ground(lab, best)
    if best is None or not best.is_convincing:
        return PapersSeen(None, 0, is_cut=_is_cut(lab, lines, shape))
    corners = (best.corners + 0.5) * np.array(pixels.shape[1::-1]) / np.array(shape[::-1]) - 0.5
    return PapersSeen(replace(best, corners=sharpened(pixels, corners)), 1, is_cut=False)


def _reduced(pixels: Pixels) -> Pixels:
    factor = _SIDE_PX / max(pixels.shape[:2])
    step = max(1, int(0.3 / factor))  # on a large page most of the time would go into averaging it
    return scaled(pixels[::step, ::step], factor * step)


def lab_without_print(small: Pixels) -> Pixels:
    """Lab colours with thin dark strokes closed, so that text makes no edges."""
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.morphologyEx(lab[:, :, 0], cv2.MORPH_CLOSE, np.ones((_CLOSED_PX, _CLOSED_PX), np.uint8))
    return cv2.medianBlur(lab, 5)


def _best(lab: Pixels, quads: Quads) -> Border | None:
    chosen = quads.best(_CHOSEN)
    borders = []
    for at, shape_score in enumerate(chosen.scores):
        border = proved(lab, chosen.corners[at], chosen.shares[at], np.ones(4, bool))
        borders.append(replace(border, score=float(shape_score) + 0.6 * border.score))
    return max(borders, key=lambda border: border.score, default=None)


def _count(lab: Pixels, quads: Quads) -> int:
    """How many papers of one size and a known shape lie beside each other."""
    clear = (quads.shares.min(axis=1) > _SEVERAL_EDGE) & (quads.overshoot < _SEVERAL_OVERSHOOT) & _has_known_shape(quads.corners)
    papers: list[Border] = []
    chosen = quads.where(clear).best(4 * _SEVERAL_TRIED)
    tried = 0
    for corners, shares in zip(chosen.corners, chosen.shares, strict=True):
        if tried == _SEVERAL_TRIED or any(_overlap(corners, paper.corners) for paper in papers):
            continue
        tried += 1
        border = proved(lab, corners, shares, np.ones(4, bool))
        if border.has_sides:
            papers.append(border)
    looks = np.array([_look(lab, paper) for paper in papers]).reshape(-1, 5)
    return max((int((np.abs(looks - look) < _ALIKE * np.append(look[:2], np.ones(3))).all(axis=1).sum()) for look in looks), default=0)


def _look(lab: Pixels, paper: Border) -> Pixels:
    """Size, proportions and colour: two cards, or two leaves of a booklet, have these in common; printed blocks hardly ever."""
    across, down = _across_and_down(paper.corners[None])
    return np.append([np.sqrt(across * down)[0], (np.maximum(across, down) / np.minimum(across, down))[0]], paper_colour(lab, paper))


def _across_and_down(corners: Pixels) -> tuple[Pixels, Pixels]:
    lengths = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    return np.maximum(lengths[:, 0] + lengths[:, 2], 1e-6), np.maximum(lengths[:, 1] + lengths[:, 3], 1e-6)


def _has_known_shape(corners: Pixels) -> Pixels:
    across, down = _across_and_down(corners)
    longer = np.maximum(across, down) / np.minimum(across, down)
    known = np.array([max(shape) / min(shape) for shape in SHAPES_INCH])
    return np.asarray((np.abs(longer[:, None] / known - 1) < _SHAPE_WITHIN).any(axis=1))


def _overlap(first: Pixels, second: Pixels) -> bool:
    shared, _ = cv2.intersectConvexConvex(first.astype(np.float32), second.astype(np.float32))
    return bool(shared > 0.05 * cv2.contourArea(first.astype(np.float32)))


def _is_cut(lab: Pixels, lines: EdgeLines, shape: tuple[int, int]) -> bool:
    """Whether a paper seen from an angle leaves the picture at one or two sides."""
    quads = quads_of(lines.with_frame(shape), shape, _CUT_AREA)
    real = quads.sides < len(lines.angles)
    clear = np.isin(real.sum(axis=1), (2, 3)) & (np.where(real, quads.shares, 1).min(axis=1) > _CUT_EDGE)
    quads, real = quads.where(clear), real[clear]
    oblique = np.array([_oblique_deg(corners, own) for corners, own in zip(quads.corners, real, strict=True)])
    places = np.flatnonzero(oblique > _CUT_OBLIQUE_DEG)
    places = places[np.argsort(-quads.area[places])][:_CUT_TRIED]
    borders = (proved(lab, quads.corners[at], quads.shares[at], real[at]) for at in places)
    return any(with_ground(lab, border).is_convincing for border in borders)


def _oblique_deg(corners: Pixels, real: Pixels) -> float:
    """How far the paper's own sides are from parallel, or where none are opposite from square."""
    ahead = np.roll(corners, -1, axis=0) - corners
    angles = np.degrees(np.arctan2(ahead[:, 1], ahead[:, 0]))
    off_by_two = [abs((angles[at] - angles[at + 2]) % 180 - 90) for at in (0, 1) if real[at] and real[at + 2]]
    off_by_one = [abs((angles[at] - angles[at - 1]) % 180 - 90) for at in range(4) if real[at] and real[at - 1]]
    return float(max([90 - off for off in off_by_two] or off_by_one))
