"""Engines that need no model: known text for known pages, and the ways an engine can fail.

Lives here: CannedEngine for fast flows, FailingEngine for fault tests. Both are real implementations of the protocol;
the text comes from a table by the page's digest, or from a bar code printed on the page itself.
"""

import hashlib
import os
import signal
import time
from collections.abc import Mapping
from typing import Literal

import numpy as np
import zxingcpp

from scanners.ocr import OcrError, settings_digest
from scanners.pixels import Pixels, grey
from scanners.words import Line, as_box, even_words

_SURE = 0.99


def pixel_digest(pixels: Pixels) -> str:
    """SHA-256 of a page's pixels as the engine receives them."""
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


class CannedEngine:
    """Gives the text filed under the page's digest, else the text in a code on the page, else nothing."""

    name = "canned"
    version = "1"

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._texts = dict(texts or {})
        self.settings = settings_digest(self._texts)

    def read(self, pixels: Pixels, *, dpi: float | None) -> tuple[Line, ...]:  # noqa: ARG002  # the protocol's
        text = self._texts.get(pixel_digest(pixels))
        if text is None:
            text = "\n".join(code.text for code in zxingcpp.read_barcodes(grey(pixels)))
        return _laid_out(text, pixels.shape[1], pixels.shape[0])

    def read_line(self, pixels: Pixels) -> tuple[str, float]:
        return self._texts.get(pixel_digest(pixels), ""), _SURE


class FailingEngine:
    """Fails on every page: raises, dies, hangs, or answers letters that mean nothing."""

    name = "failing"
    version = "1"

    def __init__(self, way: Literal["error", "crash", "hang", "garbage"]) -> None:
        self._way = way
        self.settings = settings_digest({"way": way})

    def read(self, pixels: Pixels, *, dpi: float | None) -> tuple[Line, ...]:  # noqa: ARG002  # the protocol's
        if self._way == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._way == "hang":
            while True:
                time.sleep(60)
        if self._way == "garbage":
            return _laid_out("\n".join(["丨亅乛乚フ", "¤¦§¨©"] * 10), pixels.shape[1], pixels.shape[0], confidence=0.55)
        raise OcrError("engine_failed", "识别引擎出错，本页未识别。")

    def read_line(self, pixels: Pixels) -> tuple[str, float]:
        lines = self.read(pixels, dpi=None)
        return lines[0].text, lines[0].confidence


def _laid_out(text: str, width_px: int, height_px: int, confidence: float = _SURE) -> tuple[Line, ...]:
    """The text's lines spread down the page; two blanks or a tab inside a line begin another cell."""
    rows = [row for row in text.splitlines() if row.strip()]
    step = height_px / (len(rows) + 1)
    size = min(step * 0.6, width_px / 45)
    lines: list[Line] = []
    for at, row in enumerate(rows):
        left, top = width_px * 0.06, step * (at + 0.5)
        for cell in row.replace("  ", "\t").split("\t"):
            if cell.strip():
                right = left + size * len(cell.strip())
                box = as_box((left, top, right, top + size))
                lines.append(Line(cell.strip(), box, confidence, even_words(cell.strip(), box, confidence)))
                left = right + 2 * size
    return tuple(lines)
