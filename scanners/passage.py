"""Text that still knows where each of its characters stood.

Lives here: Passage (several lines run together, folded, without spaces) and Span (a piece of it).
Not here: what to look for in it (scanners.labels, prose, identity_numbers, dates).
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from scanners.words import Box, Line, surround


@dataclass(frozen=True)
class Span:
    """A piece of a passage: as folded, as read, where, and the confidence of its least sure line."""

    text: str
    raw: str
    box: Box
    confidence: float

    def followed_by(self, other: "Span") -> "Span":
        """This piece and the one that continues it elsewhere."""
        box, confidence = surround((self.box, other.box)), min(self.confidence, other.confidence)
        return Span(self.text + other.text, self.raw + other.raw, box, confidence)


class Passage:
    """Lines run together: NFKC, spaces dropped, every character with its box and its line's confidence."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.text = ""
        self._raw: list[str] = []
        self._boxes: list[Box] = []
        self._confidences: list[float] = []
        for line in lines:
            for char, box in _boxed(line):
                folded = "".join(unicodedata.normalize("NFKC", char).split())
                for at, piece in enumerate(folded):
                    self.text += piece
                    self._raw.append("" if at else char)
                    self._boxes.append(box)
                    self._confidences.append(line.confidence)

    def span(self, start: int, stop: int) -> Span:
        """The piece from start up to stop; at least one character."""
        return Span(
            self.text[start:stop],
            "".join(self._raw[start:stop]),
            surround(self._boxes[start:stop]),
            min(self._confidences[start:stop]),
        )


def _boxed(line: Line) -> list[tuple[str, Box]]:
    chars = [char for char in line.text if not char.isspace()]
    boxes = [word.box for word in line.words for char in word.text if not char.isspace()]
    return list(zip(chars, boxes if len(boxes) == len(chars) else [line.box] * len(chars), strict=True))
