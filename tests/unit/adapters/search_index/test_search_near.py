"""One wrong character, looked for in bytes as the engine does, against the definition over characters."""

import random

import pytest

from archive_service.adapters.search_index.scan import one_wrong_pattern, wrong_at

BEFORE, BEHIND = "乙甲".encode(), "甲乙丙".encode()  # other pages lie before and behind a page's text without a gap


def is_near(words: str, text: str) -> bool:
    start, end = len(BEFORE), len(BEFORE) + len(text.encode())
    lying = BEFORE + text.encode() + BEHIND
    return any(wrong_at(words, hole).search(lying, start + (hole == 0), end) for hole in range(len(words)))


@pytest.mark.parametrize("letters", ["甲乙", "甲乙丙", "甲aé𠮷"])
def test_bytes_tell_what_characters_tell(letters):
    chance, near = random.Random(letters), 0  # noqa: S311 - the same words every time
    for _ in range(3_000):
        words, text = ("".join(chance.choices(letters, k=chance.randint(*lengths))) for lengths in ((3, 5), (0, 9)))
        expected = one_wrong_pattern(words).search(text) is not None
        assert is_near(words, text) == expected, (words, text)
        near += expected
    assert near > 300


def test_what_lies_before_the_page_is_no_wrong_character():
    assert not is_near("丙丁戊", "丁戊")
    assert is_near("丙丁戊", "甲丁戊")
