"""Real pixels through the real engines: one certificate, one form, one second opinion. Two seconds each."""

import io
import json

import pytest

from scanners.__main__ import main
from scanners.kinds import load_kinds
from scanners.limits import Limits
from scanners.rapidocr_engine import RapidOcrEngine
from scanners.reading import read
from scanners.second_opinion import rapidocr_checked
from scanners.tesseract_engine import TesseractEngine
from tests.unit.scanners.drawing import CERTIFICATE, CHILD_ID, KINDS, PARENT_ID, bgr, certificate, saved, table, written

pytestmark = pytest.mark.ocr
LIMITS, PRODUCT = Limits(), load_kinds(KINDS)


@pytest.fixture(scope="module")
def rapidocr():
    return RapidOcrEngine("openvino")


def test_a_stamped_certificate_lying_on_its_side(rapidocr):
    page = certificate().transpose(2)  # turned by 90 degrees
    reading = read(saved(page, quality=60), "image/jpeg", engine=rapidocr, kinds=PRODUCT, limits=LIMITS)
    values = {field.name: field.value for field in reading.fields}
    assert (reading.kind.code, values["name"], values["id_no"]) == ("registry_certificate", "李梦瑶", CHILD_ID)
    assert (values["student_no"], values["issued_on"]) == (f"G{CHILD_ID}", "2024-03-05")
    assert (reading.pages[0].width_px, reading.pages[0].height_px) == (1654, 2339)
    assert [seal.text for seal in reading.seals] == ["遵义市红花岗区第一中学"]
    box = next(field.box for field in reading.fields if field.name == "name")
    assert (box[0], box[1]) == pytest.approx((150 + 3 * 36, 490), abs=25)


def test_a_form_with_the_childs_and_the_parents_numbers(rapidocr):
    rows = [
        ["姓 名", "张伟", "性 别", "女"],
        ["身份证件号", CHILD_ID],
        ["家长姓名", "张建国", "联系电话", "13800001234"],
        ["家长身份证号", PARENT_ID],
        ["转出学校", "红花岗区第二小学", "转入学校", "汇川区实验小学"],
        ["填表日期", "2024年8月20日"],
    ]
    reading = read(saved(table(rows)), "image/jpeg", engine=rapidocr, kinds=PRODUCT, limits=LIMITS)
    values = {field.name: (field.value, field.state) for field in reading.fields}
    assert reading.kind.code == "transfer_contact_form"
    assert values == {
        "name": ("张伟", "sure"),
        "sex": ("女", "sure"),
        "id_no": (CHILD_ID, "sure"),
        "guardian_name": ("张建国", "sure"),
        "phone": ("13800001234", "sure"),
        "school_from": ("红花岗区第二小学", "sure"),
        "school_to": ("汇川区实验小学", "sure"),
        "issued_on": ("2024-08-20", "sure"),
    }


def test_characters_have_boxes_of_their_own(rapidocr):
    lines = rapidocr.read(bgr(written(["特此证明有效"])), dpi=200)
    assert [word.text for word in lines[0].words] == list("特此证明有效")
    middles = [(word.box[0] + word.box[2]) / 2 for word in lines[0].words]
    assert middles == pytest.approx([200 + 40 * at for at in range(6)], abs=16)


def test_tesseract_reads_the_numbers():
    lines = TesseractEngine().read(bgr(written(CERTIFICATE)), dpi=200)
    assert CHILD_ID in "".join("".join(line.text.split()) for line in lines)


def test_a_misprinted_number_is_read_alike_by_both_engines_and_suggests_nothing():
    wrong = CHILD_ID[:-2] + "72"
    page = bgr(written([f"身份证号{wrong}"]))
    engine = rapidocr_checked()
    (line,) = engine.read(page, dpi=200)
    assert ("tesseract" in engine.version, line.second) == (True, wrong)
    reading = read(saved(written([f"身份证号{wrong}"])), "image/jpeg", engine=engine, kinds=PRODUCT, limits=LIMITS)
    assert [(field.value, field.suggestion) for field in reading.fields if field.name == "id_no"] == [(wrong, None)]


def test_the_command_line_prints_what_it_sees(tmp_path, capsys):
    path = tmp_path / "page.bin"
    path.write_bytes(saved(certificate()))
    assert main([str(path), "--json", "--engine", "rapidocr"]) == 0
    seen = json.load(io.StringIO(capsys.readouterr().out))
    assert seen["kind"]["code"] == "registry_certificate"
    assert "李梦瑶" in seen["text"][0]
