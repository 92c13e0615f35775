"""The values that stand beside, after or under the names of a form's boxes.

Lives here: labelled_values, by geometry. Not here: the names (scanners.labels), what a value must look like (scanners.values),
running text (scanners.prose).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scanners.labels import FIELD_OF, Mark, label_marks
from scanners.passage import Passage, Span
from scanners.rows import Row

_LONG = {"address", "diagnosis", "reason"}  # values that run over several lines, or stand under their label
_INDENT = 1.5  # line heights by which the second line may begin elsewhere
_MOST_LINES = 4  # of a value under its label
_BELOW = 2.5  # line heights between a label and the value under it
_NEXT_PART = re.compile(r"建议|处理|医[师生]|特此|此致|注[:：]|(?:19|20)\d\d年\d{0,2}月?\d{0,2}日?$")  # of a paper without boxes
_GIVEN_NAME = 2  # characters
_TRIM = "::.。·_-|丨/,,;;、 "


@dataclass(frozen=True)
class Labelled:
    """A value and the label it stood by."""

    field: str
    label: str
    value: Span


@dataclass(frozen=True)
class _Cell:
    """A box of a row: its folded text and where that begins and ends in the joined row."""

    text: str
    start: int
    stop: int


def labelled_values(rows: Sequence[Row]) -> Iterator[Labelled]:
    """Values of a page's rows: the rest of the label's own box, else the box to its right, else for long values the lines below."""
    for at, row in enumerate(rows):
        following = rows[at + 1] if at + 1 < len(rows) else ()
        for found in _in_row(row):
            yield _continued(found, row, following) if found.field in _LONG else found
        below = _under(row, rows[at + 1 :])
        if below:
            yield below


def _in_row(row: Row) -> Iterator[Labelled]:
    joined = Passage(row)
    cells = _cells(row)
    marks = [(cell, mark) for cell in cells for mark in label_marks(cell.text)]
    starts = [cell.start + mark.start for cell, mark in marks] + [len(joined.text)]
    for (cell, mark), next_label in zip(marks, starts[1:], strict=True):
        start, stop = cell.start + mark.stop, _value_stop(mark, cell, cells, next_label)
        start, stop = _trimmed(joined.text, start, stop)
        if mark.label in FIELD_OF and start < stop:
            yield Labelled(FIELD_OF[mark.label], mark.label, joined.span(start, stop))


def _continued(found: Labelled, row: Row, following: Row) -> Labelled:
    """A long value with the line below it, when that line has no label and begins under the value."""
    value, height = found.value, row[-1].height_px
    if not _is_plain(following) or value.box[2] < max(line.box[2] for line in row) - height:
        return found
    below = Passage(following)
    rest = below.span(0, len(below.text))
    is_under = abs(rest.box[0] - value.box[0]) < _INDENT * height and rest.box[1] - value.box[3] < height
    return replace(found, value=value.followed_by(rest)) if is_under else found


def _under(row: Row, below: Sequence[Row]) -> Labelled | None:
    """The lines under a label that has its row to itself, as 诊断: and 休学原因: often have, up to the next label."""
    text = Passage(row).text
    mark = next(label_marks(text), None) if len(row) == 1 else None
    if mark is None or mark.stop < len(text) or FIELD_OF.get(mark.label) not in _LONG:
        return None
    value: Span | None = None
    bottom, height = row[0].box[3], row[0].height_px
    for following in below[:_MOST_LINES]:
        if not _is_plain(following) or following[0].box[1] - bottom > _BELOW * height:
            break
        passage = Passage(following)
        if _NEXT_PART.match(passage.text):
            break
        piece = passage.span(0, len(passage.text))
        value, bottom = value.followed_by(piece) if value else piece, following[0].box[3]
    return Labelled(FIELD_OF[mark.label], mark.label, value) if value else None


def _is_plain(row: Row) -> bool:
    """One box without any label."""
    return len(row) == 1 and not any(label_marks(Passage(row).text))


def _cells(row: Row) -> list[_Cell]:
    cells: list[_Cell] = []
    for line in row:
        text, start = Passage([line]).text, cells[-1].stop if cells else 0
        cells.append(_Cell(text, start, start + len(text)))
    return cells


def _value_stop(mark: Mark, own: _Cell, cells: Sequence[_Cell], next_label: int) -> int:
    """Where the value ends: with the label's box when something follows in it, else with the next box.

    A single character goes on into a short next box: names are spaced out until they become two boxes (李 | 娜).
    """
    start, stop = own.start + mark.stop, own.stop
    if stop == start:
        stop = next((cell.stop for cell in cells if cell.start == stop and cell.text), stop)
    following = next((cell for cell in cells if cell.start == stop and cell.text), None)
    if stop - start == 1 and following and len(following.text) <= _GIVEN_NAME:
        stop = following.stop
    return min(stop, next_label)


def _trimmed(text: str, start: int, stop: int) -> tuple[int, int]:
    while start < stop and text[start] in _TRIM:
        start += 1
    while stop > start and text[stop - 1] in _TRIM:
        stop -= 1
    return start, stop
