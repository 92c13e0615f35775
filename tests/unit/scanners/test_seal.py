"""Seals are told from other red by their rim; places are pixels of the page."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from scanners.seal import find_seals
from tests.unit.scanners.drawing import RED, bgr, certificate, font, sheet, stamp

NAME = "遵义市红花岗区第一中学"


def centre(mark) -> tuple[float, float]:
    return mark.x_px, mark.y_px


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_a_round_seal_is_found_where_it_is(dpi):
    scale = dpi / 200
    page = sheet().resize((round(1654 * scale), round(2339 * scale)))
    stamp(page, round(1100 * scale), round(1700 * scale), round(165 * scale), NAME)
    (mark,) = find_seals(bgr(page), dpi)
    assert centre(mark) == pytest.approx((1100 * scale, 1700 * scale), abs=8 * scale)
    assert mark.ring.radius_px == pytest.approx(165 * scale, rel=0.05)
    assert mark.box[0] == pytest.approx(935 * scale, abs=16 * scale)


def test_two_seals_are_two():
    page = certificate()
    stamp(page, 500, 1900, 150, NAME)
    assert len(find_seals(bgr(page), 200)) == 2


def test_an_oval_seal_is_found():
    page = sheet()
    seal = sheet(360, 360)
    stamp(seal, 180, 180, 170, NAME)
    page.paste(seal.resize((360, 245), Image.Resampling.LANCZOS), (600, 900))
    (mark,) = find_seals(bgr(page), 200)
    assert centre(mark) == pytest.approx((780, 1022), abs=12)
    assert mark.ring.aspect < 1


def letterhead():
    page = sheet()
    pen = ImageDraw.Draw(page)
    pen.text((200, 200), "遵义市红花岗区教育局文件", font=font(90), fill=RED)
    pen.line((150, 380, 1500, 380), fill=RED, width=6)
    return page


def pen_marks():
    page = sheet()
    pen = ImageDraw.Draw(page)
    pen.line((500, 800, 600, 900, 800, 500), fill=RED, width=8)
    pen.arc((300, 1200, 620, 1520), 20, 200, fill=RED, width=6)
    return page


def fingerprint():
    page = sheet()
    pen = ImageDraw.Draw(page)
    for reach in range(8, 64, 8):
        pen.ellipse((800 - reach, 900 - reach * 1.3, 800 + reach, 900 + reach * 1.3), outline=RED, width=4)
    return page


@pytest.mark.parametrize("page", [sheet(), letterhead(), pen_marks(), fingerprint(), certificate(with_seal=False)])
def test_other_red_is_no_seal(page):
    assert find_seals(bgr(page), 200) == []


def test_noise_is_no_seal():
    noise = np.random.default_rng(3).integers(0, 255, (1169, 827, 3), dtype=np.uint8)
    assert find_seals(noise, 100) == []
