"""What a machine does to a sheet: flatbed, worn office scanner, photocopier, phone camera, fax.

Takes a drawn sheet and returns pixels with their resolution, and says how the page came to lie. Files are made in
`encode`. Everything works on whole arrays, so that a page costs a fraction of a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import cv2
import numpy as np

from demo.papers import wear
from demo.papers.desk import photograph

if TYPE_CHECKING:
    import numpy.typing as npt

    from demo.dice import Dice
    from demo.papers.sheet import Sheet

    Pixels = npt.NDArray[np.uint8]


class Profile(StrEnum):
    CLEAN = "clean"
    OFFICE = "office"
    GREY = "grey"
    PHOTO = "photo"
    FAX = "fax"


SHARES = {Profile.CLEAN: 14, Profile.OFFICE: 43, Profile.GREY: 13, Profile.PHOTO: 18, Profile.FAX: 12}
ROTATIONS = {0: 80, 90: 6, 180: 5, 270: 9}
SKEW_DEG, MOST_SKEW_DEG = 1.0, 3.0
QUARTER_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True)
class Scan:
    """Pixels of one side: RGB, grey, or bilevel (grey with 0 and 255 only). Rotation is clockwise, as the page lies."""

    pixels: Pixels
    dpi: int | None
    profile: Profile
    rotation: int
    skew_deg: float

    @property
    def bilevel(self) -> bool:
        return self.profile is Profile.FAX


def scan(sheet: Sheet, profile: Profile, dice: Dice, *, turned: bool = True) -> Scan:
    """Return the sheet as the machine of this profile would see it. `turned` allows pages laid in sideways."""
    page = np.asarray(sheet.image)
    rotation = dice.weighted(ROTATIONS) if turned else 0
    if profile is Profile.PHOTO:
        return Scan(turn(photograph(wear.age(page, dice), dice), rotation), None, profile, rotation, 0.0)
    skew = dice.normal(SKEW_DEG, MOST_SKEW_DEG) * (0.3 if profile is Profile.CLEAN else 1.0)
    pixels = MACHINES[profile](page, skew, dice)
    return Scan(turn(pixels, rotation), sheet.dpi, profile, rotation, round(skew, 2))


def turn(pixels: Pixels, rotation: int) -> Pixels:
    """Turn a page clockwise by quarter turns."""
    return pixels if rotation == 0 else np.asarray(cv2.rotate(pixels, QUARTER_TURNS[rotation]), dtype=np.uint8)


def _clean(page: Pixels, skew: float, dice: Dice) -> Pixels:
    return wear.grain(wear.tilt(page, skew), dice, strength=2)


def _office(page: Pixels, skew: float, dice: Dice) -> Pixels:
    """A worn colour scanner: show-through, folds, a lid that did not close, soft lens."""
    aged = wear.age(page, dice)
    tilted = wear.tilt(aged, skew)
    if dice.chance(0.35):
        tilted = wear.lid_shadow(tilted, dice)
    soft = cv2.GaussianBlur(tilted, (0, 0), dice.real(0.4, 0.8))
    return wear.grain(np.asarray(soft, dtype=np.uint8), dice, strength=dice.whole(3, 7))


def _grey(page: Pixels, skew: float, dice: Dice) -> Pixels:
    """A photocopy scanned in grey: hard contrast, toner specks, dark edges, punch holes."""
    grey = np.asarray(cv2.cvtColor(wear.tilt(page, skew), cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    copied = wear.photocopy(grey, dice, faint=dice.chance(0.3))
    return wear.grain(wear.specks(copied, dice, per_million=60), dice, strength=4)


def _fax(page: Pixels, skew: float, dice: Dice) -> Pixels:
    """Black and white at a threshold, ragged edges, stray dots."""
    grey = np.asarray(cv2.cvtColor(wear.tilt(page, skew), cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    soft = cv2.GaussianBlur(wear.grain(grey, dice, strength=14), (0, 0), 0.7)
    bilevel = np.where(soft > dice.whole(138, 172), np.uint8(255), np.uint8(0))
    return wear.specks(np.asarray(bilevel, dtype=np.uint8), dice, per_million=25)


MACHINES = {Profile.CLEAN: _clean, Profile.OFFICE: _office, Profile.GREY: _grey, Profile.FAX: _fax}
