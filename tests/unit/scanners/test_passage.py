"""Text run together still knows where each character stood and how it was read."""

from scanners.passage import Passage
from tests.unit.scanners.drawing import line


def test_full_width_is_folded_and_raw_kept():
    passage = Passage([line("学籍号：Ｇ５２")])
    span = passage.span(4, 7)
    assert (passage.text, span.text, span.raw) == ("学籍号:G52", "G52", "Ｇ５２")


def test_a_span_over_two_lines_surrounds_both_and_takes_the_lesser_confidence():
    passage = Passage([line("G5203", 500, 100, confidence=0.99), line("0220", 100, 180, confidence=0.7)])
    span = passage.span(3, 7)
    assert (span.text, span.box, span.confidence) == ("0302", (100, 100, 700, 220), 0.7)


def test_one_sign_folded_to_two_keeps_its_place():
    span = Passage([line("㈠班")]).span(0, 3)
    assert (span.text, span.raw, span.box) == ("(一)", "㈠", (100, 100, 140, 140))


def test_spaces_are_no_characters():
    assert Passage([line("姓 名"), line(" 张 伟 ")]).text == "姓名张伟"
