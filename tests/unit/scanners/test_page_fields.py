"""One paper's proposals weighed against each other."""

from dataclasses import replace

from scanners.page_fields import fields_of
from scanners.proposals import FieldState
from tests.unit.scanners.drawing import CHILD_ID, PARENT_ID, text_page


def test_an_application_and_its_certificate_are_read_as_one():
    form = text_page(["休学申请表", ["学生姓名", "李梦瑶"], ["起止日期", "2024年3月1日至2025年2月28日"], ["日期", "2024年3月1日"]])
    proof = text_page(
        ["某某市人民医院", "疾病诊断证明书", "诊断：", "肺炎", "建议休息（2024年3月1日至2024年5月1日）。", "2024年2月28日"], no=2
    )
    best = fields_of([form, proof])
    assert {name: field.value for name, field in best.items()} == {
        "name": "李梦瑶",
        "period_from": "2024-03-01",
        "period_to": "2025-02-28",
        "issued_on": "2024-03-01",
        "issuer": "某某市人民医院",
        "hospital": "某某市人民医院",
        "diagnosis": "肺炎",
    }


def test_a_standalone_date_may_be_the_first_day_of_the_rest():
    best = fields_of([text_page(["建议休学（2024年3月1日至2024年5月1日）", "2024年3月1日"])])
    assert (best["issued_on"].value, best["issued_on"].state) == ("2024-03-01", FieldState.SURE)


def test_a_date_in_prose_is_doubtful():
    best = fields_of([text_page(["经2024年3月5日核实，情况属实。"])])
    assert best["issued_on"].state is FieldState.DOUBTFUL


def test_a_grown_ups_number_is_the_students_only_on_a_page_of_one_person():
    page = text_page([["公民身份号码", PARENT_ID], "2024年3月5日"])
    assert "id_no" not in fields_of([page])
    assert fields_of([page], of_one_person=True)["id_no"].value == PARENT_ID


def test_a_second_engines_number_is_suggested():
    page = text_page([["身份证号", CHILD_ID[:-2] + "72"]])
    page = replace(page, lines=(page.lines[0], replace(page.lines[1], second=CHILD_ID)))
    field = fields_of([page])["id_no"]
    assert (field.state, field.suggestion) == (FieldState.FAILED_CHECK, CHILD_ID)
