"""A sheet of paper in millimetres, and the ways an office puts print on it.

Coordinates are millimetres from the top left corner, sizes are points. Handwriting is in `hand`, seals in `seals`, ruled
tables in `table`, what a scanner or a camera does to the sheet in `scan`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageDraw

from demo.papers.fonts import Face, draws, font, font_for

if TYPE_CHECKING:
    from collections.abc import Iterator

Colour = tuple[int, int, int]
Point = tuple[float, float]

MM_PER_INCH = 25.4
POINTS_PER_INCH = 72
BLACK: Colour = (32, 32, 34)
RED: Colour = (204, 22, 30)
WHITE: Colour = (253, 252, 249)
A4 = (210.0, 297.0)
SMALLEST_TYPE_PX = 6


class Print(NamedTuple):
    """How a line is printed."""

    face: Face = Face.SONG
    size_pt: float = 12
    fill: Colour = BLACK


class Said(NamedTuple):
    """A line that stands on a sheet, and whether a hand wrote it."""

    text: str
    by_hand: bool = False


BODY = Print()
TITLE = Print(Face.SONG_BOLD, 20)


class Sheet:
    """One side of a sheet, drawn at a resolution. `shifted` moves the origin, for cards copied onto a larger sheet.

    What was put on it is kept in words: `said`, line by line in the order of drawing, and `sealed`, the rings of its seals.
    """

    def __init__(self, size_mm: tuple[float, float], dpi: int, *, colour: Colour = WHITE) -> None:
        self.size_mm = size_mm
        self.dpi = dpi
        self.image = Image.new("RGB", (self.px(size_mm[0]), self.px(size_mm[1])), colour)
        self._draw = ImageDraw.Draw(self.image)
        self._origin: Point = (0.0, 0.0)
        self.said: list[Said] = []
        self.sealed: list[str] = []

    def px(self, mm: float) -> int:
        return round(mm * self.dpi / MM_PER_INCH)

    def mm(self, px: float) -> float:
        return px * MM_PER_INCH / self.dpi

    def font_px(self, size_pt: float) -> int:
        return max(SMALLEST_TYPE_PX, round(size_pt * self.dpi / POINTS_PER_INCH))

    def place(self, xy: Point) -> Point:
        """Return the pixel of a place in millimetres."""
        return (xy[0] + self._origin[0]) * self.dpi / MM_PER_INCH, (xy[1] + self._origin[1]) * self.dpi / MM_PER_INCH

    @contextmanager
    def shifted(self, by: Point) -> Iterator[None]:
        before, self._origin = self._origin, (self._origin[0] + by[0], self._origin[1] + by[1])
        yield
        self._origin = before

    def width_mm(self, text: str, style: Print) -> float:
        size_px = self.font_px(style.size_pt)
        return self.mm(sum(font_for(style.face, size_px, c).getlength(c) for c in text))

    def text(self, xy: Point, text: str, *, style: Print = BODY, anchor: str = "ls") -> float:
        """Print one line; return its width in millimetres. Characters the face lacks come from the fallback."""
        self.said.append(Said(text))
        return self._print(xy, text, style, anchor)

    def _print(self, xy: Point, text: str, style: Print, anchor: str) -> float:
        size_px, (x, y) = self.font_px(style.size_pt), self.place(xy)
        if all(draws(style.face, c) for c in set(text)):
            typeface = font(style.face, size_px)
            self._draw.text((x, y), text, font=typeface, fill=style.fill, anchor=anchor)
            return self.mm(typeface.getlength(text))
        width = self.width_mm(text, style)
        left = xy[0] - {"l": 0.0, "m": width / 2, "r": width}[anchor[0]]
        for character in text:
            typeface = font_for(style.face, size_px, character)
            self._draw.text(self.place((left, xy[1])), character, font=typeface, fill=style.fill, anchor="l" + anchor[1])
            left += self.mm(typeface.getlength(character))
        return width

    def spaced(self, xy: Point, text: str, *, style: Print = TITLE, gap_mm: float = 2.0) -> None:
        """Print a title centred on `xy` with a gap between characters."""
        step = style.size_pt * MM_PER_INCH / POINTS_PER_INCH + gap_mm
        left = xy[0] - step * (len(text) - 1) / 2
        for index, character in enumerate(text):
            self._print((left + index * step, xy[1]), character, style, "ms")
        self.said.append(Said(text))

    def line(self, start: Point, end: Point, *, width_mm: float = 0.25, fill: Colour = BLACK) -> None:
        self._draw.line([self.place(start), self.place(end)], fill=fill, width=max(1, self.px(width_mm)))

    def fill(self, xy: Point, size_mm: Point, *, colour: Colour) -> None:
        self._draw.rectangle([self.place(xy), self.place((xy[0] + size_mm[0], xy[1] + size_mm[1]))], fill=colour)

    def box(self, xy: Point, size_mm: Point, *, rule_mm: float = 0.25, fill: Colour = BLACK) -> None:
        corners = [self.place(xy), self.place((xy[0] + size_mm[0], xy[1] + size_mm[1]))]
        self._draw.rectangle(corners, outline=fill, width=max(1, self.px(rule_mm)))

    def paste_ink(self, ink: Image.Image, xy: Point, colour: Colour) -> None:
        """Lay an ink mask (0 none, 255 full) with its top left corner at `xy`."""
        x, y = self.place(xy)
        self.image.paste(colour, (round(x), round(y)), ink)
