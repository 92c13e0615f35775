"""Lines of a page put into rows, as a person sees a form: cells of one row side by side, rows from top to bottom.

Lives here: rows_of, in_reading_order. Not here: labels and values (scanners.labels). Engines' own order is not trusted.
"""

from collections.abc import Iterable
from statistics import median

from scanners.words import Line, Word

Row = tuple[Line, ...]
_LAST_ROWS = 3  # a tall cell may lie between two rows that are still open
_MOST_SLOPE = 0.14  # 8 degrees


def rows_of(lines: Iterable[Line]) -> list[Row]:
    """Rows from top to bottom, each from left to right, along the page's own slope."""
    lines = [line for line in lines if line.text.strip()]
    slope = _slope(lines)
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: _level(line, slope)):
        row = next((row for row in reversed(rows[-_LAST_ROWS:]) if _fits(line, row, slope)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    return [tuple(sorted(row, key=lambda line: line.box[0])) for row in rows]


def in_reading_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(line for row in rows_of(lines) for line in row)


def _fits(line: Line, row: list[Line], slope: float) -> bool:
    level = median(_level(other, slope) for other in row)
    height = median(other.height_px for other in row)
    return abs(_level(line, slope) - level) < 0.5 * min(height, line.height_px)


def _level(line: Line, slope: float) -> float:
    """Height of the line's middle on the page, the slope taken out."""
    x0, y0, x1, y1 = line.box
    return (y0 + y1) / 2 - slope * (x0 + x1) / 2


def _slope(lines: list[Line]) -> float:
    """The page's slope from the first and last characters of wide lines: the median weighted by their length."""
    tilts = sorted((_tilt(line.words), line.width_px) for line in lines if line.width_px > 3 * line.height_px and len(line.words) > 1)
    tilts = [(tilt, weight) for tilt, weight in tilts if abs(tilt) < _MOST_SLOPE]
    half, passed = sum(weight for _, weight in tilts) / 2, 0.0
    for tilt, weight in tilts:
        passed += weight
        if passed >= half:
            return tilt
    return 0.0


def _tilt(words: tuple[Word, ...]) -> float:
    first, last = words[0].box, words[-1].box
    across = (last[0] + last[2] - first[0] - first[2]) / 2
    return ((last[1] + last[3] - first[1] - first[3]) / 2) / across if across > 0 else 0.0
