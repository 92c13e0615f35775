"""Small pictures that are cheap to make by the hundred thousand: one page is drawn for each kind, each paper gets bytes of its own.

A comment inside the file names the paper, so that no two have the same digest, as no two scans have.
"""

import io
from functools import cache

from PIL import Image, ImageDraw

from demo.county.forms import BY_KIND
from demo.papers.fonts import Face, FontsMissingError, font

WIDTH_PX, HEIGHT_PX, DPI = 1240, 1754, 150
MASTER_WIDTH_PX, THUMBNAIL_WIDTH_PX = 620, 160
QUALITY = 30
LEFT_PX, TOP_PX, LINE_PX, LETTER_PX = 140, 240, 96, 34
START_OF_IMAGE, COMMENT = b"\xff\xd8", b"\xff\xfe"


def master(kind: str, name: str) -> bytes:
    """The scan of a paper."""
    return _signed(_drawn(kind, MASTER_WIDTH_PX), name)


def thumbnail(kind: str, name: str) -> bytes:
    """The same, small."""
    return _signed(_drawn(kind, THUMBNAIL_WIDTH_PX), name)


def box_of(line: int, text: str) -> tuple[int, int, int, int]:
    """Where a line of text stands on the page at full size."""
    top = TOP_PX + line * LINE_PX
    return LEFT_PX, top, min(WIDTH_PX - 20, LEFT_PX + LETTER_PX * max(1, len(text))), top + LETTER_PX + 8


def _signed(picture: bytes, name: str) -> bytes:
    said = name.encode()
    return START_OF_IMAGE + COMMENT + (len(said) + 2).to_bytes(2, "big") + said + picture[2:]


@cache
def _drawn(kind: str, width_px: int) -> bytes:
    height_px = width_px * HEIGHT_PX // WIDTH_PX
    page = Image.new("L", (WIDTH_PX, HEIGHT_PX), 250)
    pen = ImageDraw.Draw(page)
    form = BY_KIND[kind]
    try:
        face = font(Face.SONG, LETTER_PX)
    except FontsMissingError:
        face = None
    for number, line in enumerate((form.title, *form.lines)):
        text = line.format_map(_Blank())
        if face:
            pen.text((LEFT_PX, TOP_PX + number * LINE_PX), text, font=face, fill=30)
        pen.line((LEFT_PX, TOP_PX + number * LINE_PX + 60, WIDTH_PX - LEFT_PX, TOP_PX + number * LINE_PX + 60), fill=120, width=2)
    buffer = io.BytesIO()
    page.resize((width_px, height_px)).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


class _Blank(dict[str, str]):
    """What stands in a form before it is filled in."""

    def __missing__(self, key: str) -> str:
        return "____"
