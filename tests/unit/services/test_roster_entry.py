"""What the columns of a roster mean."""

from datetime import date

import pytest

from archive_service.rules.identity import IdKind, Sex
from archive_service.services.roster_entry import GuardianName, read_entry
from archive_service.services.roster_sheet import SheetRow
from tests.factories import resident_id

TODAY = date(2026, 9, 1)
ROW = {"姓名": "王一", "性别": "男", "出生日期": "2013-03-05", "身份证件类型": "1", "身份证件号": resident_id()}
ROW |= {"年级": "七年级", "班级": "2班"}


def read(sections=("junior",), **cells):
    entry, faults = read_entry(SheetRow("Sheet", 2, {**ROW, **cells}), sections, TODAY)
    assert (entry is None) == bool(faults)
    return entry, [(fault.column, fault.code) for fault in faults]


@pytest.mark.parametrize("text", ["2013-03-05", "2013/3/5", "2013.3.5", "2013年3月5日", "20130305"])
def test_birth_dates_are_read_as_clerks_write_them(text):
    assert read(出生日期=text)[0].birth_on == date(2013, 3, 5)


@pytest.mark.parametrize("text", ["201335", "2013-13-01", "2013-02-29", "05/03/2013", "三月"])
def test_a_date_that_can_be_read_two_ways_is_not_read(text):
    assert read(出生日期=text)[1] == [("出生日期", "date")]


@pytest.mark.parametrize("text", ["2025-09", "2025年9月", "202509", "2025.9", "2025-09-01", "20250901", "2025年9月1日"])
def test_months_of_entry(text):
    assert read(入学年月=text)[0].entered_on == date(2025, 9, 1)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", IdKind.RESIDENT),
        ("居民身份证", IdKind.RESIDENT),
        ("z", IdKind.OTHER),
        ("香港居民来往内地通行证", IdKind.HONG_KONG),
        ("台湾居民居住证", IdKind.TAIWAN),
        ("外国人永久居留身份证", IdKind.PERMANENT_RESIDENCE),
        ("护照", IdKind.PASSPORT),
        ("户口簿", IdKind.OTHER),
    ],
)
def test_documents_by_code_and_by_word(text, kind):
    numbers = {"RESIDENT": resident_id(), "HONG_KONG": "H12345678", "MACAO": "M12345678", "TAIWAN": "12345678", "PASSPORT": "E12345678"}
    assert read(身份证件类型=text, 身份证件号=numbers.get(kind.name, "912345678901234567" if kind == "9" else ""))[0].id_type is kind


@pytest.mark.parametrize("text", ["男", "1", "男性"])
def test_sexes(text):
    assert read(性别=text)[0].sex is Sex.MALE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("王建国（父亲）、李芳（母亲）", (("王建国", "父亲"), ("李芳", "母亲"))),
        ("父亲：王建国；母亲：李芳", (("王建国", "父亲"), ("李芳", "母亲"))),
        ("王建国，李芳", (("王建国", "监护人"), ("李芳", "监护人"))),
        ("王建国", (("王建国", "监护人"),)),
    ],
)
def test_guardians_with_their_relation(text, expected):
    assert read(监护人=text)[0].guardians == tuple(GuardianName(*pair) for pair in expected)


@pytest.mark.parametrize(
    ("grade", "sections", "section"),
    [
        ("七年级", ("primary", "junior"), "junior"),
        ("三年级", ("primary", "junior"), "primary"),
        ("初三", ("primary", "junior"), "junior"),
        ("高三年级", ("senior",), "senior"),
        ("2026级", ("senior",), "senior"),
        ("三年级", ("special",), "special"),
    ],
)
def test_the_grade_tells_the_section(grade, sections, section):
    assert read(sections, 年级=grade)[0].section == section


@pytest.mark.parametrize(("grade", "sections"), [("高一", ("junior",)), ("2026级", ("primary", "junior")), ("三年级", ("junior",))])
def test_a_grade_the_school_does_not_have_is_a_fault(grade, sections):
    assert read(sections, 年级=grade)[1] == [("年级", "grade")]


def test_spaces_align_han_names_but_belong_to_foreign_ones():
    assert read(姓名="王 一")[0].name == "王一"
    assert read(姓名="Maria Silva", 身份证件类型="A", 身份证件号="E12345678")[0].name == "Maria Silva"


@pytest.mark.parametrize("cells", [{"出生日期": "2027-01-01"}, {"出生日期": "1913-03-05"}])
def test_a_birth_date_out_of_range_is_a_fault(cells):
    assert ("出生日期", "date_range") in read(身份证件类型="Z", 身份证件号="", **cells)[1]


def test_entry_before_birth_is_a_fault():
    assert read(入学年月="2012-09")[1] == [("入学年月", "date_range")]


def test_numbers_are_folded_before_they_are_judged():
    id_no = resident_id()
    spaced = f" {id_no[:6]} {id_no[6:14]} {id_no[14:]}"
    assert read(身份证件号=spaced, 学籍号=f"g{spaced}")[0].student_no == f"G{id_no}"


@pytest.mark.parametrize(
    ("words", "number", "kind"),
    [
        ("港澳居民来往内地通行证", "H12345678", IdKind.HONG_KONG),
        ("港澳居民来往内地通行证", "m12345678", IdKind.MACAO),
        ("港澳台居民居住证", "810000201303050017", IdKind.HONG_KONG),
        ("港澳台居民居住证", "820000201303050016", IdKind.MACAO),
        ("港澳台居民居住证", "830000201303050014", IdKind.TAIWAN),
    ],
)
def test_a_permit_for_either_place_is_told_by_its_number(words, number, kind):
    assert read(身份证件类型=words, 身份证件号=number)[0].id_type is kind


@pytest.mark.parametrize("nothing", ["无", "/", "—"])
def test_clerks_write_something_where_there_is_nothing(nothing):
    entry, _ = read(学籍号=nothing, 曾用名=nothing, 身份证件类型="无证件", 身份证件号=nothing, 监护人=nothing, 户籍地址=nothing)
    assert (entry.student_no, entry.former_name, entry.id_no, entry.guardians, entry.address) == ("", "", "", (), "")
