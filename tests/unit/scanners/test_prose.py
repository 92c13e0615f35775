"""Who a certificate in prose speaks of, and whose facts follow."""

import pytest

from scanners.fields import extract
from tests.unit.scanners.drawing import CHILD_ID, PARENT_ID, text_page


def values_of(*rows):
    return {field.name: field.value for field in extract([text_page(rows)])}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("兹证明李梦瑶，女，汉族", "李梦瑶"),
        ("兹证明我校学生李梦瑶系七年级", "李梦瑶"),
        ("本人李梦瑶，身份证号码", "李梦瑶"),
        ("关于给予李梦瑶同学警告处分的决定", "李梦瑶"),
        ("我是七年级学生李梦瑶的母亲", "李梦瑶"),
        ("兹证明张建国系我单位职工，其女李梦瑶现就读于", "李梦瑶"),
        ("兹证明张建国（居民），其子女李梦瑶在我社区居住", "李梦瑶"),
        ("系我村村民张建国之子张伟，现随其生活", "张伟"),
        ("本人承诺，所有材料真实有效", None),
        ("并已告知学生本人及家长", None),
        ("其子女现就读于本市", None),
    ],
)
def test_name(text, name):
    assert values_of(text).get("name") == name


def test_the_parent_of_a_work_proof_is_no_student():
    found = values_of(
        "工作证明", f"兹证明我单位职工张建国，男，（身份证号：{PARENT_ID}），其女李梦瑶现就读于", "某某中学。", "2024年3月5日"
    )
    assert (found["name"], found["guardian_name"], found["guardian_id_no"]) == ("李梦瑶", "张建国", PARENT_ID)
    assert not {"id_no", "sex"} & set(found)


def test_beside_the_childs_name_the_bare_name_is_the_guardians():
    found = values_of(["姓名", "张建国", "子女姓名", "李梦瑶"])
    assert (found["name"], found["guardian_name"]) == ("李梦瑶", "张建国")


def test_a_child_of_that_age_is_nobodys_parent():
    found = values_of("我是学生李梦瑶的父亲，身份证号" + CHILD_ID[:8], CHILD_ID[8:] + "，特此申请。", "2024年3月5日")
    assert (found["id_no"], "guardian_id_no" in found) == (CHILD_ID, False)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("自2024年3月1日至2024年8月31日", ("2024-03-01", "2024-08-31")),
        ("建议休学治疗6个月（2024年3月1日至2024年8月31日），", ("2024-03-01", "2024-08-31")),
        ("休息时间为2024年3月1日起至2024年8月31日", ("2024-03-01", "2024-08-31")),
        ("2024年3月1日经查，2024年8月31日复查", (None, None)),
    ],
)
def test_period(text, period):
    found = values_of(text)
    assert (found.get("period_from"), found.get("period_to")) == period


def test_where_somebody_lives():
    found = values_of("现居住在遵义市红花岗区中华路1号2单元，情况属实。")
    assert found["address"] == "遵义市红花岗区中华路1号2单元"
