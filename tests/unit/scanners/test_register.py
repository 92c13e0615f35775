"""A household's cards are told apart, and a child's from a grown-up's."""

import pytest

from scanners.fields import extract
from scanners.register import Seniority, cards_of, seniority
from tests.unit.scanners.drawing import CHILD_ID, PARENT_ID, text_page

HOME = ["居民户口簿", ["户别", "家庭户", "户主姓名", "张建国"], ["户号", "520302001234"], ["登记日期：2015年2月21日"]]


def card(name, relation, sex, number, registered):
    """A register's card as its rows."""
    rows = [["姓名", name, "户主或与户主关系", relation], ["性别", sex], ["公民身份号码", number], f"登记日期：{registered}"]
    return ["常住人口登记卡", *rows]


HEAD = card("张建国", "户主", "男", PARENT_ID, "2015年2月20日")
CHILD = card("张小雅", "女", "女", CHILD_ID, "2012年6月1日")


def values(pages, name):
    return [(field.value, field.page) for field in extract(pages) if field.name == name]


@pytest.mark.parametrize(
    ("relation", "age"),
    [
        ("子", Seniority.CHILD),
        ("长女", Seniority.CHILD),
        ("之子", Seniority.CHILD),
        ("户主之女", Seniority.CHILD),
        ("外孙女", Seniority.CHILD),
        ("侄子", Seniority.CHILD),
        ("户主", Seniority.GROWN),
        ("妻", Seniority.GROWN),
        ("妻子", Seniority.GROWN),
        ("儿媳", Seniority.GROWN),
        ("女婿", Seniority.GROWN),
        ("孙媳", Seniority.GROWN),
        ("岳母", Seniority.GROWN),
        ("非亲属", Seniority.UNTOLD),
        (None, Seniority.UNTOLD),
    ],
)
def test_relations(relation, age):
    assert seniority(relation) is age


def test_each_page_is_one_person_and_the_child_comes_first():
    pages = [text_page(rows, no=no) for no, rows in enumerate((HOME, HEAD, CHILD), start=1)]
    assert values(pages, "name") == [("张小雅", 3), ("张建国", 2)]
    assert values(pages, "id_no") == [(CHILD_ID, 3), (PARENT_ID, 2)]
    assert values(pages, "sex") == [("女", 3), ("男", 2)]
    assert values(pages, "relation") == [("女", 3), ("户主", 2)]
    assert values(pages, "issued_on")[0] == ("2012-06-01", 3)
    assert values(pages, "head_of_household") == [("张建国", 1)]


def test_two_cards_on_one_sheet_are_two_people():
    page = text_page([*HEAD, *CHILD])
    cards, others = cards_of([page])
    assert (len(cards), others) == (2, [])
    assert [value for value, _ in values([page], "name")] == ["张小雅", "张建国"]


def test_the_first_page_above_a_card_is_a_paper_of_its_own():
    cards, others = cards_of([text_page([*HOME, *CHILD])])
    assert (len(cards), len(others)) == (1, 1)
    assert values([text_page([*HOME, *CHILD])], "issued_on")[0] == ("2012-06-01", 1)


def test_a_misread_heading_still_begins_a_card():
    assert len(cards_of([text_page(["常住人日登记卞", *CHILD[1:]])])[0]) == 1


def test_a_card_without_relation_is_a_childs_by_its_birth():
    pages = [text_page(HOME), text_page(HEAD, no=2), text_page([CHILD[0], ["姓名", "张小雅"], *CHILD[2:]], no=3)]
    assert values(pages, "issued_on")[0] == ("2012-06-01", 3)


def test_a_value_that_two_people_share_comes_once():
    other = [CHILD[0], ["姓名", "张建国", "户主或与户主关系", "户主"], ["性别", "女"]]
    assert values([text_page(other), text_page(CHILD, no=2)], "sex") == [("女", 2)]


def test_a_certificate_that_names_another_period_shows():
    pages = [
        text_page([["起止日期", "2024年3月1日至2025年2月28日"]]),
        text_page(["建议休学治疗（2024年3月1日至2024年8月31日）"], no=2),
    ]
    assert values(pages, "period_from") == [("2024-03-01", 1)]
    assert values(pages, "period_to") == [("2025-02-28", 1), ("2024-08-31", 2)]


def test_another_childs_paper_in_the_same_record_shows():
    pages = [text_page([["学生姓名", "张伟"], ["年级", "七年级"]]), text_page([["学生姓名", "李梦瑶"], ["年级", "八年级"]], no=2)]
    assert values(pages, "name") == [("张伟", 1), ("李梦瑶", 2)]
    assert values(pages, "grade") == [("七年级", 1)]
