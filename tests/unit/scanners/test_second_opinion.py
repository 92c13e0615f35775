"""A second engine is asked only where a number fails, and its answer is a suggestion."""

import numpy as np
import pytest

from scanners.fields import FieldState, extract
from scanners.ocr import OcrError
from scanners.second_opinion import WithSecondOpinion
from scanners.words import Line, TextPage
from tests.unit.scanners.drawing import CHILD_ID, bgr, line, sheet

WRONG = CHILD_ID[:-2] + "72"
PAGE = bgr(sheet(1654, 400))


class First:
    """Reads the lines it was given."""

    name, version, settings = "first", "1", "s"

    def __init__(self, *lines: Line) -> None:
        self._lines = lines

    def read(self, pixels, *, dpi):  # noqa: ARG002  # the protocol's
        return self._lines

    def read_line(self, pixels):  # noqa: ARG002  # the protocol's
        return "线", 0.9


class Second:
    """Reads one number, or fails, and keeps what it was shown."""

    version = "5"

    def __init__(self, number: str | None) -> None:
        self._number, self.shown = number, []

    def read_number(self, pixels):
        self.shown.append(pixels.shape)
        if self._number is None:
            raise OcrError("timeout", "超时")
        return self._number


def read(second: Second, *lines: Line):
    return WithSecondOpinion(First(*lines), second).read(PAGE, dpi=200)


def test_a_failed_number_is_shown_close_to_the_second_engine_and_suggested():
    second = Second(CHILD_ID)
    lines = read(second, line("姓名张伟", 100, 20), line(f"身份证号{WRONG}", 100, 100))
    assert [each.second for each in lines] == ["", CHILD_ID]
    assert second.shown == [(60, 18 * 40 + 20, 3)]
    field = next(field for field in extract([TextPage(1, 1654, 400, lines)]) if field.name == "id_no")
    assert (field.value, field.state, field.suggestion) == (WRONG, FieldState.FAILED_CHECK, CHILD_ID)


@pytest.mark.parametrize("answer", ["", "123", None, CHILD_ID[:-2] + "82"])
def test_an_answer_that_is_no_sound_number_suggests_nothing(answer):
    lines = read(Second(answer), line(f"身份证号{WRONG}", 100, 100))
    field = next(field for field in extract([TextPage(1, 1654, 400, lines)]) if field.name == "id_no")
    assert (field.state, field.suggestion) == (FieldState.FAILED_CHECK, None)


def test_sound_pages_cost_nothing():
    second = Second(CHILD_ID)
    read(second, line(f"身份证号{CHILD_ID}", 100, 100))
    assert second.shown == []


def test_a_page_full_of_failures_is_asked_about_three_times():
    second = Second("")
    read(second, *(line(WRONG, 100, 60 * at) for at in range(6)))
    assert len(second.shown) == 3


def test_the_second_reading_is_kept_with_the_line():
    (kept,) = read(Second(CHILD_ID), line(WRONG, 100, 100))
    assert Line.from_json(kept.to_json()) == kept
    assert "second" not in line("张伟").to_json()


def test_the_rest_is_the_first_engines():
    pair = WithSecondOpinion(First(), Second(""))
    assert (pair.name, pair.version, pair.read_line(np.zeros((9, 9, 3)))) == ("first", "1+tesseract-5", ("线", 0.9))
    assert pair.settings != First().settings
