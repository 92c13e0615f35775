"""A seal's ring unrolls to one straight line from its first character to its last."""

import numpy as np
import pytest

from scanners.ring_text import unrolled
from scanners.seal import Ring, SealMark, find_seals
from tests.unit.scanners.drawing import bgr, sheet, stamp


def ring_of(name: str):
    page = sheet()
    stamp(page, 800, 1200, 160, name)
    pixels = bgr(page)
    (mark,) = find_seals(pixels, 200)
    return unrolled(pixels, mark)


def test_the_line_is_dark_on_white_and_much_longer_than_high():
    line = ring_of("遵义市红花岗区第一中学")
    assert line[0].min() == 255, "padded with white"
    assert line.min() < 60
    assert line.shape[1] > 6 * line.shape[0]


def test_characters_stand_apart_and_all_are_there():
    line = ring_of("甲乙丙丁戊己庚辛壬")
    height = line.shape[0]
    columns = line[height // 3 : height * 2 // 3].min(axis=(0, 2)) < 128
    starts = int((np.diff(columns.astype(int)) == 1).sum())
    assert starts >= 9


def test_a_ring_without_ink_gives_nothing():
    empty = SealMark(800, 1200, Ring(160), peak=0.5, coverage=0.9)
    assert unrolled(np.full((2339, 1654, 3), 255, np.uint8), empty) is None


@pytest.mark.parametrize("x", [60, 1600])
def test_a_seal_cut_by_the_edge_does_not_break(x):
    page = sheet()
    stamp(page, x, 1200, 160, "遵义市第一中学")
    assert unrolled(bgr(page), SealMark(x, 1200, Ring(160), 0.3, 0.7)) is not None
