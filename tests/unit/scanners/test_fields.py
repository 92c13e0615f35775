"""Fields come from labels, prose and the numbers' own rules; what is not sure says so."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.fields import FieldState, FoundBy, extract
from scanners.kinds import Kind
from scanners.labels import FIELD_LABELS
from scanners.seal import Seal
from scanners.words import TextPage
from tests.unit.scanners.drawing import CERTIFICATE, CHILD_ID, PARENT_ID, line, text_page

SURE, DOUBTFUL, FAILED = FieldState.SURE, FieldState.DOUBTFUL, FieldState.FAILED_CHECK


def fields_of(*rows, confidence: float = 0.98, **options):
    return {field.name: field for field in extract([text_page(rows, confidence=confidence)], **options)}


def values_of(*rows):
    return {name: field.value for name, field in fields_of(*rows).items()}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["姓名", "张伟", "性别", "男"]], {"name": "张伟", "sex": "男"}),
        ([["姓 名", "张 伟", "性 别", "男"]], {"name": "张伟", "sex": "男"}),
        ([["姓名：张伟性别：男民族：苗"]], {"name": "张伟", "sex": "男", "ethnicity": "苗族"}),
        ([["姓名张伟性别男民族汉族"]], {"name": "张伟", "sex": "男", "ethnicity": "汉族"}),
        ([["姓名", "李", "娜"]], {"name": "李娜"}),
        ([["姓名", "阿依古丽·买买提", "民族", "维吾尔"]], {"name": "阿依古丽·买买提", "ethnicity": "维吾尔族"}),
        ([["姓名", "张伟", "曾用名", ""]], {"name": "张伟"}),
        ([["曾用名", "张小伟"]], {"former_name": "张小伟"}),
        ([["出生日期", "2013年7月8日"]], {"birth_on": "2013-07-08"}),
        ([["户主姓名", "张建国", "户主或与户主关系", "之子"]], {"head_of_household": "张建国", "relation": "之子"}),
        ([["户号", "520302001234"]], {"household_no": "520302001234"}),
        ([["年级班级", "七年级3班"]], {"grade": "七年级", "class": "3班"}),
        (
            [["转出学校", "红花岗区第二小学", "转入学校", "汇川区实验小学"]],
            {"school_from": "红花岗区第二小学", "school_to": "汇川区实验小学"},
        ),
        ([["休学时间", "2024年3月1日至2025年2月28日"]], {"period_from": "2024-03-01", "period_to": "2025-02-28"}),
        ([["临床诊断：急性阑尾炎术后"]], {"diagnosis": "急性阑尾炎术后"}),
        ([["家庭住址", "遵义市红花岗区中华路1号"]], {"address": "遵义市红花岗区中华路1号"}),
        ([["家长姓名", "张建国", "联系电话", "13800001234"]], {"guardian_name": "张建国", "phone": "13800001234"}),
    ],
)
def test_value_stands_in_or_beside_its_label(rows, expected):
    assert values_of(*rows) == expected


def test_an_address_goes_on_under_its_first_line():
    first, second = line("住 址贵州省遵义市红花岗区中华路", 60, 300), line("1号2单元301", 180, 360)
    page = TextPage(1, 1011, 638, (first, second, line("公民身份号码", 60, 520)))
    (field,) = extract([page])
    assert (field.name, field.value, field.box[3]) == ("address", "贵州省遵义市红花岗区中华路1号2单元301", 400)


def test_a_period_in_prose():
    found = values_of("建议休学治疗，自2024年3月1日至2024年8月31日，定期复查。", "2024年2月27日")
    assert found == {"period_from": "2024-03-01", "period_to": "2024-08-31", "issued_on": "2024-02-27"}


def test_an_award_without_a_day():
    fields = fields_of("荣誉证书", "李梦瑶同学：", "特发此证，以资鼓励。", "红花岗区教育局", "二〇二三年十二月")
    assert (fields["name"].value, fields["issuer"].value) == ("李梦瑶", "红花岗区教育局")
    assert (fields["issued_on"].value, fields["issued_on"].state) == ("2023-12", DOUBTFUL)


def test_a_salutation_is_no_issuer():
    assert "issuer" not in values_of("申请书", "尊敬的学校领导：", "望批准")


@pytest.mark.parametrize("title", ["学籍证明", "诊断证明书", "户籍证明", "转学申请表", "休学申请表"])
def test_a_title_is_no_value(title):
    assert values_of([title]) == {}


def test_a_certificate_in_prose_with_a_number_over_two_lines():
    found = values_of("学籍证明", *CERTIFICATE, "遵义市红花岗区第一中学", "2024年3月5日")
    assert found == {
        "name": "李梦瑶",
        "sex": "女",
        "ethnicity": "汉族",
        "birth_on": "2012-05-16",
        "id_no": CHILD_ID,
        "student_no": f"G{CHILD_ID}",
        "grade": "七年级",
        "class": "(3)班",
        "issuer": "遵义市红花岗区第一中学",
        "issued_on": "2024-03-05",
    }


def test_the_guardians_number_is_not_the_childs():
    found = values_of(["家长身份证号", PARENT_ID], ["学生身份证号", CHILD_ID])
    assert (found["id_no"], found["guardian_id_no"]) == (CHILD_ID, PARENT_ID)


def test_the_guardians_number_alone_is_nobodys_id_no():
    assert "id_no" not in fields_of(["监护人身份证号", PARENT_ID])


def test_a_number_that_breaks_its_check_keeps_what_was_read():
    wrong = CHILD_ID[:-2] + "72"
    field = fields_of(["身份证号", wrong])["id_no"]
    assert (field.value, field.raw, field.state, field.suggestion) == (wrong, wrong, FAILED, None)


def test_the_other_number_of_the_page_is_only_a_suggestion():
    wrong = CHILD_ID[:-2] + "72"
    field = fields_of(["身份证号", wrong], ["学籍号", f"G{CHILD_ID}"])["id_no"]
    assert (field.value, field.state, field.suggestion) == (wrong, FAILED, CHILD_ID)


def test_look_alikes_are_mapped_but_doubtful_and_raw_stays():
    read = CHILD_ID.replace("0", "O", 1)
    field = fields_of(["身份证号", read])["id_no"]
    assert (field.value, field.raw, field.state) == (CHILD_ID, read, DOUBTFUL)


def test_a_passport_number_by_its_label_is_doubtful_not_failed():
    field = fields_of(["证件号码", "H12345678"])["id_no"]
    assert (field.value, field.state, field.found_by) == ("H12345678", DOUBTFUL, FoundBy.LABEL)


def test_a_low_score_makes_a_value_doubtful():
    assert fields_of(["姓名", "张伟"], confidence=0.8)["name"].state is DOUBTFUL


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([["姓名", "张伟3"]], "name"),
        ([["性别", "另"]], "sex"),
        ([["民族", "双族"]], "ethnicity"),
        ([["填表日期", "2024年月16日"]], "issued_on"),
    ],
)
def test_a_value_of_the_wrong_form_is_doubtful(rows, name):
    assert fields_of(*rows)[name].state is DOUBTFUL


def test_birth_date_and_sex_that_the_number_contradicts_are_doubtful():
    found = fields_of(["性别", "男", "出生日期", "2012年6月16日"], ["身份证号", CHILD_ID])
    assert (found["birth_on"].state, found["birth_on"].suggestion) == (DOUBTFUL, "2012-05-16")
    assert (found["sex"].state, found["sex"].suggestion) == (DOUBTFUL, "女")
    assert found["id_no"].state is SURE


def test_the_issue_date_is_the_labelled_one_else_the_last_but_never_the_birth_date():
    assert values_of("出生日期：2012年5月16日", "填表日期：2024年3月5日", "2025年1月1日")["issued_on"] == "2024-03-05"
    assert values_of("2023年9月1日入学", "2024年3月5日")["issued_on"] == "2024-03-05"
    assert "issued_on" not in fields_of(["身份证号", CHILD_ID], "2012年5月16日")


@pytest.mark.parametrize(
    ("rows", "issuer"),
    [
        (["遵义市红花岗区人民医院", "诊断证明书", "休息两周"], "遵义市红花岗区人民医院"),
        (["疾病证明书", "营口市中心医院（盖章）"], "营口市中心医院"),
        (["户籍证明", "红花岗区公安分局中华路派出所"], "红花岗区公安分局中华路派出所"),
        (["承诺书", "本人承诺材料真实"], None),
    ],
)
def test_the_issuer_is_in_the_signature_or_the_letterhead(rows, issuer):
    assert values_of(*rows).get("issuer") == issuer


def test_the_box_of_a_value_covers_its_characters_and_not_the_label():
    field = fields_of("姓名：张伟")["name"]
    assert field.box == (100 + 3 * 40, 100, 100 + 5 * 40, 140)


def test_a_seals_text_names_its_unit():
    seal = Seal(1, (10, 10, 90, 90), "遵义市第一中学", 0.97)
    field = fields_of("特此证明", seals=[seal])["seal_unit"]
    assert (field.value, field.found_by, field.box) == ("遵义市第一中学", FoundBy.SEAL, (10, 10, 90, 90))


def test_every_seal_has_its_own_field():
    seals = [
        Seal(1, (10, 10, 90, 90), "遵义市第一中学", 0.99),
        Seal(1, (10, 200, 90, 280), "", 0.0),
        Seal(2, (0, 0, 9, 9), "某某市教育局", 0.9),
    ]
    found = [(field.value, field.page, field.state) for field in extract([text_page(["证明"])], seals=seals) if field.name == "seal_unit"]
    assert found == [("遵义市第一中学", 1, SURE), ("某某市教育局", 2, DOUBTFUL)]


def test_a_page_without_words_has_no_fields():
    assert extract([TextPage(1, 1654, 2339), text_page(["姓名：张伟"], no=2), TextPage(3, 1654, 2339)]) == extract(
        [text_page(["姓名：张伟"], no=2)]
    )
    assert extract([]) == extract([TextPage(1, 100, 100)]) == []


@given(
    st.lists(
        st.lists(st.text("姓名：诊断自至年月日12345678X（）子户主常住人口登记卡，。 ", min_size=1, max_size=20), min_size=1, max_size=3),
        max_size=8,
    )
)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_on_a_page_is_read_without_failing(rows):
    for field in extract([text_page(rows)]):
        assert field.value
        assert field.name in FIELD_LABELS


def test_a_kind_keeps_the_fields_it_bears():
    kind = Kind(code="notice", label="告知书", series="C2", sensitivity="M", titles=("告知书",), fields=("school",))
    found = fields_of(["姓名", "张伟", "联系电话", "13800001234"], kind=kind)
    assert set(found) == {"name"}
