"""From typed text to plans and refusals."""

import pytest

from archive_service.adapters.search_index.parse import LONGEST_QUERY, Refusal, parse
from archive_service.adapters.search_index.plan import And, Name, Number, OneWrong, Or, Text, leaves, strict


def words(typed: str) -> list[str]:
    return [leaf.words for leaf in leaves(parse(typed)) if isinstance(leaf, Text)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("张三", ["张三"]),
        ("張 三", ["张三"]),
        ("欧阳 建 国", ["欧阳", "建国"]),
        ("王丽　毕业证", ["王丽", "毕业证"]),
        ("“学籍 证明” 王丽", ["学籍证明", "王丽"]),
        ('"未闭合 的', ["未闭合", "的"]),
        ("张三，李四", ["张三李四"]),
        ("3 班", ["3", "班"]),
        ("王丽 王丽", ["王丽"]),
        ("a* OR b", ["A", "OR", "B"]),
    ],
)
def test_words(typed, expected):
    assert words(typed) == expected


@pytest.mark.parametrize("blank", ["", "  ", "\n\u3000"])
def test_blank_is_every_page(blank):
    assert parse(blank) == And()


@pytest.mark.parametrize("typed", ["，。", "***", '""', "😀", "\x00"])
def test_only_signs_is_refused(typed):
    refusal = parse(typed)
    assert isinstance(refusal, Refusal)
    assert "没有可检索的内容" in refusal.message


def test_too_long_is_refused_with_the_figures():
    assert isinstance(parse("学" * LONGEST_QUERY), Text | Or)
    refusal = parse("学 籍" * 500)
    assert isinstance(refusal, Refusal)
    assert "1000" in refusal.message
    assert "200" in refusal.message


def test_where_a_word_is_looked_for():
    assert parse("张三") == Or((Text("张三"), Name("张三")))
    assert parse("201") == Or((Text("201"),))
    assert parse("2019") == Or((Text("2019"), Number("2019")))
    assert parse("毕业证明") == Or((Text("毕业证明"), Name("毕业证明"), OneWrong(Text("毕业证明")), OneWrong(Name("毕业证明"))))
    number = "G41010512"
    assert parse(number) == Or((Text(number), Name(number), Number(number), OneWrong(Name(number)), OneWrong(Number(number))))
    assert parse("王小明") == Or((Text("王小明"), Name("王小明"), OneWrong(Name("王小明"))))


def test_strict_takes_near_matches_out():
    assert strict(parse("王小明")) == Or((Text("王小明"), Name("王小明")))
    assert strict(OneWrong(Text("毕业证明"))) == Or()
    assert strict(And((parse("王小明"), Text("转学")))) == And((strict(parse("王小明")), Text("转学")))
