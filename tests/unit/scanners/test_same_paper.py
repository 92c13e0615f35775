"""Which texts are one paper scanned twice, as a table: children, dates, figures, misreadings."""

import numpy as np
import pytest

from scanners.cjk_text import is_han
from scanners.same_paper import Why, compare, seen
from tests.factories import resident_id

ONE, TWIN, PARENT = resident_id(serial=11), resident_id(serial=27), resident_id(birth="19850308", serial=12)
FORM = """中小学生休学申请表
学校  {school}  年级班级  {grade}
姓名  {name}  性别  男  出生日期  2013年3月5日
身份证号  {id_no}
监护人  {guardian}  电话  {phone}
休学起止  {start} 至 {end}
休学理由  因病需住院治疗，附县级以上医疗机构诊断证明
家长意见  同意申请，情况属实
学校意见  经核实情况属实，同意休学并报主管部门备案
申请日期  {on}"""
FILLED = {
    "school": "观山湖区第三中学", "grade": "七年级2班", "name": "张晓明", "id_no": ONE, "guardian": "张建国", "phone": "13900001234",
    "start": "2024年9月10日", "end": "2025年7月10日", "on": "2024年9月6日",
}  # fmt: skip
BLANK = dict.fromkeys(FILLED, "")
AWARD = "荣誉证书\n{name}同学：\n在二〇二四年春季运动会中荣获七年级组跳远第一名，特发此证，以资鼓励。\n观山湖区第三中学\n2024年5月6日"


def page(*, form=FORM, own=True, named=True, **filled):
    values = {**FILLED, **filled}
    names = [values["name"]] if named and values["name"] else []
    return seen(form.format_map(values), names=names, numbers=[values["id_no"]] if own and values["id_no"] else [])


def misread(text, share, seed=1):
    """The text with this share of its Chinese letters and none of its figures read wrongly."""
    dice = np.random.default_rng(seed)
    return "".join(dice.choice(list("刂亻讠氵曰囗夂彳")) if is_han(sign) and dice.random() < share else sign for sign in text)


def test_the_same_page_is_one_paper():
    found = compare(page(), page())
    assert (found.text, found.why_not, found.is_same) == (1, None, True)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("share", [0.01, 0.04, 0.08])
def test_a_worse_scan_of_it_is(share, seed):
    worse = seen(misread(FORM.format_map(FILLED), share, seed), names=["张晓明"], numbers=[ONE])
    assert compare(page(), worse).why_not is None


WORSE = {
    "the number misread": {"id_no": ONE[:9] + "9" + ONE[10:]},
    "the number lost": {"id_no": ""},
    "a digit of the telephone misread": {"phone": "13900001284"},
    "a date lost": {"end": ""},
    "a date broken": {"on": "2024年9月日"},
    "the guardian lost": {"guardian": ""},
}


@pytest.mark.parametrize("how", WORSE)
def test_a_scan_that_lost_a_little_is(how):
    assert compare(page(), page(**WORSE[how])).why_not is None
    assert compare(page(**WORSE[how]), page()).why_not is None


def test_the_order_of_lines_does_not_matter():
    turned = "\n".join(reversed(FORM.format_map(FILLED).splitlines()))
    assert compare(page(), seen(turned, names=["张晓明"], numbers=[ONE])).is_same


def test_a_name_that_was_found_on_one_scan_only_stands_in_the_text_of_the_other():
    assert compare(page(own=False), page(own=False, named=False)).is_same


NOT_ONE = {
    "two blank forms": (BLANK, BLANK, Why.NOBODY),
    "a blank form and a filled one": (FILLED, BLANK, Why.NOBODY),
    "two children": (FILLED, {"name": "李思思", "id_no": TWIN}, Why.OTHER_CHILD),
    "two children of one name": (FILLED, {"id_no": TWIN}, Why.OTHER_CHILD),
    "twins, one letter apart": (FILLED, {"name": "张晓亮", "id_no": TWIN}, Why.OTHER_CHILD),
    "the same child a year later": (FILLED, {"on": "2025年9月6日", "start": "2025年9月10日"}, Why.OTHER_DATE),
    "one day later": (FILLED, {"on": "2024年9月7日"}, Why.OTHER_DATE),
    "another telephone": (FILLED, {"phone": "13877776666"}, Why.OTHER_FIGURE),
}


@pytest.mark.parametrize("how", NOT_ONE)
def test_what_is_not_one_paper(how):
    one, other, why = NOT_ONE[how]
    assert compare(page(**one), page(**other)).why_not is why
    assert compare(page(**other), page(**one)).why_not is why


@pytest.mark.parametrize("other", ["李思思", "张晓亮"])
def test_without_any_number_the_names_decide(other):
    assert compare(page(id_no=""), page(id_no="", name=other)).why_not is Why.OTHER_CHILD
    assert compare(page(id_no=""), page(id_no="")).is_same


def test_a_guardians_number_on_both_vouches_for_nobody():
    """Siblings on the same form on the same day: only the names differ, and the parent's number is the same."""
    form = FORM + "\n监护人身份证号  " + PARENT
    one, other = page(form=form, id_no=""), page(form=form, id_no="", name="张晓亮")
    assert compare(one, other).why_not is Why.OTHER_CHILD


def test_a_name_read_from_the_wrong_place_does_not_make_two_children_one():
    """Both pages were read as being about the head of the class; the words in place of each other tell."""
    one, other = (seen(AWARD.format(name=name), names=["王丽"]) for name in ("张晓明", "李思"))
    assert compare(one, other).why_not is Why.OTHER_CHILD


def test_an_award_without_a_number():
    one, other = (seen(AWARD.format(name=name), names=[name]) for name in ("张晓明", "李思思"))
    assert compare(one, other).why_not is Why.OTHER_CHILD
    assert compare(one, seen(misread(AWARD.format(name="张晓明"), 0.03), names=["张晓明"])).is_same


def test_two_terms_of_one_child_differ_in_their_marks():
    rows = "学生成绩单\n姓名 张晓明\n语文 {} 数学 {} 英语 {} 物理 {} 历史 {} 地理 {}\n班主任评语：学习认真，团结同学，热爱劳动"
    one, other = (seen(rows.format(*marks), names=["张晓明"]) for marks in ((95, 88, 91, 76, 84, 90), (93, 86, 97, 79, 81, 92)))
    assert compare(one, other).why_not is Why.OTHER_FIGURE


def test_another_paper_of_the_same_child():
    letter = seen("情况说明\n我的孩子张晓明近日随祖父母返乡居住，特此说明，家长签名", names=["张晓明"], numbers=[ONE])
    assert compare(page(), letter).why_not is Why.OTHER_WORDS


def test_a_few_words_are_too_few():
    assert compare(seen("张晓明", names=["张晓明"]), seen("张晓明", names=["张晓明"])).why_not is Why.SHORT


def test_dates_are_compared_whatever_form_they_have():
    han, digits = (
        seen(AWARD.format(name="张晓明").replace("2024年5月6日", on), names=["张晓明"]) for on in ("二〇二四年五月六日", "2024.5.6")
    )
    assert han.dates == digits.dates == {"2024-05-06"}
