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
_LETTER_PX = (3, 24)  # 1 to 8 mm
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
    """Measure one page. A blank page gets no further findings: there is nothing to be blurred."""
    view = grey(page.pixels)
    dpi = working_dpi(page.pixels, page.dpi)
    spots = text_like(view, dpi)
    if spots == 0:
        return PageQuality(0, 0.0, (found("blank_page", page=page.no, value=0, limit=0),))
    skew = skew_deg(view)
    measured = (
        _nearly_blank(page.no, spots),
        _coarse(page, limits),
        _dark(page.no, view),
        _blurred(page, view, dpi),
        _skewed(page.no, skew),
    )
    return PageQuality(spots, skew, tuple(finding for finding in measured if finding))


def text_like(view: Pixels, dpi: float) -> int:
    """Spots of ink as large as letters (1 to 8 mm), the outer 10 mm left out.

    Show-through, punch holes, folds and fax noise do not count: 48 of 48 blank sides have none. The share of ink
    would not do: a signature has less of it than two punch holes.
    """
    small = at_dpi(view, dpi, _INK_DPI)
    ground = cv2.medianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), 21)
    ink = (small.astype(np.float32) / np.maximum(ground, 1) < 170 / 255).astype(np.uint8)
    border = round(10 * _INK_DPI / MM_PER_INCH)
    if min(ink.shape) > 4 * border:
        ink = ink[border:-border, border:-border]
    _, _, spots, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink), connectivity=8)
    width, height, area = spots[1:, 2], spots[1:, 3], spots[1:, 4]
    longest = np.maximum(width, height)
    shortest, largest = _LETTER_PX
    is_compact = area < 0.75 * width * height + 6  # a bar or a blot fills its box
    is_letter = (longest >= shortest) & (longest <= largest) & (area > shortest) & is_compact
    return int(is_letter.sum())


def sharpness(view: Pixels, dpi: float) -> float:
    """Steepest edges against the page's own contrast; 0.26 and more on sharp pages."""
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


def _nearly_blank(no: int, spots: int) -> Finding | None:
    return found("nearly_blank", page=no, value=spots, limit=NEARLY_BLANK) if spots <= NEARLY_BLANK else None


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


def _blurred(page: ScannedPage, view: Pixels, dpi: float) -> Finding | None:
    if page.mode == "1":  # bilevel edges are always steep
        return None
    value = sharpness(view, dpi)
    if value >= _BLUR_WARN:
        return None
    severity = Severity.REFUSE if value < _BLUR_REFUSE else Severity.WARN
    return found("blurred", page=page.no, value=value, limit=_BLUR_WARN, severity=severity)


def _skewed(no: int, skew: float) -> Finding | None:
    if abs(skew) <= _SKEW_NOTE:
        return None
    severity = Severity.WARN if abs(skew) > _SKEW_WARN else Severity.NOTE
    return found("skewed", page=no, value=abs(skew), limit=_SKEW_NOTE, severity=severity)
