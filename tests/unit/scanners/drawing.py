"""Papers drawn for the scanner tests: small, plain, of nobody. Lines for tests that need no pixels.

Not here: the demo's papers (demo/), against which nothing in scanners is tuned.
"""

import io
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scanners.pixels import Pixels
from scanners.words import Line, TextPage, even_words

KINDS = Path(__file__).parents[3] / "config" / "kinds"
CHILD_ID = "520302201205161222"  # made up, with the right check character
PARENT_ID = "520302198503081234"
DPI = 200
RED = (205, 40, 45)
_FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
_SIMPLIFIED = 2  # the face of the collection


@cache
def font(size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT, size_px, index=_SIMPLIFIED)


def sheet(width_px: int = 1654, height_px: int = 2339, colour: str = "white") -> Image.Image:
    return Image.new("RGB", (width_px, height_px), colour)


def write(page: Image.Image, x: int, y: int, text: str, size_px: int = 40) -> None:
    ImageDraw.Draw(page).text((x, y), text, font=font(size_px), fill="black")


def written(lines: Sequence[str], size_px: int = 40) -> Image.Image:
    """A sheet with one line under the other."""
    page = sheet()
    for at, text in enumerate(lines):
        write(page, 180, 220 + at * 2 * size_px, text, size_px)
    return page


CERTIFICATE = (
    f"兹证明李梦瑶，女，汉族，2012年5月16日出生，身份证号{CHILD_ID}，",
    f"学籍号G{CHILD_ID[:13]}",
    f"{CHILD_ID[13:]}，系我校七年级（3）班在校学生。",
    "特此证明。",
)


def certificate(*, with_seal: bool = True) -> Image.Image:
    """A certificate of registration whose student number wraps over two lines."""
    page = sheet()
    write(page, 620, 220, "学 籍 证 明", 70)
    for at, text in enumerate(CERTIFICATE):
        write(page, 150, 480 + at * 90, text, 36)
    write(page, 1000, 1100, "遵义市红花岗区第一中学")
    write(page, 1100, 1180, "2024年3月5日")
    if with_seal:
        stamp(page, 1250, 1520, 165, "遵义市红花岗区第一中学")
    return page


def table(rows: Sequence[Sequence[str]], title: str = "中小学生转学联系表") -> Image.Image:
    """A ruled form: label and value boxes side by side, widths by the length of the text."""
    page = sheet()
    write(page, 560, 200, title, 56)
    pen = ImageDraw.Draw(page)
    for at, row in enumerate(rows):
        left, top = 130, 380 + at * 100
        for text in row:
            right = left + 50 + int(font(34).getlength(text))
            pen.rectangle((left, top, right, top + 100), outline="black", width=2)
            write(page, left + 20, top + 25, text, 34)
            left = right
    return page


def stamp(page: Image.Image, x: int, y: int, radius: int, text: str) -> None:
    """A round seal with a rim, a five-pointed star and the unit's name around it."""
    pen = ImageDraw.Draw(page)
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=RED, width=max(3, radius // 22))
    corners = [(radius * (0.3 if at % 2 == 0 else 0.12), at * math.pi / 5 - math.pi / 2) for at in range(10)]
    pen.polygon([(x + reach * math.cos(turn), y + reach * math.sin(turn)) for reach, turn in corners], fill=RED)
    size, span = int(radius * 0.26), math.radians(250)
    for at, char in enumerate(text):
        turn = -math.pi / 2 - span / 2 + span * (at + 0.5) / len(text)
        tile = Image.new("RGBA", (2 * size, 2 * size), (255, 255, 255, 0))
        ImageDraw.Draw(tile).text((size, size), char, font=font(size), fill=(*RED, 255), anchor="mm")
        tile = tile.rotate(-math.degrees(turn) - 90, resample=Image.Resampling.BICUBIC)
        centre = (x + radius * 0.77 * math.cos(turn), y + radius * 0.77 * math.sin(turn))
        page.paste(tile, (round(centre[0] - size), round(centre[1] - size)), tile)


def saved(page: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    options.setdefault("dpi", (DPI, DPI))
    page.save(out, kind, **options)  # type: ignore[arg-type]  # options differ by format
    return out.getvalue()


def bgr(page: Image.Image) -> Pixels:
    return cv2.cvtColor(np.asarray(page.convert("RGB")), cv2.COLOR_RGB2BGR)


def line(text: str, x: int = 100, y: int = 100, *, size: int = 40, confidence: float = 0.98) -> Line:
    box = (x, y, x + size * len(text), y + size)
    return Line(text, box, confidence, even_words(text, box, confidence))


def text_page(rows: Sequence[Sequence[str] | str], no: int = 1, *, confidence: float = 0.98) -> TextPage:
    """A page of cells set out in rows, as an engine would give it."""
    lines = []
    for at, row in enumerate(rows):
        x = 100
        for text in [row] if isinstance(row, str) else row:
            lines.append(line(text, x, 100 + at * 80, confidence=confidence))
            x += 40 * len(text) + 60
    return TextPage(no, 1654, 2339, tuple(lines))
