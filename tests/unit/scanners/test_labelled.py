"""Values beside and under their labels."""

import pytest

from scanners.fields import FieldState, extract
from scanners.words import TextPage
from tests.unit.scanners.drawing import CHILD_ID, line, text_page


def fields_of(*rows):
    return {field.name: field for field in extract([text_page(rows)])}


@pytest.mark.parametrize(
    ("rows", "name", "value"),
    [
        (["诊断：", "肺结核（继发型，痰检阴性）", "处理意见：", "休息"], "diagnosis", "肺结核（继发型，痰检阴性）"),
        (["临床诊断", "急性阑尾炎", "术后", "医师签名：侯"], "diagnosis", "急性阑尾炎术后"),
        (["休学原因：", "因病治疗", "家长签字："], "reason", "因病治疗"),
        (["学校（盖章）：某某市第一中学"], "school", "某某市第一中学"),
        ([["户主或与户主关系", "户主"]], "relation", "户主"),
        (["户主或与户主关系子"], "relation", "子"),
        ([["户主或有户主关系", "子"]], "relation", "子"),
        ([["年级、班级", "高一1班"]], "class", "1班"),
        ([["班级", "七年级3班"]], "class", "3班"),
        ([["班级", "3班"]], "class", "3班"),
        ([["交款人：李梦瑶", "性别：女"]], "name", "李梦瑶"),
        (["收款单位（章）：某某市人民医院"], "hospital", "某某市人民医院"),
        (["日期：2024年3月9日", "填表日期：2024年3月5日"], "issued_on", "2024-03-05"),
    ],
)
def test_value(rows, name, value):
    assert fields_of(*rows)[name].value == value


def test_a_label_in_two_characters_one_above_the_other():
    lines = (
        line("姓", 100, 100),
        line("李梦瑶", 200, 140),
        line("名", 100, 180),
        line("性", 400, 100),
        line("女", 500, 140),
        line("别", 400, 180),
    )
    found = {field.name: field.value for field in extract([TextPage(1, 1654, 2339, lines)])}
    assert found == {"name": "李梦瑶", "sex": "女"}


def test_a_label_whose_next_line_is_a_label_has_no_value():
    assert "diagnosis" not in fields_of("诊断：", "处理意见：", "休息")


@pytest.mark.parametrize(
    ("rows", "id_no", "state"),
    [
        ([["身份证号", CHILD_ID[:8]]], None, None),
        ([["身份证号", CHILD_ID[:16]]], None, None),
        ([["身份证号", CHILD_ID[:17]]], CHILD_ID[:17], FieldState.FAILED_CHECK),
        ([["身份证号", "520302850308123"]], "520302850308123", FieldState.DOUBTFUL),
        ([["证件号码", "H0123456789"]], "H0123456789", FieldState.DOUBTFUL),
        ([["证件号码", "12345678"]], None, None),
        ([["台湾居民来往大陆通行证"], ["证件号码", "12345678"]], "12345678", FieldState.DOUBTFUL),
    ],
)
def test_a_piece_of_a_number_is_no_number(rows, id_no, state):
    field = fields_of(*rows).get("id_no")
    assert (field and field.value, field and field.state) == (id_no, state)
