"""Boxes fall into the rows a person sees, also on a page a little askew."""

import math

from scanners.rows import in_reading_order, rows_of
from scanners.words import Line, even_words
from tests.unit.scanners.drawing import line


def texts(lines):
    return [[cell.text for cell in row] for row in rows_of(lines)]


def test_cells_of_a_row_stand_left_to_right_whatever_the_engines_order():
    lines = [line("李梦瑶", 300, 103), line("性别", 600, 98), line("姓名", 100, 100), line("女", 800, 101)]
    assert texts(lines) == [["姓名", "李梦瑶", "性别", "女"]]


def test_close_rows_stay_apart():
    assert texts([line("学籍号", 100, 150), line("姓名", 100, 100)]) == [["姓名"], ["学籍号"]]


def test_rows_follow_the_slope_of_the_page():
    def askew(text: str, x: int, y: int) -> Line:
        slope = math.tan(math.radians(3))
        chars = [word for at, char in enumerate(text) for word in even_words(char, _box(x + 40 * at, y, slope), 0.9)]
        box = (x, chars[0].box[1], x + 40 * len(text), chars[-1].box[3])
        return Line(text, box, 0.9, tuple(chars))

    def _box(x: int, y: int, slope: float) -> tuple[int, int, int, int]:
        top = round(y + slope * x)
        return x, top, x + 40, top + 40

    lines = [askew("身份证件号码", 100, 100), askew("转出学校意见", 1200, 100)]
    lines += [askew("家庭详细住址", 100, 160), askew("转入学校意见", 1200, 160)]
    assert texts(lines) == [["身份证件号码", "转出学校意见"], ["家庭详细住址", "转入学校意见"]]


def test_reading_order_loses_nothing_but_empty_lines():
    lines = [line("乙", 100, 200), line(" ", 400, 200), line("甲", 100, 100)]
    assert [found.text for found in in_reading_order(lines)] == ["甲", "乙"]
