"""Bar codes and QR codes on a page, as registry systems print on their forms and certificates.

Lives here: find_codes, CodeMark. Not here: what a code's text means (fields, matching).
"""

from dataclasses import asdict, dataclass
from typing import Any

import zxingcpp

from scanners.pixels import Pixels, grey
from scanners.words import Box, as_box


@dataclass(frozen=True)
class CodeMark:
    """One code that passed its own check, with its place on the upright page."""

    page: int
    box: Box
    text: str
    format: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"box": list(self.box)}


def find_codes(pixels: Pixels, page: int) -> list[CodeMark]:
    """Every readable code of the page, top to bottom."""
    marks = []
    for code in zxingcpp.read_barcodes(grey(pixels)):
        corners = (code.position.top_left, code.position.top_right, code.position.bottom_right, code.position.bottom_left)
        xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
        marks.append(CodeMark(page, as_box((min(xs), min(ys), max(xs), max(ys))), code.text, str(code.format)))
    return sorted(marks, key=lambda mark: (mark.box[1], mark.box[0]))
