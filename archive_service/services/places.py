"""Where words stand on a page: from offsets in its plain text to boxes on its picture. Pure; used by search and the viewer."""

from collections.abc import Iterator, Sequence

from scanners.words import Box, Line, TextPage, join_han, surround


def boxes_of(page: TextPage, spans: Sequence[tuple[int, int]]) -> list[Box]:
    """One box for each run of words on one line that lies within a span of the page's plain text, in reading order."""
    boxes: list[Box] = []
    start = 0
    for line in page.lines:
        text = join_han(line.text)
        for first, last in spans:
            inside = (max(first, start) - start, min(last, start + len(text)) - start)
            if inside[0] < inside[1]:
                boxes.append(_within(line, text, *inside))
        start += len(text) + 1  # the line break between lines
    return boxes


def _within(line: Line, text: str, first: int, last: int) -> Box:
    places = list(_characters(line))
    letters = [at for at, char in enumerate(text) if not char.isspace()]
    if len(places) != len(letters):
        return line.box
    wanted = [place for at, place in zip(letters, places, strict=True) if first <= at < last]
    return surround(wanted) if wanted else line.box


def _characters(line: Line) -> Iterator[Box]:
    """A box for every visible character; a run of digits or letters is divided evenly."""
    for word in line.words:
        letters = [char for char in word.text if not char.isspace()]
        x0, y0, x1, y1 = word.box
        step = (x1 - x0) / max(len(letters), 1)
        for at in range(len(letters)):
            yield round(x0 + at * step), y0, round(x0 + (at + 1) * step), y1
