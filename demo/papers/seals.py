"""Official seals: a round ring of characters with a star, pressed in red over the print.

A seal is drawn once per text and resolution and kept; each impression then turns, fades and mottles it, because no two
impressions of one rubber are alike. Where it goes on the page is for the forms to say.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw

from demo.papers.fonts import Face, font
from demo.papers.sheet import MM_PER_INCH

if TYPE_CHECKING:
    import numpy.typing as npt

    from demo.dice import Dice
    from demo.papers.sheet import Point, Sheet

RING_MM = 1.1
OVERSAMPLE = 2
SWEEP_OF_FEW, SWEEP_OF_MANY = 200.0, 270.0
MANY_CHARACTERS = 16
SEAL_INK = np.array([206.0, 30.0, 44.0], dtype=np.float32)


class Seal(NamedTuple):
    """What a seal says: the ring from left to right over the star, and a line below it."""

    ring: str
    inner: str = ""
    diameter_mm: float = 40.0


@lru_cache(maxsize=96)
def rubber(seal: Seal, dpi: int) -> Image.Image:
    """Return the seal's face as an ink mask."""
    ring, inner, diameter_mm = seal
    size = round(diameter_mm * dpi / MM_PER_INCH) * OVERSAMPLE
    mm = size / diameter_mm
    face = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(face)
    draw.ellipse([1, 1, size - 2, size - 2], outline=255, width=round(RING_MM * mm))
    _star(draw, size / 2, size / 2, radius=diameter_mm * 0.135 * mm)
    _ring_text(face, ring, mm, diameter_mm)
    if inner:
        size_px = round(diameter_mm * 0.088 * mm)
        draw.text(
            (size / 2, size * 0.76), inner, font=font(Face.SONG_BOLD, size_px), fill=255, anchor="mm", stroke_width=max(1, round(0.05 * mm))
        )
    return face.resize((size // OVERSAMPLE, size // OVERSAMPLE), Image.Resampling.BOX)


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, *, radius: float) -> None:
    points = []
    for step in range(10):
        reach = radius if step % 2 == 0 else radius * 0.382
        angle = math.radians(36 * step - 90)
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    draw.polygon(points, fill=255)


def _ring_text(face: Image.Image, text: str, mm: float, diameter_mm: float) -> None:
    sweep = SWEEP_OF_FEW + (SWEEP_OF_MANY - SWEEP_OF_FEW) * min(1.0, len(text) / MANY_CHARACTERS)
    step = sweep / max(1, len(text) - 1)
    centre, radius = face.width / 2, diameter_mm * 0.385 * mm
    height = round(min(diameter_mm * 0.15 * mm, math.radians(step) * radius * 1.5))
    typeface = font(Face.SONG_BOLD, height)
    width_share = min(1.0, math.radians(step) * radius * 0.86 / height)
    for index, character in enumerate(text):
        angle = -sweep / 2 + index * step
        tile = Image.new("L", (height * 2, height * 2), 0)
        ImageDraw.Draw(tile).text((height, height), character, font=typeface, fill=255, anchor="mm", stroke_width=max(1, round(0.09 * mm)))
        narrow = tile.resize((max(1, round(tile.width * width_share)), tile.height), Image.Resampling.BILINEAR)
        turned = narrow.rotate(-angle, expand=True, resample=Image.Resampling.BILINEAR)
        x = centre + radius * math.sin(math.radians(angle)) - turned.width / 2
        y = centre - radius * math.cos(math.radians(angle)) - turned.height / 2
        face.paste(255, (round(x), round(y)), turned)


def press(sheet: Sheet, xy: Point, *, seal: Seal, dice: Dice) -> None:
    """Press a seal centred on `xy` millimetres, over whatever is printed there; what falls off the sheet is lost."""
    face = rubber(seal, sheet.dpi).rotate(dice.normal(7, 20), expand=True, resample=Image.Resampling.BILINEAR)
    ink = np.asarray(face, dtype=np.float32) / 255 * _mottle(face.height, face.width, dice) * dice.real(0.62, 0.92)
    x, y = sheet.place(xy)
    left, top = round(x) - face.width // 2, round(y) - face.height // 2
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(sheet.image.width, left + face.width), min(sheet.image.height, top + face.height)
    if x1 <= x0 or y1 <= y0:
        return
    sheet.sealed.append(seal.ring)
    region = np.asarray(sheet.image.crop((x0, y0, x1, y1)), dtype=np.float32)
    share = ink[y0 - top : y1 - top, x0 - left : x1 - left, None]
    # pad ink is translucent: it colours paper and leaves print dark
    stained = region * (1 - share + share * (SEAL_INK / np.float32(255)))
    sheet.image.paste(Image.fromarray(stained.clip(0, 255).astype(np.uint8)), (x0, y0))


def _mottle(height: int, width: int, dice: Dice) -> npt.NDArray[np.float32]:
    """Uneven ink: one side pressed less, grains left dry."""
    coarse = dice.rng.random((5, 5), dtype=np.float32) * 0.55 + 0.55
    slow = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(dice.rng.random((height, width), dtype=np.float32), (0, 0), 1.1)
    dry = np.clip((grain - 0.33) * 10, 0.25, 1.0)
    return np.asarray(np.clip(slow, 0.3, 1.0) * dry, dtype=np.float32)
