"""Every format and colour mode comes out as the same upright BGR page; broken files say so."""

import numpy as np
import pytest
from PIL import Image

from scanners.images import ScanError, open_pages
from scanners.limits import Limits
from scanners.sources import media_type_of
from tests.unit.scanners.drawing import saved, sheet

LIMITS = Limits()


def marked(width_px: int = 400, height_px: int = 600) -> Image.Image:
    """White, black in its upper left corner, red in its lower right one."""
    page = sheet(width_px, height_px)
    page.paste("black", (0, 0, width_px // 4, height_px // 4))
    page.paste((220, 30, 30), (width_px * 3 // 4, height_px * 3 // 4, width_px, height_px))
    return page


def pages_of(content: bytes, limits: Limits = LIMITS):
    return list(open_pages(content, media_type_of(content), limits))


def palette() -> Image.Image:
    return marked().quantize(16)


def see_through() -> Image.Image:
    page = marked().convert("RGBA")
    page.putpixel((0, 0), (0, 0, 0, 0))
    page.paste((0, 0, 0, 0), (150, 150, 250, 250))
    return page


def sixteen_bits() -> Image.Image:
    grey = np.asarray(marked().convert("L")).astype(np.uint16)
    return Image.fromarray(grey * 257)


@pytest.mark.parametrize(
    ("content", "is_colour"),
    [
        (saved(marked()), True),
        (saved(marked().convert("CMYK")), True),
        (saved(marked().convert("L")), False),
        (saved(marked(), "PNG"), True),
        (saved(palette(), "PNG"), True),
        (saved(see_through(), "PNG"), True),
        (saved(sixteen_bits(), "PNG"), False),
        (saved(marked().convert("LA"), "PNG"), False),
        (saved(marked().convert("1", dither=Image.Dither.NONE), "TIFF", compression="group4"), False),
        (saved(sixteen_bits(), "TIFF"), False),
        (saved(marked(), "WEBP", lossless=True), True),
        (saved(marked(), "HEIF", quality=95), True),
    ],
    ids=["jpeg", "cmyk", "grey", "png", "palette", "rgba", "16-bit", "la", "g4", "16-bit-tiff", "webp", "heic"],
)
def test_every_mode_shows_the_same_page(content, is_colour):
    (page,) = pages_of(content)
    assert page.pixels.shape == (600, 400, 3)
    assert page.pixels.dtype == np.uint8
    assert page.pixels[70, 50].max() < 30, "upper left is black"
    assert page.pixels[300, 200].min() > 225, "middle is white"
    assert page.is_colour is is_colour


def test_pixels_are_blue_green_red():
    (page,) = pages_of(saved(marked(), "PNG"))
    assert page.pixels[590, 390].tolist() == [30, 30, 220]


def test_exif_turn_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its left side; show it turned clockwise
    (page,) = pages_of(saved(marked(), exif=exif))
    assert page.pixels.shape[:2] == (400, 600)
    assert page.pixels[70, 560].max() < 30, "the black corner is now at the upper right"


def test_truncated_jpeg_shows_its_upper_part_and_says_so():
    rng = np.random.default_rng(1)
    noise = Image.fromarray(rng.integers(0, 255, (600, 400, 3), dtype=np.uint8))
    whole = saved(noise)
    (page,) = pages_of(whole[: len(whole) // 2])
    assert [finding.code for finding in page.findings if finding.severity == "warn"] == ["truncated_image"]
    assert page.pixels[:200].std() > 20, "the upper part is there"
    assert page.pixels[-50:].std() < 1, "the lower part is filled in"


def test_tiff_pages_come_one_by_one_in_order():
    first, second = marked(), sheet(300, 300)
    content = saved(first, "TIFF", save_all=True, append_images=[second])
    assert [(page.no, page.pixels.shape[1]) for page in pages_of(content)] == [(1, 400), (2, 300)]


def test_a_file_that_breaks_off_gives_its_sound_pages_first():
    first = saved(marked(), "TIFF", save_all=True, append_images=[marked(500, 500)])
    pages = open_pages(first, "image/tiff", Limits(max_pixels=245_000))
    assert next(pages).no == 1
    with pytest.raises(ScanError) as stopped:
        next(pages)
    assert stopped.value.code == "too_many_pixels"


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0" + bytes(100), b"%PDF-1.4 nothing here"])
def test_damaged_content_is_a_scan_error(content):
    with pytest.raises(ScanError) as stopped:
        pages_of(content)
    assert stopped.value.code == "damaged_file"
    assert stopped.value.finding.advice


@pytest.mark.parametrize(("dpi", "expected"), [((300, 300), 300), ((72, 72), None), ((96, 96), None), ((5, 5), None)])
def test_only_a_believable_resolution_is_believed(dpi, expected):
    (page,) = pages_of(saved(marked(), dpi=dpi))
    assert page.dpi == expected
    assert [finding.code for finding in page.findings] == ([] if expected else ["unknown_dpi"])


def test_a_common_sheet_tells_its_resolution():
    (page,) = pages_of(saved(sheet(1654, 2339), dpi=(72, 72)))
    assert page.dpi == 200
