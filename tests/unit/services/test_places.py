"""Boxes of words: found in a transcript's bytes as in its parsed pages, for any text, page and span."""

import json

from hypothesis import given
from hypothesis import strategies as st

from archive_service.services.places import boxes_in, boxes_on
from scanners.words import Line, TextPage, even_words

BOX = (100, 100, 700, 150)
_texts = st.text(st.sampled_from('张三A1 ,"\\\u3000〇丽{}[]:：\n'), min_size=1, max_size=12) | st.sampled_from(
    ['{"no": 1, "words": [', '{"text": "x", "words": ["', "2019年 9月 AB12"]
)
_spans = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8)).map(lambda pair: (pair[0], sum(pair))), max_size=3)


def page_of(no: int, texts: list[str]) -> TextPage:
    """One line for each text, its words evenly spread."""
    return TextPage(no, 800, 1_000, tuple(Line(text, BOX, 0.9, even_words(text, BOX, 0.9)) for text in texts))


def kept(pages: list[TextPage]) -> bytes:
    """As the service keeps them."""
    return json.dumps({"engine": "x", "pages": [page.to_json() for page in pages]}, ensure_ascii=False).encode()


@given(st.lists(st.lists(_texts, max_size=4), min_size=1, max_size=3), _spans, st.data())
def test_the_same_from_bytes_as_from_pages(texts, spans, data):
    pages = [page_of(no, of_page) for no, of_page in enumerate(texts, start=1)]
    page = data.draw(st.sampled_from(pages))
    assert boxes_in(kept(pages), page.no, page.text, spans) == boxes_on(page.to_json(), spans)


def test_another_text_of_the_row_or_another_writing_is_no_matter():
    page = page_of(1, ["张三丰", "李四"])
    expected = boxes_on(page.to_json(), [(1, 3)])
    assert boxes_in(kept([page]), 1, "旧的", [(1, 3)]) == expected
    assert boxes_in(kept([page]), 1, "旧的一行\n又一", [(1, 3)]) == expected
    assert boxes_in(json.dumps(json.loads(kept([page])), indent=1).encode(), 1, page.text, [(1, 3)]) == expected


def test_a_part_of_a_line_and_a_word_over_two_lines():
    page = page_of(1, ["张三丰", "AB 李四"])
    assert boxes_on(page.to_json(), [(1, 3)]) == [(300, 100, 700, 150)]
    over_two = boxes_on(page.to_json(), [(2, 6)])
    assert [box[0] for box in over_two] == [500, 100]


def test_a_run_is_divided_evenly():
    line = Line("2019年", BOX, 0.9, (*even_words("年", (500, 100, 700, 150), 0.9),))
    run = {"text": "2019", "box": [100, 100, 500, 150], "confidence": 0.9}
    written = line.to_json() | {"words": [run, *line.to_json()["words"]]}
    assert boxes_on({"lines": [written]}, [(1, 3)]) == [(200, 100, 400, 150)]


def test_words_that_are_not_the_text_give_the_whole_line():
    line = Line("张三丰", BOX, 0.9, even_words("张三", BOX, 0.9))
    assert boxes_on({"lines": [line.to_json()]}, [(0, 1)]) == [BOX]
