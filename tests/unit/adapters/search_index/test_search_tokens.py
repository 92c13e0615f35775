"""The terms of pages and queries."""

from hypothesis import given
from hypothesis import strategies as st

from archive_service.adapters.search_index.tokens import (
    name_needed,
    name_terms,
    number_needed,
    number_terms,
    text_terms,
    words_needed,
)

folded = st.text(alphabet="学籍张王AG0123", min_size=1, max_size=30)


def test_text_terms():
    assert text_terms("学A2019") == {*"学A2019", "学A", "A2", "20", "01", "19", "A201", "2019"}


def test_values_are_marked_whole():
    assert name_terms(["张三", "李四"]) == {"=张三", "=李四", "张三", "李四", *"张三李四"}
    assert number_terms(["12345", "123"]) == {"=12345", "=123", "1234", "2345"}


def test_4_grams_stand_in_for_pairs():
    assert words_needed("学2019年") == ["学2", "2019", "9年"]
    assert words_needed("年") == ["年"]


@given(folded, folded, folded)
def test_whatever_holds_the_words_has_the_terms(before, words, behind):
    whole = before + words + behind
    assert set(words_needed(words)) <= text_terms(whole)
    assert set(name_needed(words)) <= name_terms([whole])
    assert set(number_needed(words)) <= number_terms([whole])
