"""The household booklet: first page, and a registration card for the head, a parent or the child.

Cards are 143 x 105 mm on paper with a pale pattern; offices mostly hand in photocopies of two cards on an A4 sheet.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from demo.model import Sex
from demo.papers.fonts import Face
from demo.papers.layout import Cell, Ruling, row
from demo.papers.seals import Seal, press
from demo.papers.sheet import Print
from demo.papers.subject import chinese_date, identity_values

if TYPE_CHECKING:
    from datetime import date

    from demo.model import Guardian
    from demo.papers.sheet import Colour, Sheet
    from demo.papers.subject import Draft, Values

CARD = (143.0, 105.0)
CARD_PAPER: Colour = (246, 247, 238)
PATTERN: Colour = (226, 235, 222)
RULE: Colour = (92, 110, 98)
LABEL = Print(Face.SONG, 8.5, (52, 60, 54))
VALUE = Print(Face.PRINTER, 9.5, (22, 22, 30))
LEFT = 7.0
LINE_MM = 7.6
PATTERN_STEP_MM = 2.6
CHILD_RELATIONS = {Sex.MALE: "子", Sex.FEMALE: "女"}


def first_page(draft: Draft) -> Values:
    """户口簿首页: kind of household, head, number, address, two seals."""
    sheet, subject, student = draft.sheet, draft.subject, draft.subject.student
    _background(sheet)
    sheet.spaced((CARD[0] / 2, 15), "居民户口簿", style=Print(Face.SONG_BOLD, 15, RULE), gap_mm=3)
    ruling = Ruling(draft.official, rule_mm=0.25, fill=RULE)
    y = row(sheet, (LEFT, 22), 9, _pairs("户别", "家庭户", "户主姓名", subject.guardian.name), ruling=ruling)
    y = row(sheet, (LEFT, y), 9, _pairs("户号", student.household_no, "登记机关", subject.district.police[-14:]), ruling=ruling)
    y = row(sheet, (LEFT, y), 11, (_label("住址", 22), Cell(student.hukou_address, 107, VALUE, left=True)), ruling=ruling)
    row(sheet, (LEFT, y), 40, (_label("", 64.5), _label("", 64.5)), ruling=ruling)
    sheet.text((LEFT + 2, y + 5), "省级公安机关户口专用章", style=LABEL)
    sheet.text((LEFT + 66.5, y + 5), "户口登记机关户口专用章", style=LABEL)
    press(sheet, (LEFT + 34, y + 22), seal=Seal(f"{subject.district.province}公安厅", "户口专用章", 34), dice=draft.dice)
    press(sheet, (LEFT + 97, y + 23), seal=_police_seal(draft), dice=draft.dice)
    issued_on = student.birth_on + timedelta(days=200)
    _foot(draft, issued_on)
    return {
        "head_of_household": subject.guardian.name,
        "household_no": student.household_no,
        "address": student.hukou_address,
        "issued_on": issued_on.isoformat(),
        "seal_unit": _police_seal(draft).ring,
    }


def child_card(draft: Draft) -> Values:
    """常住人口登记卡 of the child."""
    student = draft.subject.student
    registered_on = student.birth_on + timedelta(days=45)
    relation = CHILD_RELATIONS[student.sex]
    _card(
        draft,
        {
            "姓名": student.name,
            "户主或与户主关系": relation,
            "曾用名": student.former_name,
            "性别": student.sex.value,
            "出生地": student.birthplace,
            "民族": student.ethnicity,
            "籍贯": student.birthplace,
            "出生日期": chinese_date(student.birth_on),
            "公民身份号码": student.id_no,
            "服务处所": "",
            "职业": "学生",
            "文化程度": "",
        },
        registered_on,
    )
    values = identity_values(student) | {
        "ethnicity": student.ethnicity,
        "birth_on": student.birth_on.isoformat(),
        "relation": relation,
        "issued_on": registered_on.isoformat(),
        "seal_unit": _police_seal(draft).ring,
    }
    values.pop("student_no", None)
    return values | ({"former_name": student.former_name} if student.former_name else {})


def head_card(draft: Draft) -> Values:
    """常住人口登记卡 of the head of the household, the father."""
    return _guardian_card(draft, draft.subject.student.guardians[0], "户主")


def parent_card(draft: Draft) -> Values:
    """常住人口登记卡 of the mother."""
    return _guardian_card(draft, draft.subject.student.guardians[1], "妻")


def _guardian_card(draft: Draft, guardian: Guardian, relation: str) -> Values:
    student = draft.subject.student
    _card(
        draft,
        {
            "姓名": guardian.name,
            "户主或与户主关系": relation,
            "性别": guardian.sex.value,
            "出生地": student.birthplace,
            "民族": student.ethnicity,
            "籍贯": student.birthplace,
            "出生日期": f"{guardian.id_no[6:10]}年{int(guardian.id_no[10:12])}月{int(guardian.id_no[12:14])}日",
            "公民身份号码": guardian.id_no,
            "服务处所": guardian.workplace,
            "文化程度": "高中",
            "婚姻状况": "已婚",
        },
        student.birth_on,
    )
    return {"head_of_household": draft.subject.guardian.name}


def _card(draft: Draft, values: dict[str, str], registered_on: date) -> None:
    sheet = draft.sheet
    _background(sheet)
    sheet.spaced((CARD[0] / 2, 13), "常住人口登记卡", style=Print(Face.SONG_BOLD, 13, RULE), gap_mm=1.6)
    ruling = Ruling(draft.official, rule_mm=0.25, fill=RULE)
    y = 17.0
    for left, right in (("姓名", "户主或与户主关系"), ("曾用名", "性别"), ("出生地", "民族"), ("籍贯", "出生日期")):
        y = row(sheet, (LEFT, y), LINE_MM, _pairs(left, values.get(left, ""), right, values.get(right, "")), ruling=ruling)
    y = row(sheet, (LEFT, y), LINE_MM, _pairs("本市(县)其他住址", "", "宗教信仰", ""), ruling=ruling)
    y = row(sheet, (LEFT, y), LINE_MM, _thirds("公民身份号码", values["公民身份号码"], "身高", "血型"), ruling=ruling)
    y = row(sheet, (LEFT, y), LINE_MM, _thirds("文化程度", values["文化程度"], "婚姻状况", "兵役状况"), ruling=ruling)
    y = row(sheet, (LEFT, y), LINE_MM, _pairs("服务处所", values["服务处所"], "职业", values.get("职业", "")), ruling=ruling)
    for label in ("何时由何地迁来本市(县)", "何时由何地迁来本址"):
        y = row(sheet, (LEFT, y), 6.4, (_label(label, 40), Cell("", 89, VALUE, left=True)), ruling=ruling)
    press(sheet, (draft.dice.real(96, 112), draft.dice.real(80, 86)), seal=_police_seal(draft), dice=draft.dice)
    _foot(draft, registered_on)


def _foot(draft: Draft, on: date) -> None:
    sheet = draft.sheet
    sheet.text((LEFT + 2, 98.5), "承办人签章:", style=LABEL)
    draft.official.sign((LEFT + 20, 98.5), draft.official_name("police"), size_pt=11)
    sheet.text((85, 98.5), "登记日期:", style=LABEL)
    sheet.text((101, 98.5), chinese_date(on), style=VALUE)


def _police_seal(draft: Draft) -> Seal:
    address = draft.subject.student.hukou_address
    town = next((t for t in draft.subject.district.townships if t in address), draft.subject.district.townships[0])
    return Seal(f"{draft.subject.district.police}{town.removesuffix('街道').removesuffix('镇')}派出所", "户口专用章", 36)


def _background(sheet: Sheet) -> None:
    """Card paper with a pale pattern of crossing lines and a border."""
    sheet.fill((0, 0), CARD, colour=CARD_PAPER)
    steps = int((CARD[0] + CARD[1]) / PATTERN_STEP_MM)
    for step in range(steps):
        x = step * PATTERN_STEP_MM
        sheet.line((min(x, CARD[0]), max(0, x - CARD[0])), (max(0, x - CARD[1]), min(x, CARD[1])), width_mm=0.2, fill=PATTERN)
        mirrored = CARD[0] - min(x, CARD[0]), CARD[0] - max(0, x - CARD[1])
        sheet.line((mirrored[0], max(0, x - CARD[0])), (mirrored[1], min(x, CARD[1])), width_mm=0.2, fill=PATTERN)
    sheet.box((4, 4), (CARD[0] - 8, CARD[1] - 8), rule_mm=0.5, fill=RULE)


def _label(text: str, width_mm: float) -> Cell:
    return Cell(text, width_mm, LABEL)


def _pairs(left: str, left_value: str, right: str, right_value: str) -> tuple[Cell, ...]:
    return (_label(left, 24), Cell(left_value, 45, VALUE, left=True), _label(right, 26), Cell(right_value, 34, VALUE, left=True))


def _thirds(first: str, value: str, second: str, third: str) -> tuple[Cell, ...]:
    return (
        _label(first, 24),
        Cell(value, 45, VALUE, left=True),
        _label(second, 15),
        Cell("", 15, VALUE),
        _label(third, 15),
        Cell("", 15, VALUE),
    )
