"""What age and machines leave on a page: folds, stains, show-through, shadows, specks, grain. Arrays in, arrays out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from demo.dice import Dice

    Pixels = npt.NDArray[np.uint8]

GRAIN_TILE_PX = 512
SHADE_CELLS = 48
BACKDROP = (250, 250, 250)
TEA = (214, 190, 140)


def tilt(page: Pixels, degrees: float) -> Pixels:
    """Turn a page a little around its middle; the corners show the scanner's lid."""
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    turned = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=BACKDROP)
    return np.asarray(turned, dtype=np.uint8)


def age(page: Pixels, dice: Dice) -> Pixels:
    """Give paper a tint, uneven light, and now and then a fold, a stain or the print of the other side."""
    shade = _uneven(dice)
    if dice.chance(0.4):
        _fold(shade, dice)
    tint = np.array([1.0, dice.real(0.985, 1.0), dice.real(0.95, 1.0)], dtype=np.float32)
    colour = shade[..., None] * tint
    if dice.chance(0.07):
        _stain(colour, dice)
    height, width = page.shape[:2]
    mask = cv2.resize((colour * 255).clip(0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    aged = np.asarray(cv2.multiply(page, mask, scale=1 / 255), dtype=np.uint8)
    return _show_through(aged, page, dice) if dice.chance(0.3) else aged


def _uneven(dice: Dice) -> npt.NDArray[np.float32]:
    coarse = dice.rng.uniform(0.955, 1.0, (4, 3)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (SHADE_CELLS * 3, SHADE_CELLS * 4), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _fold(shade: npt.NDArray[np.float32], dice: Dice) -> None:
    """A crease: a bright ridge beside a dark valley, across or along the sheet."""
    rows, columns = shade.shape
    if dice.chance(0.6):
        at = round(rows * dice.choice((0.33, 0.5, 0.66)))
        shade[at : at + 1] *= 0.90
        shade[at + 1 : at + 2] *= 1.02
    else:
        at = round(columns * 0.5)
        shade[:, at : at + 1] *= 0.91
        shade[:, at + 1 : at + 2] *= 1.02


def _stain(colour: npt.NDArray[np.float32], dice: Dice) -> None:
    """A ring left by a tea cup."""
    rows, columns = colour.shape[:2]
    y, x = np.mgrid[0:rows, 0:columns]
    distance = np.hypot(y - dice.real(0, rows), x - dice.real(0, columns))
    radius = dice.real(14, 22)
    ring = np.exp(-(((distance - radius) / 1.3) ** 2)) * 0.55 + (distance < radius) * 0.18
    colour *= 1 - ring[..., None] * (1 - np.array(TEA) / 255)


def _show_through(aged: Pixels, page: Pixels, dice: Dice) -> Pixels:
    """The print of the back side, mirrored and faint."""
    small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    back = cv2.GaussianBlur(cv2.cvtColor(cv2.flip(small, 1), cv2.COLOR_RGB2GRAY), (0, 0), 1.2)
    weight = dice.real(0.06, 0.14)
    faint = cv2.convertScaleAbs(back, alpha=weight, beta=255 * (1 - weight))
    height, width = page.shape[:2]
    mask = cv2.resize(cv2.cvtColor(faint, cv2.COLOR_GRAY2RGB), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(aged, mask, scale=1 / 255), dtype=np.uint8)


def lid_shadow(page: Pixels, dice: Dice) -> Pixels:
    """A dark strip along one side, where the lid stood open."""
    height, width = page.shape[:2]
    reach = round(width * dice.real(0.02, 0.06))
    ramp = np.ones(width, dtype=np.float32)
    ramp[:reach] = np.linspace(dice.real(0.45, 0.7), 1.0, reach)
    line = ramp if dice.chance(0.5) else ramp[::-1]
    mask = np.repeat((line * 255).astype(np.uint8)[None, :, None], height, axis=0)
    return np.asarray(cv2.multiply(page, np.repeat(mask, 3, axis=2), scale=1 / 255), dtype=np.uint8)


@lru_cache(maxsize=32)
def _grain_tile(strength: int, channels: int) -> npt.NDArray[np.int16]:
    """One tile of sensor noise; the same for all pages, each of which starts it elsewhere."""
    rng = np.random.default_rng(strength * 10 + channels)
    return rng.normal(0, strength, (GRAIN_TILE_PX, GRAIN_TILE_PX, channels)).astype(np.int16)


def grain(page: Pixels, dice: Dice, *, strength: int) -> Pixels:
    """Add sensor noise of about `strength` grey levels."""
    height, width = page.shape[:2]
    channels = 1 if page.ndim == 2 else 3  # noqa: PLR2004  rows and columns
    tile = np.roll(_grain_tile(strength, channels), (dice.whole(0, 511), dice.whole(0, 511)), axis=(0, 1))
    rows, columns = -(-height // GRAIN_TILE_PX), -(-width // GRAIN_TILE_PX)
    noise = np.tile(tile, (rows, columns, 1))[:height, :width].reshape(page.shape)
    return np.asarray(cv2.add(page, noise, dtype=cv2.CV_8U), dtype=np.uint8)


def specks(page: Pixels, dice: Dice, *, per_million: int) -> Pixels:
    """Sprinkle dots of toner or dropped pixels over a grey page."""
    height, width = page.shape
    count = height * width * per_million // 1_000_000
    marked = page.copy()
    for y, x, size in zip(
        dice.rng.integers(0, height, count), dice.rng.integers(0, width, count), dice.rng.integers(1, 4, count), strict=True
    ):
        marked[y : y + size, x : x + size] = 0 if size > 1 else 60
    return marked


def photocopy(grey: Pixels, dice: Dice, *, faint: bool) -> Pixels:
    """Hard contrast, dark edges, sometimes punch holes; `faint` when the toner ran low."""
    levels = np.arange(256, dtype=np.float32)
    curve = 255 / (1 + np.exp(-(levels - dice.real(150, 178)) / 22))
    if faint:
        curve = 255 - (255 - curve) * dice.real(0.38, 0.55)
    copied = cv2.LUT(grey, curve.clip(0, 255).astype(np.uint8))
    height, width = copied.shape
    edge = dice.whole(3, 12)
    if dice.chance(0.5):
        copied[:, :edge] = dice.whole(20, 70)
    if dice.chance(0.4):
        copied[-edge:, :] = dice.whole(20, 70)
    if dice.chance(0.35):
        for share in (0.36, 0.64):
            cv2.circle(copied, (round(width * 0.045), round(height * share)), round(width * 0.013), 25, -1)
    return np.asarray(copied, dtype=np.uint8)
