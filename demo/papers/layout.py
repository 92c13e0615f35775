"""Setting text on a sheet: printed paragraphs, and ruled rows of labelled cells as Chinese forms have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.papers.fonts import Face
from demo.papers.prose import wrap
from demo.papers.sheet import Print

if TYPE_CHECKING:
    from collections.abc import Sequence

    from demo.papers.hand import Writer
    from demo.papers.sheet import Colour, Point, Sheet

LABEL = Print(Face.SONG, 11)
MM_PER_POINT = 25.4 / 72


def prose(sheet: Sheet, xy: Point, text: str, *, style: Print, width_mm: float) -> float:
    """Print a paragraph at one and a half spacing; return the baseline below it."""
    per_line = int(width_mm / (style.size_pt * MM_PER_POINT))
    y = xy[1]
    for line in wrap(text, per_line):
        sheet.text((xy[0], y), line, style=style)
        y += style.size_pt * MM_PER_POINT * 1.75
    return y


@dataclass(frozen=True)
class Cell:
    """A cell of a form: printed text, centred unless `left`; written by hand when `by_hand`."""

    text: str
    width_mm: float
    style: Print = LABEL
    by_hand: bool = False
    left: bool = False


@dataclass(frozen=True)
class Ruling:
    """How the cells of one form are ruled and filled in."""

    writer: Writer
    rule_mm: float = 0.3
    fill: Colour = (40, 40, 42)


def row(sheet: Sheet, xy: Point, height_mm: float, cells: Sequence[Cell], *, ruling: Ruling) -> float:
    """Draw cells side by side from `xy`; return the top of the next row."""
    x, top = xy
    for cell in cells:
        sheet.box((x, top), (cell.width_mm, height_mm), rule_mm=ruling.rule_mm, fill=ruling.fill)
        _fill(sheet, (x, top), height_mm, cell, ruling=ruling)
        x += cell.width_mm
    return top + height_mm


def _fill(sheet: Sheet, xy: Point, height_mm: float, cell: Cell, *, ruling: Ruling) -> None:
    lines = cell.text.split("\n")
    style = fit(sheet, max(lines, key=len), cell.style, cell.width_mm - (3.5 if cell.left else 1.5))
    line_mm = style.size_pt * MM_PER_POINT * 1.25
    baseline = xy[1] + height_mm / 2 + line_mm * (0.29 - (len(lines) - 1) / 2)
    for index, line in enumerate(lines):
        y = baseline + index * line_mm
        if cell.by_hand:
            slack = max(0.8, (cell.width_mm - sheet.width_mm(line, style) * 1.1) / 2)
            ruling.writer.write((xy[0] + (2 if cell.left else slack), y), line, size_pt=style.size_pt)
        elif cell.left:
            sheet.text((xy[0] + 2, y), line, style=style)
        else:
            sheet.text((xy[0] + cell.width_mm / 2, y), line, style=style, anchor="ms")


def fit(sheet: Sheet, text: str, style: Print, width_mm: float) -> Print:
    """Return the style, made small enough for the text to stay within the width."""
    needed = sheet.width_mm(text, style)
    return style if needed <= width_mm else style._replace(size_pt=max(5.0, style.size_pt * width_mm / needed))
