"""Where words stand on a page: from offsets in its plain text to boxes on its picture. Pure; used by search.

An answer of twenty pages needs a line or two of each, so in a kept transcript the lines that are touched are looked up in its bytes and
only they are parsed. A transcript that is not written as ours are is parsed whole.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanners.words import Box, as_box, join_han, surround

Spans = Sequence[tuple[int, int]]
Written = Mapping[str, Any]

_PAGE, _LINE, _WORDS = b'{"no": ', b'{"text": ', b'"words": ['
"""How a page, a line and its words begin, as `transcription` writes them. Within a text the quotes would be escaped."""

_DECODER = json.JSONDecoder()


def boxes_in(content: bytes, no: int, text: str, spans: Spans) -> list[Box]:
    """As `boxes_on`, of one page of a transcript as it is kept, `text` being the page's plain text."""
    lines, starts = text.split("\n"), _line_starts(content, no)
    if len(lines) == len(starts) - 1:
        touched = list(_touched(lines, spans))
        parsed = {row: _DECODER.raw_decode(content[starts[row] : starts[row + 1]].decode())[0] for row, _, _ in touched}
        if all(join_han(line["text"]) == lines[row] for row, line in parsed.items()):
            return [_within(parsed[row], lines[row], first, last) for row, first, last in touched]
    return [box for page in json.loads(content)["pages"] if page["no"] == no for box in boxes_on(page, spans)]


def boxes_on(page: Written, spans: Spans) -> list[Box]:
    """One box for each run of words on one line that lies within a span of the page's plain text, in reading order.

    The page is taken as its transcript writes it (`TextPage.to_json`).
    """
    lines = [join_han(line["text"]) for line in page["lines"]]
    return [_within(page["lines"][row], lines[row], first, last) for row, first, last in _touched(lines, spans)]


def _line_starts(content: bytes, no: int) -> list[int]:
    """Where the lines of a page begin, and where the page ends; nothing when it is not found."""
    page = content.find(b"%s%d," % (_PAGE, no))
    if page < 0:
        return []
    behind = content.find(_PAGE, page + 1)
    end = behind if behind > 0 else len(content)
    starts: list[int] = []
    at = content.find(_WORDS, page, end)
    while at >= 0:
        starts.append(content.rfind(_LINE, page, at))
        at = content.find(_WORDS, at + 1, end)
    return [*starts, end]


def _touched(lines: Sequence[str], spans: Spans) -> Iterator[tuple[int, int, int]]:
    """The number of each line that a span touches, with the part of it that lies within."""
    start = 0
    for row, line in enumerate(lines):
        end = start + len(line)
        for first, last in spans:
            if max(first, start) < min(last, end):
                yield row, max(first, start) - start, min(last, end) - start
        start = end + 1  # the line break between lines


def _within(line: Written, text: str, first: int, last: int) -> Box:
    """The box around a part of a line's text; around all of the line where its words are not its text."""
    runs = ["".join(word["text"].split()) for word in line["words"]]
    if sum(map(len, runs)) != _visible(text):
        return as_box(line["box"])
    begin = _visible(text[:first])
    end = begin + _visible(text[first:last])
    wanted: list[Box] = []
    at = 0
    for word, run in zip(line["words"], runs, strict=True):
        inside = range(max(begin - at, 0), min(end - at, len(run)))
        wanted += _divided(as_box(word["box"]), len(run), inside) if inside else ()
        at += len(run)
    return surround(wanted) if wanted else as_box(line["box"])


def _divided(box: Box, count: int, letters: range) -> Iterator[Box]:
    """Boxes of some letters of a run of digits or letters, which is divided evenly."""
    x0, y0, x1, y1 = box
    step = (x1 - x0) / count
    return ((round(x0 + at * step), y0, round(x0 + (at + 1) * step), y1) for at in letters)


def _visible(text: str) -> int:
    """How many characters can be seen."""
    return len("".join(text.split()))
