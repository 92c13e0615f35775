"""Where exactly the sides of a found border run: each laid anew through the steepest change at many places along it.

Lives here: sharpened. Not here: finding the border in the first place (scanners.border), which is done on a smaller picture.
"""

import cv2
import numpy as np

from scanners.pixels import Pixels, scaled

_SIDE_PX = 1600
_REACH = 0.011  # of the long side, to either side of the border as found
_PLACES = np.linspace(0.03, 0.97, 60)
_END_PX = 4  # of a profile, taken for its colour inside and outside


def sharpened(pixels: Pixels, corners: Pixels) -> Pixels:
    """The corners where the sides cross that fit the full picture best; as they were where nothing better is seen."""
    small = scaled(pixels, _SIDE_PX / max(pixels.shape[:2]))
    factor = np.array(small.shape[1::-1]) / np.array(pixels.shape[1::-1])
    rough = (corners + 0.5) * factor - 0.5
    sides = [_laid_through(small, rough[at], rough[(at + 1) % 4]) for at in range(4)]
    fine = np.array([_crossing(sides[at - 1], sides[at]) for at in range(4)])
    if np.abs(fine - rough).max() > 3 * _REACH * _SIDE_PX:
        return corners
    return np.asarray((fine + 0.5) / factor - 0.5)


def _laid_through(picture: Pixels, start: Pixels, end: Pixels) -> Pixels:
    """A point of the side and its direction."""
    run = (end - start) / np.linalg.norm(end - start)
    inward = np.array([-run[1], run[0]])
    reach = round(_REACH * max(picture.shape[:2]))
    offsets = np.arange(-reach, reach + 1)
    on_side = start + (end - start) * _PLACES[:, None]
    places = (on_side[:, None] + inward * offsets[:, None]).astype(np.float32)
    colours = cv2.remap(picture, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    colours = cv2.GaussianBlur(colours, (5, 3), 0).astype(np.float32)
    apart = np.median(colours[:, -_END_PX:], axis=(0, 1)) - np.median(colours[:, :_END_PX], axis=(0, 1))
    steps = np.diff(colours @ (apart / max(float(np.linalg.norm(apart)), 1e-6)), axis=1)
    steepest = steps.argmax(axis=1)
    seen = on_side + inward * (offsets[steepest] + 0.5)[:, None]
    clear = seen[steps.max(axis=1) > 0.5 * np.median(steps.max(axis=1))]
    dx, dy, x, y = cv2.fitLine(clear.astype(np.float32), cv2.DIST_WELSCH, 0, 0.01, 0.01).ravel()
    return np.array([[x, y], [dx, dy]])


def _crossing(first: Pixels, second: Pixels) -> Pixels:
    (point, run), (other, across) = first, second
    along = np.linalg.solve(np.column_stack([run, -across]), other - point)[0]
    return np.asarray(point + run * along)
