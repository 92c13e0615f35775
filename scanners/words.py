"""Words with places: what an engine read on one page, and how it is kept as JSON.

Lives here: Word, Line, TextPage, the joining of Han characters without spaces.
Not here: folding for search (scanners.cjk_text), rows and cells (scanners.rows). Used by every other module.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the upright page at full resolution

_WIDE = r"\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_SPACE_BY_WIDE = re.compile(rf"(?<=[{_WIDE}])\s+|\s+(?=[{_WIDE}])")


def join_han(text: str) -> str:
    """Drop the spaces engines put beside Chinese characters; spaces between Latin words stay."""
    return _SPACE_BY_WIDE.sub("", text).strip()


def surround(boxes: Iterable[Box]) -> Box:
    """The smallest box around at least one box."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def as_box(values: Iterable[float]) -> Box:
    x0, y0, x1, y1 = (round(float(value)) for value in values)
    return x0, y0, x1, y1


@dataclass(frozen=True)
class Word:
    """A character group that can be boxed by itself: one Han character, or a run of digits or letters."""

    text: str
    box: Box
    confidence: float

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "box": list(self.box), "confidence": round(self.confidence, 4)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(data["text"], as_box(data["box"]), float(data["confidence"]))


@dataclass(frozen=True)
class Line:
    """One run of text the engine found; in tables that is one cell or a part of it.

    `second` is what another engine read there, asked only where a number of the text breaks its check.
    """

    text: str
    box: Box
    confidence: float
    words: tuple[Word, ...] = ()
    second: str = ""

    @property
    def width_px(self) -> int:
        return self.box[2] - self.box[0]

    @property
    def height_px(self) -> int:
        return self.box[3] - self.box[1]

    def to_json(self) -> dict[str, Any]:
        words = [word.to_json() for word in self.words]
        seen = {"text": self.text, "box": list(self.box), "confidence": round(self.confidence, 4), "words": words}
        return seen | ({"second": self.second} if self.second else {})

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        words = tuple(Word.from_json(word) for word in data["words"])
        return cls(data["text"], as_box(data["box"]), float(data["confidence"]), words, data.get("second", ""))


@dataclass(frozen=True)
class TextPage:
    """The words of one upright page, in reading order; a page without lines was judged blank."""

    no: int
    width_px: int
    height_px: int
    lines: tuple[Line, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(join_han(line.text) for line in self.lines)

    @property
    def confidence(self) -> float | None:
        """Mean of the lines weighted by length; None where nothing was read. High is no proof, low is a warning."""
        letters = sum(len(line.text) for line in self.lines)
        return sum(line.confidence * len(line.text) for line in self.lines) / letters if letters else None

    def to_json(self) -> dict[str, Any]:
        size = {"no": self.no, "width_px": self.width_px, "height_px": self.height_px}
        return size | {"lines": [line.to_json() for line in self.lines]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        lines = tuple(Line.from_json(line) for line in data["lines"])
        return cls(data["no"], data["width_px"], data["height_px"], lines)


def even_words(text: str, box: Box, confidence: float) -> tuple[Word, ...]:
    """Split a line's box evenly over its characters: the way out when an engine gives no character boxes."""
    x0, y0, x1, y1 = box
    step = (x1 - x0) / max(1, len(text))
    return tuple(
        Word(char, as_box((x0 + at * step, y0, x0 + (at + 1) * step, y1)), confidence) for at, char in enumerate(text) if not char.isspace()
    )
