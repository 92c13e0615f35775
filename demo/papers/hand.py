"""Handwriting: a pen face with the unevenness of a hand.

Each character leans, grows and sinks a little of its own, the line drifts, and the whole line is bent by a smooth field, so
that the same character never comes out twice alike. Real cursive is beyond it; it stands for a careful parent's writing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw

from demo.papers.fonts import Face, font_for
from demo.papers.prose import wrap
from demo.papers.sheet import Said

if TYPE_CHECKING:
    from demo.dice import Dice
    from demo.papers.sheet import Colour, Point, Sheet

PENS: tuple[Colour, ...] = ((28, 30, 38), (24, 38, 110), (36, 44, 92), (20, 20, 24))
BEND_CELL_PX = 24


class Writer:
    """One person's hand on one sheet: one pen, one size of writing."""

    def __init__(self, sheet: Sheet, dice: Dice) -> None:
        self._sheet = sheet
        self._dice = dice
        self._colour = dice.choice(PENS)

    def write(self, xy: Point, text: str, *, size_pt: float = 15) -> float:
        """Write a line whose baseline starts at `xy`; return its width in millimetres."""
        sheet, size = self._sheet, self._sheet.font_px(size_pt)
        ink = _line(text, size, self._dice)
        sheet.said.append(Said(text, by_hand=True))
        sheet.paste_ink(ink, (xy[0] - sheet.mm(size * 0.5), xy[1] - sheet.mm(size * 1.4)), self._colour)
        return sheet.mm(ink.width - size)

    def paragraph(self, xy: Point, text: str, *, per_line: int, size_pt: float = 15, spacing_mm: float = 9.5) -> float:
        """Write lines of at most `per_line` characters, the first indented; return the baseline below them."""
        y = xy[1]
        for line in wrap(text, per_line):
            self.write((xy[0], y), line, size_pt=size_pt)
            y += spacing_mm
        return y

    def sign(self, xy: Point, name: str, *, size_pt: float = 19) -> None:
        """Sign: larger, slanted, the characters run into each other."""
        sheet, size, dice = self._sheet, self._sheet.font_px(size_pt), self._dice
        ink = _line(name, size, dice, spacing=0.8, spread=2.0)
        slant = dice.real(0.12, 0.3)
        ink = ink.transform(ink.size, Image.Transform.AFFINE, (1, slant, -slant * size, 0, 1, 0), Image.Resampling.BILINEAR)
        ink = ink.rotate(dice.real(-1, 6), expand=True, resample=Image.Resampling.BILINEAR)
        sheet.said.append(Said(name, by_hand=True))
        sheet.paste_ink(ink, (xy[0] - sheet.mm(size * 0.5), xy[1] - sheet.mm(size * 1.5)), self._colour)


def _line(text: str, size: int, dice: Dice, *, spacing: float = 0.98, spread: float = 1.0) -> Image.Image:
    ink = Image.new("L", (round(size * (len(text) * 1.08 + 1.2)), size * 2), 0)
    x, drift = size * 0.5, dice.normal(0.02, 0.05)
    for index, character in enumerate(text):
        grown = max(6, round(size * (1 + dice.normal(0.05, 0.12) * spread)))
        typeface = font_for(Face.PEN, grown, character)
        tile = Image.new("L", (grown * 2, grown * 2), 0)
        ImageDraw.Draw(tile).text((grown * 0.5, grown * 1.4), character, font=typeface, fill=255, anchor="ls")
        turned = tile.rotate(dice.normal(2.2, 6) * spread, resample=Image.Resampling.BILINEAR)
        y = size * 1.4 - grown * 1.4 + size * (dice.normal(0.03, 0.08) + drift * index * 0.2)
        ink.paste(255, (round(x - grown * 0.5), round(y)), turned)
        x += typeface.getlength(character) * spacing * (1 + dice.normal(0.03, 0.08))
    return _bend(ink.crop((0, 0, min(ink.width, round(x + size * 0.5)), ink.height)), dice, reach=size * 0.035 * spread)


def _bend(ink: Image.Image, dice: Dice, *, reach: float) -> Image.Image:
    """Shift every point by a smooth random field of at most about `reach` pixels, and vary the pressure."""
    pixels = np.asarray(ink)
    height, width = pixels.shape
    cells = (max(2, height // BEND_CELL_PX), max(2, width // BEND_CELL_PX))
    shift = [cv2.resize(dice.rng.normal(0, reach, cells).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC) for _ in "xy"]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    bent = cv2.remap(pixels, columns + shift[0], rows + shift[1], cv2.INTER_LINEAR)
    pressure = cv2.resize(dice.rng.uniform(0.72, 1.15, cells).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return Image.fromarray(np.clip(bent * pressure, 0, 255).astype(np.uint8))
