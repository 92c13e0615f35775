"""The contract of every search engine, on one segment, after many commits, and rebuilt (search paper, section 8).

Known answers on hand-made pages stand in tables; everything else is compared with the scan over all pages.
"""

import random
from dataclasses import replace

import pytest

from archive_service.adapters.search_index.emergency import answer, counts
from archive_service.adapters.search_index.entries import FoldedPage, Scope
from archive_service.adapters.search_index.interface import Sort, Window
from archive_service.adapters.search_index.parse import Refusal, parse
from archive_service.adapters.search_index.plan import (
    And,
    DateRange,
    Label,
    Name,
    Number,
    OneWrong,
    Or,
    Text,
    Without,
    strict,
)
from archive_service.adapters.search_index.scan import holds, scan
from scanners.cjk_text import fold
from tests.unit.adapters.search_index.sample_pages import ENTRIES, EVERYWHERE, HAND_MADE, LONG_PHRASE, PAGES

ALL = Window(size=100_000)
HAND_MADE_IDS = {entry.page_id for entry in HAND_MADE}


def found(index, plan, scope=EVERYWHERE) -> set[int]:
    """Pages that match exactly; every page once, and as many as the total says."""
    hits = index.candidates(plan, scope, ALL)
    ids = [hit.page_id for hit in hits.hits if not hit.near]
    assert hits.exact
    assert len(ids) == len(set(ids)) == hits.total
    return set(ids)


def truth(plan, scope=EVERYWHERE) -> set[int]:
    return {page.page_id for page in scan(strict(plan), scope, PAGES)}


def typed(words: str):
    plan = parse(words)
    assert not isinstance(plan, Refusal)
    return plan


KNOWN = [
    ("one character, absent", "鬱", set()),
    ("one character, rare", "痴", set()),
    ("name of two", "王丽", {1, 17, 18, 27}),
    ("name of three, text damaged", "李小明", {3}),
    ("compound surname", "欧阳建国", {2}),
    ("piece of a name", "阳建", {2}),
    ("phrase of three", "转学证", {11, 28}),
    ("phrase of four", "毕业证明", {25}),
    ("phrase of eight", "经县教育局批准由", {4}),
    ("phrase of forty", LONG_PHRASE[:40], {4}),
    ("pairs that occur apart", "毕业证书", set()),
    ("repeated character", "丽丽丽", {6}),
    ("one repetition too many", "丽丽丽丽", set()),
    ("repeated letter", "AAAA", {6}),
    ("repeated letter, too many", "AAAAA", set()),
    ("year and month", "2019年3月", {7}),
    ("letter and Chinese", "A型", {7}),
    ("digit and Chinese, also inside 13班", "3班", {7, 8}),
    ("full width in the page", "ABC123", {9}),
    ("full width typed", "ａｂｃ１２３", {9}),
    ("lower case x in the number", "11010820080808123x", {2, 10}),
    ("traditional page", "证件号", {10}),
    ("traditional typed", "轉學證明", {11, 28}),
    ("mixed forms", "轉学证明书", {11, 28}),
    ("OCR spaces and a line break inside", "休学证明", {12}),
    ("punctuation typed", "因病、住院", {12}),
    ("beyond the BMP", "𠮷野", {13}),
    ("rare character", "䶮", {13}),
    ("circle for zero", "二〇一九年", {4, 13}),
    ("circle typed", "二◯一九", {4, 13}),
    ("combining mark", "cafe\u0301", {13}),
    ("whole number", "G410105201001010012", {1}),
    ("bare number", "410105201001010012", {1}),
    ("check character X", "41010520100101001X", {1}),
    ("wrong check digit", "410105201001010019", set()),
    ("other registry letters", "J440301200912120034", {3}),
    ("temporary number", "L11010820080808123X", {2}),
    ("middle of a number", "0808081", {2, 10}),
    ("tail of four", "123X", {2, 10}),
    ("tail of six", "120034", {3}),
    ("4-grams of two numbers", "4101051234567890", set()),
    ("no text, found by number", "G610102201505050099", {14}),
    ("end of a page of 100,000", "页尾的暗语", {15}),
    ("two words", "王丽 毕业", {1, 17, 18}),
    ("single characters are one word", "王 丽", {1, 17, 18, 27}),
    ("quoted", '"王 丽"', {1, 17, 18, 27}),
    ("repeated word", "暗语 暗语", {15}),
]


@pytest.mark.parametrize(("words", "expected"), [case[1:] for case in KNOWN], ids=[case[0] for case in KNOWN])
def test_known_answer(index, words, expected):
    plan = typed(words)
    answer = found(index, plan)
    assert answer & HAND_MADE_IDS == expected
    assert answer == truth(plan)


@pytest.mark.parametrize("length", range(4, 18))
def test_prefix_of_a_number(index, length):
    plan = typed("G410105201001010012"[:length])
    assert 1 in found(index, plan)
    assert found(index, plan) == truth(plan)


SIGNS = [*"*?\"():\\/+-~^[]{}<>=%_'|&\x00", "&&", "||", "AND", "OR", "NOT"]


@pytest.mark.parametrize("sign", SIGNS)
def test_signs_are_text(index, sign):
    """Around a word they change nothing but what their own letters say."""
    plan = parse(f"{sign}毕业证明{sign}")
    assert found(index, plan) == (truth(plan) if fold(sign) else found(index, typed("毕业证明")))


@pytest.mark.parametrize("words", ["的", "2", "20", "年", "毕业", "学生", "业的", "班"])
def test_short_and_common_words(index, words):
    answer = found(index, typed(words))
    assert answer
    assert answer == truth(typed(words))


def test_gone_and_outdated_pages_stay_gone(index):
    for words in ("旧版本的暗语", "应删除的暗语", "迟到的旧版本", "旧名"):
        assert found(index, typed(words)) == set()
    assert found(index, And()) == {entry.page_id for entry in ENTRIES}


def test_scope_decides_before_anything_else(index):
    plan = typed("王丽")
    assert found(index, plan, Scope(frozenset(), frozenset({0}))) == set()
    assert found(index, plan, Scope(frozenset({1}), frozenset())) == set()
    assert index.facets(plan, Scope(frozenset(), frozenset()), ["kind"]) == {"kind": {}}
    assert found(index, plan, Scope(frozenset({1}), frozenset({0}))) & HAND_MADE_IDS == {1, 27}
    assert found(index, plan, Scope(frozenset({2}), frozenset({0, 1}))) & HAND_MADE_IDS == {17}
    assert found(index, plan, Scope(frozenset({99}), frozenset({0, 1}))) == set()
    many = Scope(frozenset(range(2, 5_002)), frozenset({0, 1}))
    assert found(index, plan, many) == truth(plan, many)


def test_filters_without_words(index):
    plan = And((Label("kind", frozenset({2})), DateRange(20200101, 20200101)))
    assert found(index, plan) & HAND_MADE_IDS == {25, 26}
    assert found(index, plan) == truth(plan)
    assert found(index, DateRange(20230101)) == {14}
    assert 24 not in found(index, DateRange(0))  # of unknown date
    assert found(index, Label("kind", frozenset())) == set()
    some = And((Label("kind", frozenset({2})), Without(frozenset({14, 1}))))
    assert found(index, some) == truth(some) == found(index, Label("kind", frozenset({2}))) - {14, 1}
    assert found(index, Or()) == set()


def test_alternatives(index):
    plan = Or((Text("转学证明书"), Text("休学证明"), Text("转学证明书"), Name("欧阳")))
    assert found(index, plan) & HAND_MADE_IDS == {2, 11, 12, 28}
    assert found(index, plan) == truth(plan)


LEAVES = [(Text, "欧阳建国的", 2), (Text, "经县教育局批准由实验", 4), (Name, "欧阳建国", 2), (Number, "L11010820080808123X", 2)]


@pytest.mark.parametrize(("leaf", "words", "page_id"), LEAVES)
def test_one_wrong_character_at_each_place(index, leaf, words, page_id):
    for hole in range(len(words)):
        wrong = words[:hole] + "某" + words[hole + 1 :]
        hits = index.candidates(OneWrong(leaf(wrong)), EVERYWHERE, ALL)
        assert [(hit.page_id, hit.near) for hit in hits.hits] == [(page_id, True)], wrong
        assert (hits.total, hits.near_total) == (0, 1)
    assert index.candidates(OneWrong(leaf(words)), EVERYWHERE, ALL).near_total == 0


@pytest.mark.parametrize("plan", [OneWrong(Text("毕业证明")), OneWrong(Name("李大明")), OneWrong(Number("410105201001010013"))])
def test_near_matches_equal_the_scan(index, plan):
    near = {hit.page_id for hit in index.candidates(plan, EVERYWHERE, ALL).hits}
    assert near == {page.page_id for page in PAGES if holds(plan, page)}


def test_near_matches_come_last_and_are_marked(index):
    hits = index.candidates(typed("毕业证明"), EVERYWHERE, ALL)
    order = [(hit.page_id, hit.near) for hit in hits.hits if hit.page_id in HAND_MADE_IDS]
    assert order == [(25, False), (26, True)]
    assert hits.near_total == sum(hit.near for hit in hits.hits)


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("words", ["王", "王丽", "排序样张", "学", "1", "G01", "2010010", "王小明", "毕业证明"])
def test_answers_equal_the_walk_over_all_pages(index, sort, words):
    """Pages, order, marks, places and totals, in full and in part."""
    plan = typed(words)
    for window in (replace(ALL, sort=sort), Window(7, 3, sort=sort)):
        assert replace(index.candidates(plan, EVERYWHERE, window), generation=0) == answer(plan, EVERYWHERE, window, PAGES)


def test_known_orders(index):
    def order(sort):
        return [hit.page_id for hit in index.candidates(typed("排序样张"), EVERYWHERE, replace(ALL, sort=sort)).hits]

    assert order(Sort.DATE) == [22, 21, 20, 23, 24]
    assert order(Sort.NUMBER) == [24, 23, 22, 21, 20]
    relevance = [hit.page_id for hit in index.candidates(typed("王丽"), EVERYWHERE, ALL).hits]
    assert [page for page in relevance if page in HAND_MADE_IDS] == [18, 17, 1, 27]


@pytest.mark.parametrize("sort", Sort)
def test_pages_of_hits(index, sort):
    plan = typed("王")
    whole = [hit.page_id for hit in index.candidates(plan, EVERYWHERE, replace(ALL, sort=sort)).hits]
    assert len(whole) > 50
    for number in (0, 1, 3, 500):
        part = index.candidates(plan, EVERYWHERE, Window(10, number * 10, sort=sort))
        assert [hit.page_id for hit in part.hits] == whole[number * 10 : number * 10 + 10]
        assert part.total == len(whole)
    walked, after = [], None
    while step := index.candidates(plan, EVERYWHERE, Window(7, after=after, sort=sort)).hits:
        walked += [hit.page_id for hit in step]
        after = step[-1].place
    assert walked == whole


@pytest.mark.parametrize("words", ["毕", "王丽", "学籍", "2"])
def test_facets_equal_the_walk(index, words):
    scope, fields = Scope(frozenset({1, 3, 4}), frozenset({0})), ("school", "kind", "status")
    of_walk = counts(typed(words), scope, fields, PAGES)
    assert sum(of_walk["kind"].values()) > 0
    assert index.facets(typed(words), scope, fields) == of_walk


def random_plans(count: int = 300):
    chance = random.Random(11)  # noqa: S311 - test data, the same each time
    whole = [page for page in PAGES if 4 < len(page.text) < 1_000]
    for _ in range(count):
        page = chance.choice(whole)
        start = chance.randrange(len(page.text) - 2)
        words = page.text[start : start + chance.choice((1, 2, 3, 4, 5, 8, 20))]
        number = chance.choice([*page.numbers, "0000"])
        piece = number[chance.randrange(max(1, len(number) - 4)) :][: chance.randint(4, 18)]
        swapped = words[:-1] + chance.choice("学籍甲")
        yield chance.choice(
            (
                Text(words),
                Text(swapped),
                typed(words),
                Number(piece),
                Or((Name(words[:2]), Text(swapped))),
                And((Text(words[:2]), Or((Number(piece), Text(words[2:4] or "学"))))),
                And((typed(words[:3]), Label("kind", frozenset({1, 2})), DateRange(20200101, 20211231))),
                OneWrong(Text(swapped)),
                And((OneWrong(Text(swapped)), Label("school", frozenset({1, 2, 3})))),
            )
        )


def test_random_plans_equal_the_walk(index):
    chance = random.Random(5)  # noqa: S311 - test data, the same each time
    for plan in random_plans():
        scope = Scope(frozenset(chance.sample(range(1, 11), 6)), frozenset({0, 1}))
        assert replace(index.candidates(plan, scope, ALL), generation=0) == answer(plan, scope, ALL, PAGES), plan


def test_the_scan_itself_can_miss():
    """The yardstick: a page is found by a piece of its text and not by the same piece with a hole."""
    page = FoldedPage.of(HAND_MADE[3])
    assert holds(Text("教育局批准"), page)
    assert not holds(Text("教育批准"), page)
