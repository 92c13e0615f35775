"""Small works on pixel arrays that several modules need.

Lives here: the array type, grey and red views, resizing to a resolution, turning a page, JPEG bytes.
Not here: any judgement. Arrays are BGR uint8 of shape (height, width, 3), or (height, width) for grey.
"""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[Any]

cv2.setNumThreads(1)

MM_PER_INCH = 25.4
A4_LONG_INCH = 11.69
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def grey(pixels: Pixels) -> Pixels:
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)  # noqa: PLR2004  # two axes: grey


def without_red_ink(pixels: Pixels) -> Pixels:
    """The red channel alone: red seals vanish from under the text (line CER 0.39 to 0.12 %, see the OCR report)."""
    red = pixels[:, :, 2]
    return cv2.merge([red, red, red])


def scaled(pixels: Pixels, factor: float) -> Pixels:
    """Reduced by area; a factor of one or more leaves the page as it is."""
    if factor >= 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def at_dpi(pixels: Pixels, dpi: float, wanted_dpi: float) -> Pixels:
    return scaled(pixels, wanted_dpi / dpi)


def working_dpi(pixels: Pixels, dpi: float | None) -> float:
    """The page's resolution, or what it would be if the picture were one A4 sheet."""
    return dpi or max(pixels.shape[:2]) / A4_LONG_INCH


def turned(pixels: Pixels, rotation: int) -> Pixels:
    """The page turned clockwise by 0, 90, 180 or 270 degrees."""
    return cv2.rotate(pixels, _TURNS[rotation]) if rotation else pixels


def jpeg_bytes(pixels: Pixels, quality: int) -> bytes:
    done, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("a page of this shape cannot be written as JPEG")
    return bytes(np.asarray(encoded).tobytes())
