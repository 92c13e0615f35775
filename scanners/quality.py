"""Is this page fit to be read and kept: blank, blurred, skewed, dark, too coarse. All on reduced pictures.

Lives here: examine and its measures, with the thresholds measured in the OCR report. Not here: colour modes and cut
files (scanners.images), text at the edge and unsure reading, which need the words (scanners.reading).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from scanners.findings import Finding, Severity, found
from scanners.images import ScannedPage
from scanners.limits import Limits
from scanners.pixels import MM_PER_INCH, Pixels, at_dpi, grey, scaled, working_dpi

NEARLY_BLANK = 20  # text-like spots; pages with content have 49 and more, one short line has at least one
_INK_DPI = 75
_INK_LIGHT = 170 / 255  # of the paper around it
_BORDER_MM = 10
_LETTER_PX, _LARGE_PX = (3, 24), 12  # 1 to 8 mm, 4 mm
_BLUR_DPI = 150
_BLUR_WARN, _BLUR_REFUSE = 0.22, 0.17
_DARK_WARN, _DARK_REFUSE = 150.0, 110.0
_SKEW_NOTE, _SKEW_WARN = 1.0, 3.0
_SKEW_SIDE_PX = 1000


@dataclass(frozen=True)
class PageQuality:
    """The measures of one page; skew in degrees, clockwise positive."""

    text_like: int
    skew_deg: float
    findings: tuple[Finding, ...]

    @property
    def is_blank(self) -> bool:
        return self.text_like == 0


def examine(page: ScannedPage, limits: Limits) -> PageQuality:
    """Measure one page. Where nothing is written there is nothing to be blurred or skewed."""
    view = grey(page.pixels)
    dpi = working_dpi(page.pixels, page.dpi)
    spots = letter_spots(view, dpi)
    if len(spots) == 0:
        return PageQuality(0, 0.0, (found("blank_page", page=page.no, value=0, limit=0),))
    findings = [_coarse(page, limits), _dark(page.no, view)]
    if len(spots) <= NEARLY_BLANK:
        findings.append(found("nearly_blank", page=page.no, value=len(spots), limit=NEARLY_BLANK))
        skew = 0.0
    else:
        skew = skew_deg(view)
        findings += [_blurred(page, view, dpi, spots), _skewed(page.no, skew)]
    return PageQuality(len(spots), skew, tuple(finding for finding in findings if finding))


def letter_spots(view: Pixels, dpi: float) -> Pixels:
    """Spots of ink as large as letters (1 to 8 mm) away from the outer 10 mm: x0, y0, x1, y1 as shares of the page.

    Show-through, punch holes, folds and fax noise do not count: 48 of 48 blank sides have none. The share of ink
    would not do: a signature has less of it than two punch holes.
    """
    small = at_dpi(view, dpi, _INK_DPI)
    ground = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 21)
    ink = (small.astype(np.float32) / np.maximum(ground, 1) < _INK_LIGHT).astype(np.uint8)
    _, _, found_spots, centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    left, top, width, height, area = found_spots[1:].T
    shortest, largest = _LETTER_PX
    longest = np.maximum(width, height)
    fullest = np.where(longest >= _LARGE_PX, 0.68, 0.75)  # a punch hole fills 0.77 of its box, a bold letter 0.6
    has_gaps = area < fullest * width * height + 6
    is_letter = (longest >= shortest) & (longest <= largest) & (area > shortest) & has_gaps
    is_letter &= _is_inside(centres[1:], ink.shape)
    boxes = np.stack([left, top, left + width, top + height], axis=1) / np.tile(ink.shape[::-1], 2)
    return np.asarray(boxes[is_letter])


def _is_inside(centres: Pixels, shape: tuple[int, ...]) -> Pixels:
    border = _BORDER_MM * _INK_DPI / MM_PER_INCH
    if min(shape) <= 4 * border:  # a card: its print goes to the edge
        border = 0
    size = np.array(shape[::-1])
    return np.asarray(((centres >= border) & (centres < size - border)).all(axis=1))


def text_like(view: Pixels, dpi: float) -> int:
    """How many letter-like spots a page has; none means blank."""
    return len(letter_spots(view, dpi))


def sharpness(view: Pixels, dpi: float) -> float:
    """Steepest edges against the contrast of what is written; 0.26 and more on sharp pages."""
    small = cv2.GaussianBlur(at_dpi(view, dpi, _BLUR_DPI), (3, 3), 0).astype(np.float32)
    across, down = cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)
    edges = np.percentile(np.hypot(across, down) / 8, 99.5)
    low, high = np.percentile(small, (1, 70))
    return float(edges / max(1.0, high - low))


def skew_deg(view: Pixels) -> float:
    """The turn, in degrees, at which the page's lines are level: ±4° in steps of 0.5°, then 0.1°."""
    small = scaled(view, _SKEW_SIDE_PX / max(view.shape[:2]))
    ink = cv2.adaptiveThreshold(small, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 15)
    coarse = max(np.arange(-4, 4.01, 0.5), key=lambda angle: _levelness(ink, angle))
    fine = max(coarse + np.arange(-0.4, 0.41, 0.1), key=lambda angle: _levelness(ink, angle))
    return round(float(fine), 1) + 0.0  # no minus zero


def _levelness(ink: Pixels, angle: float) -> float:
    """Sharpness of the row profile after shearing by the angle; shearing is far cheaper than turning."""
    height, width = ink.shape
    slope = np.tan(np.radians(angle))
    shear = np.array([[1, 0, 0], [-slope, 1, slope * width / 2]], np.float32)
    level = cv2.warpAffine(ink, shear, (width, height), flags=cv2.INTER_NEAREST)
    profile = level.sum(axis=1, dtype=np.float32)
    return float(np.square(np.diff(profile)).sum())


def _coarse(page: ScannedPage, limits: Limits) -> Finding | None:
    if page.dpi is None or page.dpi >= limits.min_dpi - 1:
        return None
    return found("low_dpi", page=page.no, value=page.dpi, limit=limits.min_dpi)


def _dark(no: int, view: Pixels) -> Finding | None:
    small = cv2.resize(view, (200, 280), interpolation=cv2.INTER_AREA)
    light = float(np.percentile(small, 75))
    if light >= _DARK_WARN:
        return None
    severity = Severity.REFUSE if light < _DARK_REFUSE else Severity.WARN
    return found("dark", page=no, value=light, limit=_DARK_WARN, severity=severity)


def _blurred(page: ScannedPage, view: Pixels, dpi: float, spots: Pixels) -> Finding | None:
    if page.mode == "1":  # bilevel edges are always steep
        return None
    # The written part only: on a page with three lines the white would drown the edges.
    size = np.tile(view.shape[::-1], 2)
    left, top, _, _ = (spots.min(axis=0) * size).astype(int)
    _, _, right, bottom = (spots.max(axis=0) * size).astype(int)
    written = view[top : bottom + 1, left : right + 1]
    value = sharpness(written, dpi)
    if value >= _BLUR_WARN:
        return None
    severity = Severity.REFUSE if value < _BLUR_REFUSE else Severity.WARN
    return found("blurred", page=page.no, value=value, limit=_BLUR_WARN, severity=severity)


def _skewed(no: int, skew: float) -> Finding | None:
    if abs(skew) <= _SKEW_NOTE:
        return None
    severity = Severity.WARN if abs(skew) > _SKEW_WARN else Severity.NOTE
    return found("skewed", page=no, value=abs(skew), limit=_SKEW_NOTE, severity=severity)
