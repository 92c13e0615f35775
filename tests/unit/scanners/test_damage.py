"""Whatever bytes come, the answer is pages with findings or one ScanError; never another exception."""

import contextlib
import io

import numpy as np
import pytest

from scanners.images import ScanError
from scanners.judging import judge
from scanners.limits import Limits
from scanners.sources import sniff
from tests.unit.scanners.drawing import saved, sheet, write

LIMITS = Limits()


def small_page():
    page = sheet(240, 320)
    write(page, 20, 60, "学籍证明", 36)
    return page


def as_pdf() -> bytes:
    out = io.BytesIO()
    small_page().save(out, "PDF", resolution=100)
    return out.getvalue()


SOUND = {
    "jpeg": ("image/jpeg", saved(small_page())),
    "png": ("image/png", saved(small_page(), "PNG")),
    "tiff": ("image/tiff", saved(small_page(), "TIFF", compression="tiff_lzw")),
    "g4": ("image/tiff", saved(small_page().convert("1"), "TIFF", compression="group4")),
    "webp": ("image/webp", saved(small_page(), "WEBP")),
    "heic": ("image/heic", saved(small_page(), "HEIF")),
    "pdf": ("application/pdf", as_pdf()),
}


def spoiled(content: bytes, seed: int) -> bytes:
    """Cut, flipped or overwritten somewhere; the first bytes stay, for else the door already says no."""
    rng = np.random.default_rng(seed)
    at = int(rng.integers(12, len(content)))
    match seed % 3:
        case 0:
            return content[:at]
        case 1:
            return content[:at] + rng.bytes(8) + content[at + 8 :]
        case _:
            return content[:at] + bytes(64) + content[at + 64 :]


@pytest.mark.parametrize("form", SOUND)
def test_spoiled_bytes_never_break_judging(form):
    media_type, content = SOUND[form]
    for seed in range(30):
        broken = spoiled(content, seed)
        sniff(broken, limits=LIMITS)
        with contextlib.suppress(ScanError):
            assert judge(broken, media_type, LIMITS).pages


@pytest.mark.parametrize(("width_px", "height_px"), [(30, 30), (30, 4000), (4000, 30), (31, 57)])
@pytest.mark.parametrize("colour", ["white", "black"])
def test_odd_shapes_are_judged(width_px, height_px, colour):
    (page,) = judge(saved(sheet(width_px, height_px, colour), "PNG"), "image/png", LIMITS).pages
    assert page.thumbnail_jpeg.startswith(b"\xff\xd8")
