"""A second engine's reading of the numbers that break their check, beside the first engine's own.

Lives here: WithSecondOpinion, rapidocr_checked. Not here: what is made of it: a valid number near the one first read becomes a
suggestion (scanners.numbers_of_page), never the value. Asked for a line it costs about 0.2 CPU s; sound pages are not touched.
"""

from dataclasses import replace
from typing import Protocol

from scanners.identity_numbers import find_numbers
from scanners.ocr import OcrEngine, OcrError, settings_digest
from scanners.passage import Passage
from scanners.pixels import Pixels
from scanners.rapidocr_engine import Backend, RapidOcrEngine
from scanners.tesseract_engine import TesseractEngine
from scanners.words import Box, Line

_AT_MOST = 3  # lines of a page: where more fail, the page is to be scanned again
_MARGIN = 0.25  # of the height, around the number


class NumberReader(Protocol):
    """An engine that can be asked for one number."""

    @property
    def version(self) -> str: ...

    def read_number(self, pixels: Pixels) -> str: ...


class WithSecondOpinion:
    """The first engine in everything, with the second one's reading on the lines whose numbers fail."""

    def __init__(self, first: OcrEngine, second: NumberReader) -> None:
        self.name = first.name
        self.version = f"{first.version}+tesseract-{second.version}"
        self.settings = settings_digest({"first": first.settings, "second": second.version})
        self._first, self._second = first, second

    def read(self, pixels: Pixels, *, dpi: float | None) -> tuple[Line, ...]:
        lines = self._first.read(pixels, dpi=dpi)
        failing = {at: box for at, line in enumerate(lines) if (box := _failed_number(line))}
        asked = dict(list(failing.items())[:_AT_MOST])
        return tuple(replace(line, second=self._opinion(pixels, asked[at])) if at in asked else line for at, line in enumerate(lines))

    def read_line(self, pixels: Pixels) -> tuple[str, float]:
        return self._first.read_line(pixels)

    def _opinion(self, pixels: Pixels, box: Box) -> str:
        """Empty where the second engine fails too: the first reading stands, with its failed check."""
        x0, y0, x1, y1 = box
        margin = round((y1 - y0) * _MARGIN)
        cut = pixels[max(0, y0 - margin) : y1 + margin, max(0, x0 - margin) : x1 + margin]
        try:
            return self._second.read_number(cut) if cut.size else ""
        except OcrError:
            return ""


def _failed_number(line: Line) -> Box | None:
    passage = Passage([line])
    failed = next((hit for hit in find_numbers(passage.text) if not hit.is_valid), None)
    return passage.span(failed.start, failed.stop).box if failed else None


def rapidocr_checked(backend: Backend = "openvino") -> OcrEngine:
    """RapidOCR with Tesseract behind it where that is installed, else RapidOCR alone."""
    first = RapidOcrEngine(backend)
    try:
        return WithSecondOpinion(first, TesseractEngine())
    except OcrError:
        return first
