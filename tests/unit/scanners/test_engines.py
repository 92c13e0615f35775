"""Engines that need no model, the table of engines by name, and the ways an engine can fail."""

import pytest
import segno
from PIL import Image

from scanners.canned_engine import CannedEngine, FailingEngine, pixel_digest
from scanners.engines import ENGINES, load_engine
from scanners.ocr import OcrError
from tests.unit.scanners.drawing import bgr, sheet

PAGE = bgr(sheet(400, 600))


def test_canned_text_is_found_by_the_pages_digest():
    engine = CannedEngine({pixel_digest(PAGE): "学籍证明\n姓名\t张伟"})
    lines = engine.read(PAGE, dpi=None)
    assert [line.text for line in lines] == ["学籍证明", "姓名", "张伟"]
    assert lines[1].box[1] == lines[2].box[1], "cells of one row stand side by side"
    assert lines[0].box[3] < lines[1].box[1]


def test_canned_text_may_be_printed_on_the_page_as_a_code():
    code = segno.make_qr("学籍证明\n姓名  张伟", error="m")
    page = sheet(800, 800)
    modules = code.to_pil(scale=6).convert("RGB") if hasattr(code, "to_pil") else _drawn(code)
    page.paste(modules, (50, 50))
    assert [line.text for line in CannedEngine().read(bgr(page), dpi=None)] == ["学籍证明", "姓名", "张伟"]


def _drawn(code: segno.QRCode) -> Image.Image:
    rows = [[0 if dark else 255 for dark in row] for row in code.matrix]
    small = Image.new("L", (len(rows[0]) + 8, len(rows) + 8), 255)
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            small.putpixel((x + 4, y + 4), value)
    return small.resize((small.width * 6, small.height * 6), Image.Resampling.NEAREST)


def test_an_unknown_page_has_no_text():
    assert CannedEngine().read(PAGE, dpi=None) == ()


def test_settings_change_with_what_is_canned():
    assert CannedEngine({"a": "b"}).settings != CannedEngine().settings


def test_an_error_is_an_error_and_not_an_empty_page():
    with pytest.raises(OcrError) as failed:
        FailingEngine("error").read(PAGE, dpi=None)
    assert failed.value.code == "engine_failed"


def test_garbage_shows_in_its_confidence():
    assert max(line.confidence for line in FailingEngine("garbage").read(PAGE, dpi=None)) < 0.85


def test_an_unknown_engine_is_named_with_the_choices():
    with pytest.raises(OcrError) as failed:
        load_engine("crystal-ball")
    assert failed.value.code == "engine_missing"
    assert all(name in failed.value.message for name in ENGINES)


def test_light_engines_load_by_name():
    assert load_engine("canned").name == "canned"
