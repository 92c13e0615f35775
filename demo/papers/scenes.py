"""Pictures that are no papers at all: what gets into a batch when a phone's folder is sent whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from demo.papers import wear

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from demo.dice import Dice

    Pixels = npt.NDArray[np.uint8]

FRAME = (1600, 1200)


def scene(dice: Dice) -> Pixels:
    """Return a photograph of a playground or of a cup on a table."""
    picture = dice.choice(SCENES)(dice)
    soft = cv2.GaussianBlur(picture, (0, 0), 2.2)
    return wear.grain(np.asarray(soft, dtype=np.uint8), dice, strength=6)


def _playground(dice: Dice) -> Pixels:
    width, height = FRAME
    horizon = round(height * dice.real(0.4, 0.5))
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = np.array([150, 190, 232], dtype=np.float32) + rows * np.array([110, 70, 20], dtype=np.float32)
    picture = np.repeat(sky, width, axis=1).clip(0, 255).astype(np.uint8)
    cv2.rectangle(picture, (0, horizon), (width, height), (150, 74, 58), -1)
    for lane in range(7):
        cv2.line(picture, (width // 2 + (lane - 3) * 40, horizon), (width // 2 + (lane - 3) * 420, height), (236, 228, 220), 7)
    cv2.rectangle(picture, (180, horizon - 260), (880, horizon), (214, 206, 190), -1)
    for column in range(7):
        for row in range(3):
            corner = (215 + column * 95, horizon - 235 + row * 80)
            cv2.rectangle(picture, corner, (corner[0] + 55, corner[1] + 48), (96, 118, 140), -1)
    for tree in range(4):
        cv2.circle(picture, (980 + tree * 150, horizon - 60), dice.whole(60, 95), (60, 104, 52), -1)
    return picture


def _cup(dice: Dice) -> Pixels:
    width, height = FRAME
    picture = np.full((height, width, 3), (176, 138, 98), dtype=np.uint8)
    for plank in range(0, height, 150):
        cv2.line(picture, (0, plank), (width, plank + dice.whole(-8, 8)), (138, 104, 70), 4)
    middle = (dice.whole(600, 1000), dice.whole(450, 750))
    cv2.circle(picture, (middle[0] + 26, middle[1] + 30), 285, (112, 84, 58), -1)
    cv2.circle(picture, middle, 280, (236, 236, 232), -1)
    cv2.circle(picture, middle, 235, (150, 96, 44), -1)
    cv2.ellipse(picture, (middle[0] + 330, middle[1]), (95, 60), 0, 0, 360, (236, 236, 232), 30)
    cv2.ellipse(picture, (middle[0] - 70, middle[1] - 80), (80, 36), -35, 0, 360, (196, 146, 88), -1)
    return picture


SCENES: tuple[Callable[[Dice], Pixels], ...] = (_playground, _cup)
