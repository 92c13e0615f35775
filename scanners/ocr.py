"""What an OCR engine is to us, and how one fails.

Lives here: the OcrEngine protocol, OcrError, the settings digest. Not here: the engines (scanners.rapidocr_engine,
tesseract_engine, canned_engine), turning and cleaning the page (scanners.reading).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

from scanners.pixels import Pixels
from scanners.words import Line


class OcrError(Exception):
    """The engine gave no usable answer. Never the same as a page without text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code  # engine_failed | engine_missing | timeout | no_text
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.code, self.message)


class OcrEngine(Protocol):
    """One engine in one process, one page at a time; engines keep mutable state."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def settings(self) -> str:
        """A digest of everything that changes what the engine reads."""
        ...

    def read(self, pixels: Pixels, *, dpi: float | None) -> tuple[Line, ...]:
        """The lines of an upright BGR page in no promised order, boxes in its pixels.

        Raises:
            OcrError: the engine failed, which is different from finding nothing.
        """
        ...

    def read_line(self, pixels: Pixels) -> tuple[str, float]:
        """One straight line of text, and the confidence; ("", 0.0) where nothing is legible."""
        ...


def settings_digest(settings: Mapping[str, Any]) -> str:
    """Sixteen hex digits that change whenever a setting or version does."""
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
