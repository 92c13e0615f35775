"""Pages come upright whichever way they lay."""

import numpy as np
import pytest

from scanners.orientation import SURE, best_rotation, lies_on_its_side, reading_value, upright_rotation
from scanners.pixels import turned
from scanners.words import Line
from tests.unit.scanners.drawing import bgr, certificate, line

UPRIGHT = bgr(certificate())


@pytest.mark.parametrize("lay", [0, 90, 180, 270])
def test_the_model_gives_the_turn_that_brings_the_page_upright(lay):
    rotation, confidence = upright_rotation(turned(UPRIGHT, lay))
    assert (lay + rotation) % 360 == 0
    assert confidence >= SURE


def test_a_sliver_of_a_page_is_no_reason_to_fail():
    rotation, _ = upright_rotation(np.full((40, 3000, 3), 255, np.uint8))
    assert rotation in {0, 90, 180, 270}


@pytest.mark.parametrize("lay", [0, 90, 180, 270])
def test_reading_in_all_turns_finds_the_one_that_reads_best(lay):
    """An engine that reads well only with the dark corner at the upper left."""
    page = np.full((300, 200, 3), 255, np.uint8)
    page[:60, :60] = 0

    def read(view) -> tuple[Line, ...]:
        return (line("学籍证明兹证明张伟", confidence=0.99 if view[:20, :20].max() == 0 else 0.6),)

    assert (lay + best_rotation(turned(page, lay), read)) % 360 == 0


def test_lines_up_the_page_count_for_nothing():
    upright, on_side = Line("特此证明", (0, 0, 160, 40), 0.9), Line("特此证明", (0, 0, 40, 160), 0.99)
    assert reading_value([upright]) > reading_value([on_side]) == 0
    assert lies_on_its_side([on_side, on_side, upright])
    assert not lies_on_its_side([upright])
