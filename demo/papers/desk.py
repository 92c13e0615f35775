"""A phone photograph of a page: on a desk, from an angle, in uneven light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from demo.papers import wear

if TYPE_CHECKING:
    import numpy.typing as npt

    from demo.dice import Dice

    Pixels = npt.NDArray[np.uint8]

DESKS = ((150, 112, 78), (104, 78, 58), (186, 182, 176), (72, 74, 80), (196, 168, 130))
LONG_SIDE_PX = (2000, 2500)
PAGE_SHARE = (0.84, 0.94)
CORNER_SHIFT = 0.035


def photograph(page: Pixels, dice: Dice) -> Pixels:
    """Return the photograph; the page fills most of it and its corners lie a little out of square."""
    height, width = page.shape[:2]
    scale = dice.whole(*LONG_SIDE_PX) / max(height, width)
    frame = (round(width * scale), round(height * scale))
    corners = _corners(frame, dice)
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners)
    picture = _desk(frame, dice)
    _cast_shadow(picture, corners, dice)
    cv2.warpPerspective(page, matrix, frame, dst=picture, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT)
    lit = cv2.multiply(picture, _light(frame, dice), scale=1 / 255)
    soft = cv2.GaussianBlur(lit, (0, 0), dice.real(0.4, 0.9))
    return wear.grain(np.asarray(soft, dtype=np.uint8), dice, strength=dice.whole(3, 6))


def _corners(frame: tuple[int, int], dice: Dice) -> npt.NDArray[np.float32]:
    width, height = frame
    margin = (1 - dice.real(*PAGE_SHARE)) / 2
    square = np.array([[margin, margin], [1 - margin, margin], [1 - margin, 1 - margin], [margin, 1 - margin]])
    shifted = square + dice.rng.uniform(-CORNER_SHIFT, CORNER_SHIFT, (4, 2))
    return np.asarray(shifted.clip(0.004, 0.996) * (width, height), dtype=np.float32)


def _desk(frame: tuple[int, int], dice: Dice) -> Pixels:
    """Wood or laminate: a colour with streaks along one direction."""
    width, height = frame
    streaks = dice.rng.normal(0, 1, (height // 6 + 1, 3)).astype(np.float32)
    grainy = cv2.resize(cv2.GaussianBlur(streaks, (1, 0), sigmaX=0.1, sigmaY=1.2), (width, height), interpolation=cv2.INTER_CUBIC)
    colour = np.array(dice.choice(DESKS), dtype=np.float32)
    return np.asarray((colour + grainy[..., None] * 14).clip(0, 255), dtype=np.uint8)


def _cast_shadow(picture: Pixels, corners: npt.NDArray[np.float32], dice: Dice) -> None:
    height, width = picture.shape[:2]
    small = np.full((height // 8, width // 8), 255, dtype=np.uint8)
    outline = (corners / 8 + dice.real(0.6, 2.5)).astype(np.int32)
    cv2.fillConvexPoly(small, outline, 120)
    mask = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2.0), (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.multiply(picture, cv2.cvtColor(mask, cv2.COLOR_GRAY2RGB), dst=picture, scale=1 / 255)


def _light(frame: tuple[int, int], dice: Dice) -> Pixels:
    """One side brighter, corners darker, a warm or cold lamp, now and then the shadow of a hand."""
    y, x = np.mgrid[-1:1:64j, -1:1:48j].astype(np.float32)
    angle = dice.real(0, 2 * np.pi)
    light = 0.93 + dice.real(0.04, 0.14) * (np.cos(angle) * x + np.sin(angle) * y) - 0.07 * (x * x + y * y)
    if dice.chance(0.35):
        reach = (x - dice.choice((-1.1, 1.1))) ** 2 + (y - dice.real(-0.4, 1.2)) ** 2
        light -= 0.28 * np.exp(-reach / 0.35)
    lamp = np.array([1.0, dice.real(0.96, 1.0), dice.real(0.86, 1.02)], dtype=np.float32)
    mask = (light[..., None] * lamp * 255).clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(mask, frame, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
