"""Labels set in two characters one above the other, as narrow boxes of forms have them, put together again.

Lives here: unstacked. Not here: rows (scanners.rows), what the labels mean (scanners.labels).
"""

from collections.abc import Iterable
from dataclasses import replace

from scanners.labels import TWO_CHARACTER_NAMES
from scanners.words import Line, surround

_MOST_APART = 4  # heights of a character


def unstacked(lines: Iterable[Line]) -> list[Line]:
    """The lines with 姓 above 名 made one line 姓名 at the height between, where its value stands."""
    lines = list(lines)
    singles = [line for line in lines if len(line.text.strip()) == 1]
    for upper in singles:
        lower = next((line for line in singles if line in lines and _is_under(upper, line)), None)
        if lower is not None and upper in lines:
            lines.remove(upper)
            lines.remove(lower)
            lines.append(_joined(upper, lower))
    return lines


def _is_under(upper: Line, lower: Line) -> bool:
    is_name = upper.text.strip() + lower.text.strip() in TWO_CHARACTER_NAMES
    overlap = min(upper.box[2], lower.box[2]) - max(upper.box[0], lower.box[0])
    return is_name and overlap > upper.width_px / 2 and 0 < lower.box[1] - upper.box[1] < _MOST_APART * upper.height_px


def _joined(upper: Line, lower: Line) -> Line:
    """One line of an ordinary height, or it would lie in every row beside it."""
    x0, y0, x1, y1 = surround((upper.box, lower.box))
    middle, half = (y0 + y1) // 2, upper.height_px // 2
    text, confidence = upper.text.strip() + lower.text.strip(), min(upper.confidence, lower.confidence)
    return replace(upper, text=text, box=(x0, middle - half, x1, middle + half), confidence=confidence, words=())
