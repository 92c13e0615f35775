"""Papers are told by title, wording and issuer; without a title the answer is not sure."""

import pytest

from scanners.cjk_text import fold
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
        (["休学申请书", "尊敬的校领导", "特此申请", "申请人"], "written_application"),
        (["休学申请书", ["姓名", "张伟"], "休学原因", "学校意见：", "校长签字："], "suspension_application"),
        (["转学申请书", "本人张伟，自愿申请转学。", "申请人：张伟"], "transfer_application"),
        (["转学申请書", "本人张伟，自愿申请转学。", "申请人：张伟"], "transfer_application"),
        (["复学申请", "尊敬的学校领导", "此致", "敬礼"], "written_application"),
        (["某某市人民医院", "诊断证明书", "临床诊断：肺炎恢复期", "处理意见：已治愈，可以复学。", "医师"], "recovery_certificate"),
        (["某某市人民医院", "诊断证明书", "诊断：骨折术后", "病情稳定，可恢复正常学习。", "医师"], "recovery_certificate"),
        (["某某市人民医院", "诊断证明书", "诊断：骨折", "建议休学治疗，治愈后方可复学。", "医师"], "diagnosis_certificate"),
        (["某某市人民医院", "疾病证明书", "诊断：肺炎", "休息两周，不能正常上课", "医师"], "diagnosis_certificate"),
        (["申请书", "尊敬的领导", "特此申请"], "written_application"),
        (["关于对张某的处分决定", "违反", "警告"], "sanction_decision"),
        (["休學申请表", "休学原因", "学校意见"], "suspension_application"),
        (["常住人口登记卡", "户主或与户主关系", "籍贯"], "hukou_page"),
    ],
)
def test_real_world_headings(rows, code):
    guess = classify([text_page(rows)], PRODUCT)
    assert (guess.code, guess.state) == (code, "sure")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["某某市人民医院", "诊断证明书", "诊断：骨折", "骨折已治愈，建议休息一周，医师"], "diagnosis_certificate"),
        (["转学申请表", "尊敬的领导：", "学校意见："], "transfer_application"),
    ],
)
def test_a_heading_with_the_wording_of_both_kinds_is_left_to_a_person(rows, code):
    guess = classify([text_page(rows)], PRODUCT)
    assert (guess.code, guess.state) == (code, "unsure")


def test_titles_and_words_are_written_as_pages_are_folded():
    assert [text for kind in PRODUCT for text in (*kind.titles, *kind.words, *kind.issuers) if fold(text) != text] == []


def test_what_is_stapled_to_a_form_does_not_change_its_kind():
    form = text_page(["休学申请表", "休学原因：", "学校意见："], no=2)
    proof = text_page(["某某市人民医院", "诊断证明书", "临床诊断", "处理意见", "科别", "门诊号", "医师", "建议休学"], no=3)
    assert classify([text_page([]), form, proof], PRODUCT).code == "suspension_application"


def test_wording_alone_is_a_guess():
    guess = classify([text_page(["户主或与户主关系 之子", "籍贯 贵州"])], PRODUCT)
    assert (guess.code, guess.state) == ("hukou_page", "unsure")


@pytest.mark.parametrize("rows", [[], ["今天天气很好"]])
def test_nothing_to_go_by_is_unknown(rows):
    assert classify([text_page(rows)], PRODUCT) == UNKNOWN
