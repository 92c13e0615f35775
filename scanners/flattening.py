"""A photographed paper laid flat: its border taken out of the picture and drawn in the paper's own proportions.

Lives here: as_laid_flat, and how a border tells proportions and size. Not here: finding the border (scanners.border).
Judging and reading both begin with it, so that words, boxes and access copies share the flattened page's pixels;
the file kept is never touched.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from scanners.border import look_for_papers
from scanners.findings import found
from scanners.images import ScannedPage
from scanners.pixels import Pixels
from scanners.resolution import SHAPES_INCH

_SQUARE_WITHIN_DEG, _STRAIGHT_WITHIN_DEG = 2.5, 5.0  # a scan's papers are right-angled and lie nearly straight
_ON_BLACK_WITHIN_DEG = 5.0  # bars of a feeder are not quite parallel to each other
_USUAL_FOCAL, _FOCALS = 0.78, (0.5, 2.0)  # of the long side; what phones have, and what is believed of an estimate
_ASPECT_WITHIN = 0.03


@dataclass(frozen=True)
class Sheet:
    """A paper's proportions, width by height as it lies, and its long side where they are those of a common paper.

    A5 and A3 have the proportions of A4 and are taken for it.
    """

    aspect: float
    long_inch: float | None


def as_laid_flat(page: ScannedPage) -> ScannedPage:
    """The page as its paper would be scanned, with a note; a page that is no photograph of one whole paper keeps its pixels."""
    seen = look_for_papers(page.pixels)
    if seen.count > 1:
        return replace(page, findings=(*page.findings, found("several_papers", page=page.no, value=seen.count, limit=1)))
    if seen.is_cut:
        return replace(page, findings=(*page.findings, found("photo_not_flat", page=page.no)))
    border = seen.border
    if border is None or is_flat(border.corners, on_black=border.on_black):
        return page
    sheet = sheet_of(border.corners, page.pixels.shape[:2])
    width, height = _size_px(border.corners, sheet.aspect)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(border.corners.astype(np.float32), target)
    flat = cv2.warpPerspective(page.pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    dpi = max(width, height) / sheet.long_inch if sheet.long_inch else None
    kept = tuple(finding for finding in page.findings if finding.code != "unknown_dpi" or dpi is None)
    note = found("laid_flat", page=page.no, value=_out_of_square_deg(border.corners), limit=_SQUARE_WITHIN_DEG)
    return replace(page, pixels=flat, dpi=dpi, findings=(*kept, note))


def is_flat(corners: Pixels, *, on_black: bool = False) -> bool:
    """Whether the paper lies as in a scan: right-angled, and straight but for the usual skew."""
    within = _ON_BLACK_WITHIN_DEG if on_black else _SQUARE_WITHIN_DEG
    return _out_of_square_deg(corners) < within and _turn_deg(corners) < _STRAIGHT_WITHIN_DEG


def _out_of_square_deg(corners: Pixels) -> float:
    ahead = np.roll(corners, -1, axis=0) - corners
    behind = np.roll(ahead, 1, axis=0)
    turns = np.degrees(np.arctan2(behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0], (behind * ahead).sum(axis=1)))
    return float(np.abs(np.abs(turns) - 90).max())


def _turn_deg(corners: Pixels) -> float:
    """How far the sides lie from level and upright, on average."""
    ahead = np.roll(corners, -1, axis=0) - corners
    angles = np.degrees(np.arctan2(ahead[:, 1], ahead[:, 0]))
    return float(abs(((angles + 45) % 90 - 45).mean()))


def sheet_of(corners: Pixels, shape: tuple[int, ...]) -> Sheet:
    """Proportions by the homography of a pin-hole camera, those of a common paper where they are close to it."""
    aspect = _aspect(corners, shape)
    longer = max(aspect, 1 / aspect)
    nearest = min(SHAPES_INCH, key=lambda paper: abs(max(paper) / min(paper) / longer - 1))
    known = max(nearest) / min(nearest)
    if abs(known / longer - 1) > _ASPECT_WITHIN:
        return Sheet(aspect, None)
    return Sheet(known if aspect > 1 else 1 / known, max(nearest))


def _aspect(corners: Pixels, shape: tuple[int, ...]) -> float:
    """Width by height. Nearly parallel sides say little about the lens, which then matters little: a usual one is taken."""
    longest = max(shape[:2])
    middle = np.array([shape[1], shape[0]]) / 2 - 0.5
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(square, ((corners - middle) / longest).astype(np.float32))
    across, down = matrix[:, 0], matrix[:, 1]
    depth = across[2] * down[2]
    focal_squared = -(across[0] * down[0] + across[1] * down[1]) / depth if abs(depth) > 1e-9 else -1.0  # noqa: PLR2004  # sides nearly parallel
    focal = np.sqrt(focal_squared) if _FOCALS[0] ** 2 < focal_squared < _FOCALS[1] ** 2 else _USUAL_FOCAL
    lens = np.array([focal, focal, 1.0])
    return float(np.linalg.norm(across / lens) / np.linalg.norm(down / lens))


def _size_px(corners: Pixels, aspect: float) -> tuple[int, int]:
    """As many pixels as the paper has in the picture, so that its resolution is neither flattered nor lost."""
    x, y = corners[:, 0], corners[:, 1]
    area = abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2
    return max(1, round(np.sqrt(area * aspect))), max(1, round(np.sqrt(area / aspect)))
