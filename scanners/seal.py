"""Round and oval seals: where on the page, how sure. Letterheads, fingerprints and red pen fail the ring test.

Lives here: find_seals on colour pages, SealMark, and Seal as records keep it. Not here: unrolling the ring (scanners.ring_text).
The search is a vote of red ink for rims of known sizes, done in the frequency domain at 50 dpi.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np

from scanners.pixels import MM_PER_INCH, Pixels
from scanners.words import Box, as_box

_RED_DPI, _SEARCH_DPI = 100, 50
_FEWEST_RED_PX = 300  # 0.2 square centimetres
_FEWEST_INK_PX = 120
_RED_HUES, _LEAST_SATURATION, _LEAST_VALUE, _LEAST_RED_LEAD = (12, 160), 38, 60, 18
_CLUSTER_SIDE_PX, _CLUSTER_PX = 10, 40
_RIM_HALF_PX, _RIM_REACH_PX = 0.9, 1.6
_BEYOND_PX, _MOST_BEYOND = 4.0, 0.6
_AT_MOST = 6
_SECTORS = 72
_OVAL = 0.68  # short by long axis of the oval seals units use


@dataclass(frozen=True)
class Ring:
    """A rim's shape: long half axis in pixels, short by long axis, turn of the long axis."""

    radius_px: float
    aspect: float = 1.0
    turn_deg: float = 0.0


@dataclass(frozen=True)
class SealMark:
    """A seal in pixels of the page searched; peak and coverage are shares of a full clean rim."""

    x_px: float
    y_px: float
    ring: Ring
    peak: float
    coverage: float

    @property
    def box(self) -> Box:
        reach = self.ring.radius_px
        return as_box((self.x_px - reach, self.y_px - reach, self.x_px + reach, self.y_px + reach))


@dataclass(frozen=True)
class Seal:
    """A seal on an upright page; the text is the ring's, empty where it could not be read."""

    page: int
    box: Box
    text: str
    confidence: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"box": list(self.box)}


def _sizes(first_mm: float, last_mm: float, step_mm: float) -> list[float]:
    return [float(mm) * _SEARCH_DPI / MM_PER_INCH for mm in np.arange(first_mm, last_mm, step_mm)]


_CIRCLES = [Ring(radius) for radius in _sizes(17, 26.6, 0.5)]
_OVALS = [Ring(radius, _OVAL, turn) for radius in _sizes(18, 25, 1) for turn in range(-32, 33, 8)]


def find_seals(pixels: Pixels, dpi: float) -> list[SealMark]:
    """The seals of a colour page, most rim-like first, at most six (88 of 88 found, none false, as measured)."""
    factor = _RED_DPI / dpi
    mask = _red(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    if int(mask.sum()) < _FEWEST_RED_PX:
        return []
    ink, left, top = _cropped(_pooled(mask))
    marks: list[SealMark] = []
    while len(marks) < _AT_MOST and ink.sum() >= _FEWEST_INK_PX:
        mark = _search(ink, _CIRCLES) or _search(ink, _OVALS)
        if mark is None:
            break
        ys, xs = np.mgrid[0 : ink.shape[0], 0 : ink.shape[1]]
        distance, _ = _polar(xs - mark.x_px, ys - mark.y_px, mark.ring)
        ink[distance <= mark.ring.radius_px * 1.06] = 0
        marks.append(_on_page(mark, left, top, pixels_each=dpi / _SEARCH_DPI))
    return marks


def _on_page(mark: SealMark, left: int, top: int, *, pixels_each: float) -> SealMark:
    ring = Ring(mark.ring.radius_px * pixels_each, mark.ring.aspect, mark.ring.turn_deg)
    x_px, y_px = (mark.x_px + left) * pixels_each, (mark.y_px + top) * pixels_each
    return SealMark(x_px, y_px, ring, mark.peak, mark.coverage)


def _red(pixels: Pixels) -> Pixels:
    smooth = cv2.GaussianBlur(pixels, (3, 3), 0)
    hue, saturation, value = cv2.split(cv2.cvtColor(smooth, cv2.COLOR_BGR2HSV))
    blue, green, red = (channel.astype(np.int16) for channel in cv2.split(smooth))
    low_hue, high_hue = _RED_HUES  # OpenCV's half degrees; red lies around zero
    is_red = ((hue <= low_hue) | (hue >= high_hue)) & (saturation >= _LEAST_SATURATION) & (value >= _LEAST_VALUE)
    return np.asarray(is_red & (red - np.maximum(blue, green) >= _LEAST_RED_LEAD), np.uint8)


def _pooled(mask: Pixels) -> Pixels:
    height, width = (side // 2 * 2 for side in mask.shape)
    return np.asarray(mask[:height, :width].reshape(height // 2, 2, width // 2, 2).max((1, 3)))


def _cropped(ink: Pixels) -> tuple[Pixels, int, int]:
    """The part that holds clusters of red, so that the transforms stay small; empty when there are none."""
    _, _, boxes, _ = cv2.connectedComponentsWithStats(cv2.dilate(ink, np.ones((5, 5), np.uint8)))
    clusters = [box for box in boxes[1:] if max(box[2], box[3]) >= _CLUSTER_SIDE_PX and box[4] >= _CLUSTER_PX]
    if not clusters:
        return np.zeros((1, 1), np.float32), 0, 0
    left, top = (max(0, min(int(box[axis]) for box in clusters) - 8) for axis in (0, 1))
    right, bottom = (max(int(box[axis] + box[axis + 2]) for box in clusters) + 8 for axis in (0, 1))
    return ink[top:bottom, left:right].astype(np.float32), left, top


def _polar(xs: Pixels, ys: Pixels, ring: Ring) -> tuple[Pixels, Pixels]:
    """Distance along the long axis and angle of each point, as if the oval were a circle."""
    turn = np.radians(ring.turn_deg)
    along = xs * np.cos(turn) + ys * np.sin(turn)
    across = (-xs * np.sin(turn) + ys * np.cos(turn)) / ring.aspect
    return np.hypot(along, across), np.arctan2(across, along)


def _kernel(ring: Ring, shape: tuple[int, int]) -> tuple[Pixels, int]:
    """Weights that count ink on the rim and against ink just outside and inside, in the frequency domain."""
    half = int(ring.radius_px) + 5
    ys, xs = np.mgrid[-half : half + 1, -half : half + 1]
    distance, _ = _polar(xs, ys, ring)
    rim = np.abs(distance - ring.radius_px) <= _RIM_HALF_PX
    outside = (distance > ring.radius_px + 2.2) & (distance <= ring.radius_px + 3.8)
    inside = (distance < ring.radius_px - 2.0) & (distance >= ring.radius_px - 3.6)
    weights = rim / rim.sum() - 0.6 * outside / outside.sum() - 0.15 * inside / inside.sum()
    return np.fft.rfft2(weights.astype(np.float32), shape), half


def _search(ink: Pixels, rings: Sequence[Ring]) -> SealMark | None:
    height, width = ink.shape
    padded = (cv2.getOptimalDFTSize(height + 120), cv2.getOptimalDFTSize(width + 120))
    spectrum = np.fft.rfft2(ink, padded)
    best: tuple[float, int, int, Ring] = (-1.0, 0, 0, rings[0])
    for ring in rings:
        weights, half = _kernel(ring, padded)
        votes = np.fft.irfft2(spectrum * weights, padded)[half : half + height, half : half + width]
        at = int(np.argmax(votes))
        if votes.flat[at] > best[0]:
            best = (float(votes.flat[at]), at % width, at // width, ring)
    return _accepted(ink, *best)


def _ends_at_rim(distance: Pixels, ring: Ring) -> bool:
    """Whether the red stops outside the rim; on red paper and photographs it goes on."""
    rim = np.abs(distance - ring.radius_px) <= _RIM_HALF_PX
    beyond = np.abs(distance - ring.radius_px - _BEYOND_PX) <= _RIM_HALF_PX
    return bool(beyond.sum() < _MOST_BEYOND * rim.sum())


def _accepted(ink: Pixels, peak: float, x: int, y: int, ring: Ring) -> SealMark | None:  # one candidate, unpacked
    ys, xs = np.nonzero(ink)
    distance, angle = _polar(xs - x, ys - y, ring)
    on_rim = np.abs(distance - ring.radius_px) <= _RIM_REACH_PX
    sectors = ((angle[on_rim] + np.pi) * _SECTORS / (2 * np.pi)).astype(int).clip(0, _SECTORS - 1)
    coverage = len(np.unique(sectors)) / _SECTORS
    disc = np.pi * ring.radius_px**2 * ring.aspect * 0.86**2
    inner = float((distance < ring.radius_px * 0.86).sum() / disc)
    is_ring = peak >= 0.20 and coverage >= 0.62 and 0.03 < inner < 0.75  # noqa: PLR2004  # measured, OCR report 5
    is_seal = is_ring and _ends_at_rim(distance, ring)
    return SealMark(float(x), float(y), ring, peak, coverage) if is_seal else None
