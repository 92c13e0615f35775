"""Tesseract as an independent second reading of numbers; its names and dates are not to be trusted.

Lives here: TesseractEngine, page segmentation 3 with chi_sim, the measured best on forms. Not here: when it is asked
(scanners.second_opinion asks it where a check character fails).
"""

from typing import Any

import pytesseract

from scanners.ocr import OcrError, settings_digest
from scanners.pixels import Pixels, working_dpi
from scanners.words import Line, Word, as_box, join_han, surround

_LANGUAGE = "chi_sim"
_PAGE, _SINGLE_LINE = "--psm 3", "--psm 7"
_NUMBER = f"{_SINGLE_LINE} -c tessedit_char_whitelist=0123456789XGJL"


class TesseractEngine:
    """Runs the program once per page, killed after `timeout_seconds`."""

    name = "tesseract"

    def __init__(self, timeout_seconds: float = 60) -> None:
        try:
            self.version = str(pytesseract.get_tesseract_version())
        except (pytesseract.TesseractNotFoundError, OSError) as error:
            raise OcrError("engine_missing", "识别引擎 tesseract 没有安装。") from error
        self.settings = settings_digest({"language": _LANGUAGE, "page": _PAGE, "version": self.version})
        self._timeout_seconds = timeout_seconds

    def read(self, pixels: Pixels, *, dpi: float | None) -> tuple[Line, ...]:
        table = self._table(pixels, f"{_PAGE} --dpi {working_dpi(pixels, dpi):.0f}")
        lines: dict[tuple[int, ...], list[Word]] = {}
        for at, text in enumerate(table["text"]):
            if text.strip():
                key = tuple(int(table[part][at]) for part in ("block_num", "par_num", "line_num"))
                lines.setdefault(key, []).append(_word(table, at))
        return tuple(_line(words) for words in lines.values())

    def read_line(self, pixels: Pixels) -> tuple[str, float]:
        table = self._table(pixels, _SINGLE_LINE)
        words = [_word(table, at) for at, text in enumerate(table["text"]) if text.strip()]
        line = _line(words) if words else None
        return (line.text, line.confidence) if line else ("", 0.0)

    def read_number(self, pixels: Pixels) -> str:
        """The digits and letters of an official number, cut out close; empty where nothing is legible."""
        return "".join(str(text).strip() for text in self._table(pixels, _NUMBER)["text"])

    def _table(self, pixels: Pixels, config: str) -> dict[str, list[Any]]:
        try:
            found: dict[str, list[Any]] = pytesseract.image_to_data(
                pixels[:, :, ::-1],
                lang=_LANGUAGE,
                config=config,
                timeout=self._timeout_seconds,
                output_type=pytesseract.Output.DICT,
            )
        except RuntimeError as error:  # TesseractError, and a bare RuntimeError when the time is up
            code = "timeout" if "timeout" in str(error) else "engine_failed"
            raise OcrError(code, "tesseract 未能识别本页。") from error
        return found


def _word(table: dict[str, list[Any]], at: int) -> Word:
    left, top, width, height = (int(table[side][at]) for side in ("left", "top", "width", "height"))
    confidence = max(0.0, float(table["conf"][at])) / 100
    return Word(str(table["text"][at]).strip(), as_box((left, top, left + width, top + height)), confidence)


def _line(words: list[Word]) -> Line:
    letters = sum(len(word.text) for word in words)
    confidence = sum(word.confidence * len(word.text) for word in words) / letters
    return Line(join_han(" ".join(word.text for word in words)), surround(w.box for w in words), confidence, tuple(words))
