"""What a seal's ring says: the ring is unrolled to one straight line and read as such.

Lives here: unrolled. Not here: finding seals (scanners.seal), recognising the line (an engine's read_line).
The inner line (户口专用章 …) and serial digits at the foot are not in the ring and are not read.
"""

import cv2
import numpy as np

from scanners.pixels import Pixels
from scanners.seal import SealMark

_RADIUS_PX = 170  # enough for a recogniser of 48 px lines
_BAND = (0.60, 0.93)  # where units' names stand, as shares of the radius
_GAP = 0.085  # of the whole turn; wider gaps end the text
_PAD_PX = 8


def unrolled(pixels: Pixels, mark: SealMark) -> Pixels | None:
    """The ring's text as a straight black-on-white line from six o'clock clockwise, or None without ink there."""
    ink = _red_ink(_as_circle(pixels, mark))
    centre = _refined((ink.shape[1] / 2, ink.shape[0] / 2, float(_RADIUS_PX)), ink)
    band = _band(ink, centre)
    run = _longest_run(band.max(axis=0) > 110)  # noqa: PLR2004  # ink, on the 0..255 scale stretched to p99
    if run is None:
        return None
    start, stop = run
    line = 255 - np.roll(band, -start, axis=1)[:, : stop - start]
    padded = cv2.copyMakeBorder(line, _PAD_PX, _PAD_PX, _PAD_PX, _PAD_PX, cv2.BORDER_CONSTANT, value=255)
    return cv2.cvtColor(padded, cv2.COLOR_GRAY2BGR)


def _as_circle(pixels: Pixels, mark: SealMark) -> Pixels:
    """Cut 1.3 radii out, turned and stretched so that the rim is a circle of _RADIUS_PX, then turned back."""
    scale, turn = _RADIUS_PX / mark.ring.radius_px, np.radians(mark.ring.turn_deg)
    along = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    stretch = along.T @ np.diag([scale, scale / mark.ring.aspect]) @ along
    half = round(_RADIUS_PX * 1.3)
    shift = np.array([half, half]) - stretch @ np.array([mark.x_px, mark.y_px])
    matrix = np.hstack([stretch, shift[:, None]])
    flags = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return cv2.warpAffine(pixels, matrix, (2 * half, 2 * half), flags=flags, borderValue=(255, 255, 255))


def _red_ink(pixels: Pixels) -> Pixels:
    """Red against white; black print vanishes because its channels are alike."""
    blue, green, red = (channel.astype(np.float32) for channel in cv2.split(pixels))
    ink = red - (green + blue) / 2
    return np.clip(ink * 255 / max(1.0, float(np.percentile(ink, 99))), 0, 255).astype(np.uint8)


def _refined(first: tuple[float, float, float], ink: Pixels) -> tuple[float, float, float]:
    """Centre and radius where the rim is sharpest, within 6 %, then 2 %."""
    best = first
    for reach in (0.06, 0.02):
        step = reach * _RADIUS_PX / 2
        moves = (-2 * step, -step, 0.0, step, 2 * step)
        x, y, radius = best
        best = max(((x + dx, y + dy, radius) for dx in moves for dy in moves), key=lambda at: _rim_value(ink, at)[0])
        best = (best[0], best[1], _rim_value(ink, best)[1])
    return best


def _rim_value(ink: Pixels, at: tuple[float, float, float]) -> tuple[float, float]:
    """Height and radius of the outer peak of the mean ink by distance from the centre."""
    x, y, radius = at
    reach = int(radius * 1.15)
    polar = cv2.warpPolar(ink, (reach, 120), (x, y), reach, cv2.WARP_POLAR_LINEAR)
    means = polar.mean(axis=0)
    low = int(radius * 0.9)
    peak = low + int(np.argmax(means[low:]))
    return float(means[peak]), float(peak)


def _band(ink: Pixels, at: tuple[float, float, float]) -> Pixels:
    x, y, radius = at
    around = round(2 * np.pi * radius * 0.77)
    polar = cv2.warpPolar(ink, (round(radius), around), (x, y), radius, cv2.WARP_POLAR_LINEAR | cv2.INTER_CUBIC)
    clockwise = np.roll(polar, -around // 4, axis=0)  # rows run clockwise from three o'clock; start at six
    inner, outer = (round(radius * share) for share in _BAND)
    return np.ascontiguousarray(clockwise[:, inner:outer].T[::-1])  # outside up


def _longest_run(has_ink: Pixels) -> tuple[int, int] | None:
    """Start and end of the longest stretch of ink on the circle, gaps of less than _GAP of the turn allowed."""
    around = len(has_ink)
    columns = np.flatnonzero(has_ink)
    if len(columns) == 0:
        return None
    following = np.append(columns[1:], columns[0] + around)
    breaks = np.flatnonzero(following - columns > _GAP * around)
    if len(breaks) == 0:
        return 0, around
    starts = columns[(breaks + 1) % len(columns)]
    stops = np.roll(columns[breaks], -1)
    lengths = (stops - starts) % around
    longest = int(lengths.argmax())
    return int(starts[longest]), int(starts[longest] + lengths[longest] + 1)
