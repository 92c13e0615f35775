"""Words keep their places through JSON, and Han characters join without spaces."""

import pytest

from scanners.words import TextPage, even_words, join_han, surround
from tests.unit.scanners.drawing import line, text_page


@pytest.mark.parametrize(
    ("read", "joined"),
    [
        ("姓 名", "姓名"),
        ("张 三 丰", "张三丰"),
        ("Grade 7 Class 3", "Grade 7 Class 3"),
        ("七 年级 Class 3", "七年级Class 3"),
        ("编号 2024 0305", "编号2024 0305"),
        ("  学籍 证明 ：  有效 ", "学籍证明：有效"),
        ("𠮷 野", "𠮷野"),
    ],
)
def test_spaces_beside_han_go_and_others_stay(read, joined):
    assert join_han(read) == joined


def test_page_survives_json():
    page = text_page([["姓名", "李梦瑶"], "2024年3月5日"], no=3)
    assert TextPage.from_json(page.to_json()) == page


def test_text_is_lines_from_top_to_bottom():
    assert text_page(["学 籍 证 明", "特此证明"]).text == "学籍证明\n特此证明"


def test_confidence_is_weighted_by_length():
    page = TextPage(1, 100, 100, (line("一二三四五六七八九", confidence=1.0), line("十", confidence=0.0)))
    assert page.confidence == pytest.approx(0.9)


def test_page_without_lines_has_no_confidence():
    assert TextPage(1, 100, 100).confidence is None


def test_even_split_covers_the_line_and_skips_spaces():
    words = even_words("张 三", (0, 0, 90, 30), 0.9)
    assert [word.text for word in words] == ["张", "三"]
    assert surround(word.box for word in words) == (0, 0, 90, 30)
