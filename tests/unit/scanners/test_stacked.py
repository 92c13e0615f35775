"""Only the two characters of a known label are put together, and only one above the other."""

import pytest

from scanners.stacked import unstacked
from tests.unit.scanners.drawing import line


@pytest.mark.parametrize(
    ("lines", "texts"),
    [
        ([line("姓", 100, 100), line("名", 100, 180)], ["姓名"]),
        ([line("民", 100, 100), line("族", 110, 200)], ["民族"]),
        ([line("名", 100, 100), line("姓", 100, 180)], ["名", "姓"]),
        ([line("姓", 100, 100), line("名", 300, 180)], ["姓", "名"]),
        ([line("姓", 100, 100), line("名", 100, 400)], ["姓", "名"]),
        ([line("甲", 100, 100), line("乙", 100, 180)], ["甲", "乙"]),
        ([line("姓", 100, 100), line("名", 100, 180), line("名", 100, 190)], ["名", "姓名"]),
    ],
)
def test_which_characters_are_one_label(lines, texts):
    assert [each.text for each in unstacked(lines)] == texts


def test_the_label_stands_between_its_characters():
    (label,) = unstacked([line("姓", 100, 100), line("名", 100, 180)])
    assert label.box == (100, 140, 140, 180)
