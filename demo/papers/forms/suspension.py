"""Suspension forms: the Guizhou 休学申请表 and annex 2 of the Yingkou rules, worded as the rules print it.

Source: YK annex 2; GZ suspension procedure (fields of requirements 3.2, F-SUSP-GZ).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from demo.papers.fonts import Face
from demo.papers.forms.offices import Opinion, bureau_seal, opinion, school_seal
from demo.papers.layout import LABEL, Cell, Ruling, row
from demo.papers.sheet import Print
from demo.papers.subject import chinese_date, identity_values

if TYPE_CHECKING:
    from demo.papers.subject import Draft, Values

REASONS = (
    "孩子患急性淋巴细胞白血病，正在住院化疗，医生建议休息一年，特申请休学。",
    "因骨折手术后需卧床康复，半年内无法到校上课，特申请休学治疗。",
    "孩子近期情绪低落、失眠，经医院诊断需停课治疗休养，特申请休学一年。",
    "患肺结核需规范治疗并隔离休养，待痊愈后复学，特申请休学。",
    "父亲到外省务工受伤，家中无人照看，需随母亲前往陪护，特申请休学一年。",
)
HAND = Print(Face.SONG, 13)
LEFT, WIDTH = 20.0, 170.0


def guizhou(draft: Draft) -> Values:
    """休学申请表: who, why and how long, the parent's hand, the school's and the bureau's seals."""
    sheet, subject, student = draft.sheet, draft.subject, draft.subject.student
    until = subject.on.replace(year=subject.on.year + 1) if (subject.on.month, subject.on.day) != (2, 29) else subject.on + timedelta(365)
    sheet.text((105, 30), "休 学 申 请 表", style=Print(Face.SONG_BOLD, 22), anchor="ms")
    sheet.text((20, 39), f"学校（盖章）：{subject.school.name}", style=LABEL)
    ruling = Ruling(draft.parent)
    y = row(sheet, (LEFT, 43), 11, (*_pair("学生姓名", student.name, 30, 55), *_pair("性    别", student.sex.value, 30, 55)), ruling=ruling)
    y = row(sheet, (LEFT, y), 11, _pair("学 籍 号", student.student_no, 30, 140), ruling=ruling)
    y = row(sheet, (LEFT, y), 11, _pair("身份证件号", student.id_no, 30, 140), ruling=ruling)
    period = f"{chinese_date(subject.on)}至{chinese_date(until)}"
    y = row(sheet, (LEFT, y), 11, (*_pair("年级班级", subject.level, 30, 42), *_pair("起止日期", period, 24, 74)), ruling=ruling)
    y = _reason(draft, y, 62, "休学原因：", signers=(("家长签字：", draft.subject.guardian.name),))
    y = opinion(
        draft, y, 46, Opinion("学校意见：", "情况属实，同意休学。", "校长签字", subject.on + timedelta(2), school_seal(subject.school))
    )
    opinion(
        draft,
        y,
        46,
        Opinion("主管教育行政部门意见：", "经审核，同意该生休学一年。", "经办人", subject.on + timedelta(6), bureau_seal(subject.bureau)),
    )
    return identity_values(student) | {
        "grade": student.grade,
        "class": student.class_name,
        "school": subject.school.name,
        "period_from": subject.on.isoformat(),
        "period_to": until.isoformat(),
        "issued_on": subject.on.isoformat(),
        "seal_unit": subject.school.name,
    }


def yingkou(draft: Draft) -> Values:
    """营口市普通高中学生休学申请表: one sheet for leaving and coming back; the lower half is filled in later."""
    sheet, subject, student = draft.sheet, draft.subject, draft.subject.student
    sheet.text((105, 27), "营口市普通高中学生休学申请表", style=Print(Face.SONG_BOLD, 20), anchor="ms")
    _yingkou_head(draft, 33)
    signers = (("家长签字：", subject.guardian.name), ("学生签字：", student.name), ("班主任签字：", draft.official_name("teacher")))
    y = _reason(draft, 60, 74, "休学原因（写具体）：", signers=signers)
    day = subject.on
    agreed = "学校同意该生休学。"
    y = opinion(draft, y, 36, Opinion("休学意见（学校）：", agreed, "校长签字", day + timedelta(3), school_seal(subject.school)))
    y = opinion(draft, y, 34, Opinion("休学意见（市教育局）：", "同意休学一年。", "", day + timedelta(8), bureau_seal(subject.bureau)))
    due_back = day + timedelta(days=360)
    back = due_back if due_back < subject.as_of else None
    y = opinion(draft, y, 34, Opinion("复学意见（学校）：", "同意复学，编入下一年级。", "校长签字", back, school_seal(subject.school)))
    opinion(draft, y, 30, Opinion("复学意见（市教育局）：", "同意复学。", "", back, bureau_seal(subject.bureau)))
    return identity_values(student) | {
        "grade": student.grade,
        "class": student.class_name,
        "issued_on": day.isoformat(),
        "seal_unit": subject.school.name,
    }


def _yingkou_head(draft: Draft, top: float) -> None:
    """The annex's first block: name and sex as tall cells, three numbers stacked on the right."""
    sheet, student, ruling = draft.sheet, draft.subject.student, Ruling(draft.parent)
    tall = (
        Cell("姓\n\n名", 14),
        Cell(student.name, 34, HAND, by_hand=True),
        Cell("性\n\n别", 14),
        Cell(student.sex.value, 16, HAND, by_hand=True),
    )
    row(sheet, (LEFT, top), 27, tall, ruling=ruling)
    y = top
    for label, value in (("标识码", student.student_no), ("身份证号", student.id_no), ("年级、班级", draft.subject.level)):
        y = row(sheet, (LEFT + 78, y), 9, _pair(label, value, 26, 66), ruling=ruling)


def _reason(draft: Draft, top: float, height_mm: float, heading: str, *, signers: tuple[tuple[str, str], ...]) -> float:
    sheet, parent = draft.sheet, draft.parent
    sheet.box((LEFT, top), (WIDTH, height_mm), rule_mm=0.3)
    sheet.text((LEFT + 3, top + 8), heading, style=LABEL)
    parent.paragraph((LEFT + 6, top + 18), draft.dice.choice(REASONS), per_line=27, size_pt=15)
    foot = top + height_mm - 4
    for index, (label, name) in enumerate(reversed(signers)):
        y = foot - 9 * (index + 1)
        sheet.text((112, y), label, style=LABEL)
        parent.sign((138, y), name, size_pt=16)
    sheet.text((112, foot), "日    期：", style=LABEL)
    parent.write((136, foot), chinese_date(draft.subject.on), size_pt=13)
    return top + height_mm


def _pair(label: str, value: str, label_mm: float, value_mm: float) -> tuple[Cell, Cell]:
    return Cell(label, label_mm), Cell(value, value_mm, HAND, by_hand=True)
