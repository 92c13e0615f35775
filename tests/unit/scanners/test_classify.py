"""Papers are told by title, wording and issuer; without a title the answer is not sure."""

import pytest

from scanners.classify import UNKNOWN, classify
from scanners.kinds import load_kinds
from tests.unit.scanners.drawing import KINDS, text_page

PRODUCT = load_kinds(KINDS)


@pytest.mark.parametrize("kind", list(PRODUCT), ids=lambda kind: kind.code)
def test_every_kind_is_told_by_its_title_and_some_of_its_words(kind):
    rows = ["材料", f"{kind.titles[0]}", *kind.words[:3]]
    assert classify([text_page(rows)], PRODUCT).code == kind.code


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["学 籍 证 明", "兹证明张伟，系我校学生", "学籍号"], "registry_certificate"),
        (["某某市人民医院", "疾 病 诊 断 证 明 书", "临床诊断", "医师"], "diagnosis_certificate"),
        (["中小学生转学联系衷", "转出学校", "转入学校", "家长签字"], "transfer_contact_form"),
        (["营口市普通高中学生休学申请表", "休学原因"], "suspension_application"),
        (["休学申请书", "尊敬的校领导", "特此申请", "申请人"], "suspension_application"),
        (["申请书", "尊敬的领导", "特此申请"], "written_application"),
        (["关于对张某的处分决定", "违反", "警告"], "sanction_decision"),
        (["常住人口登记卡", "户主或与户主关系", "籍贯"], "hukou_page"),
    ],
)
def test_real_world_headings(rows, code):
    guess = classify([text_page(rows)], PRODUCT)
    assert (guess.code, guess.state) == (code, "sure")


def test_wording_alone_is_a_guess():
    guess = classify([text_page(["户主或与户主关系 之子", "籍贯 贵州"])], PRODUCT)
    assert (guess.code, guess.state) == ("hukou_page", "unsure")


@pytest.mark.parametrize("rows", [[], ["今天天气很好"]])
def test_nothing_to_go_by_is_unknown(rows):
    assert classify([text_page(rows)], PRODUCT) == UNKNOWN
