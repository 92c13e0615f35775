"""Folding: what becomes equal, what vanishes, and that pieces of a text stay pieces."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners import cjk_text
from scanners.cjk_text import fold, fold_digest, fold_with_offsets, is_han


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢ１２３", "AB123"),
        ("张　三", "张三"),
        ("①②", "12"),
        ("㎏", "KG"),
        ("ﬁ", "FI"),
        ("a-b_c", "ABC"),
        ("𠮷野", "𠮷野"),
        ("學籍證明", "学籍证明"),
        ("乾隆 乾燥", "干隆干燥"),
        ("二○一九 二◯一九 二〇一九", "二〇一九二〇一九二〇一九"),
        ("cafe\u0301 caf\u00e9", "CAFECAFE"),
        ("，。\n\x00😀", ""),
        ("\uf9dc", "隆"),  # a compatibility ideograph
        ("", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@given(st.text(), st.text())
def test_a_piece_of_a_text_folds_to_a_piece(one, other):
    assert fold(one + other) == fold(one) + fold(other)


@given(st.text())
def test_folding_is_settled_and_keeps_letters_and_numbers_only(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert all(unicodedata.category(letter)[0] in "LN" or is_han(letter) for letter in folded)


@given(st.text())
def test_offsets_lead_back_to_the_character_that_was_folded(text):
    folded, offsets = fold_with_offsets(text)
    assert folded == fold(text)
    assert offsets == sorted(offsets)
    assert all(letter in fold(text[offset]) for letter, offset in zip(folded, offsets, strict=True))


def test_the_table_is_one_to_one_and_settled():
    table = cjk_text._SIMPLIFIED
    assert len(table) == 4659
    assert not set(table.values()) & set(table)
    assert all(is_han(letter) for pair in table.items() for letter in pair)


def test_the_digest_follows_the_table(monkeypatch, tmp_path):
    before = fold_digest()
    changed = tmp_path / "table.txt"
    changed.write_text(cjk_text._TABLE_FILE.read_text(encoding="utf-8") + "著着\n", encoding="utf-8")
    monkeypatch.setattr(cjk_text, "_TABLE_FILE", changed)
    fold_digest.cache_clear()
    assert fold_digest() != before
    fold_digest.cache_clear()


@pytest.mark.parametrize(("character", "answer"), [("学", True), ("𠮷", True), ("〇", True), ("A", False), ("1", False)])
def test_is_han(character, answer):
    assert is_han(character) is answer
