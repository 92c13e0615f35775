"""Where the words of a query stand in the original text."""

import pytest

from archive_service.adapters.search_index.highlight import spans
from archive_service.adapters.search_index.parse import parse
from archive_service.adapters.search_index.plan import Or, Text


@pytest.mark.parametrize(
    ("typed", "text", "expected"),
    [
        ("学籍证明", "学 籍 证，明 與學籍證明", [(0, 7), (9, 13)]),
        ("丽丽", "丽丽丽", [(0, 3)]),
        ("毕业 王丽", "王丽已毕业", [(0, 2), (3, 5)]),
        ("KG", "重㎏", [(1, 2)]),
        ("12", "第①②条", [(1, 3)]),
        ("转学", "没有", []),
        ("毕业证明", "毕业证朋与毕业证明", [(5, 9)]),  # near ones only where no exact one stands
        ("毕业证明", "见毕业证朋", [(1, 5)]),
        ("", "任何文字", []),
    ],
)
def test_spans(typed, text, expected):
    assert spans(parse(typed), text) == expected


def test_overlapping_words_are_one_span():
    assert spans(Or((Text("学籍证"), Text("籍证明"))), "学籍证明") == [(0, 4)]
