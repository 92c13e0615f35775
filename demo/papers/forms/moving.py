"""Papers of a change of school: the Guizhou contact form, the Yingkou application and promise, certificates of standing.

Source: GZ transfer procedure (F-TRC-GZ), YK annex 1 templates, ME annex 4 (中小学生学籍证明).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from demo.papers.fonts import Face
from demo.papers.forms.offices import Opinion, bureau_seal, opinion, school_seal
from demo.papers.layout import LABEL, Cell, Ruling, prose, row
from demo.papers.seals import Seal, press
from demo.papers.sheet import Print
from demo.papers.subject import chinese_date, identity_values

if TYPE_CHECKING:
    from demo.papers.subject import Draft, Values

OTHER_SCHOOLS = ("鹤鸣县松坡实验学校", "临江市枫林中学", "长岭区白桦学校", "云溪县映山中学", "平川市朝晖学校")
OTHER_PLACES = ("吉林省四平市", "河北省承德市", "黑龙江省绥化市", "内蒙古自治区通辽市", "山东省德州市")
REASONS = ("户籍迁移", "父母工作调动", "随父母进城务工", "居住地变更")
HAND = Print(Face.SONG, 13)
TEXT = Print(Face.SONG, 15)
LEFT = 20.0


def contact_form(draft: Draft) -> Values:
    """中小学生转学联系表: filled in by hand, stamped by the school that takes the child."""
    sheet, subject, student, dice = draft.sheet, draft.subject, draft.subject.student, draft.dice
    origin, ruling = dice.choice(OTHER_SCHOOLS), Ruling(draft.parent)
    sheet.text((105, 28), "中小学生转学联系表", style=Print(Face.SONG_BOLD, 21), anchor="ms")
    y = row(sheet, (LEFT, 36), 11, (*_pair("学生姓名", student.name, 28, 57), *_pair("性别", student.sex.value, 28, 57)), ruling=ruling)
    y = row(sheet, (LEFT, y), 11, _pair("身份证件号", student.id_no, 28, 142), ruling=ruling)
    y = row(sheet, (LEFT, y), 11, _pair("学 籍 号", student.student_no, 28, 142), ruling=ruling)
    y = row(
        sheet, (LEFT, y), 11, (*_pair("就读年级", student.grade, 28, 57), *_pair("转学原因", dice.choice(REASONS), 28, 57)), ruling=ruling
    )
    y = row(sheet, (LEFT, y), 11, _pair("转出学校", origin, 28, 142), ruling=ruling)
    y = row(sheet, (LEFT, y), 11, _pair("转入学校", subject.school.name, 28, 142), ruling=ruling)
    guardian = subject.guardian
    y = row(sheet, (LEFT, y), 11, (*_pair("家长姓名", guardian.name, 28, 57), *_pair("联系电话", guardian.phone, 28, 57)), ruling=ruling)
    sheet.box((LEFT, y), (170, 16), rule_mm=0.3)
    sheet.text((LEFT + 3, y + 10), "家长签字：", style=LABEL)
    draft.parent.sign((LEFT + 26, y + 10), guardian.name)
    sheet.text((110, y + 10), "日期：", style=LABEL)
    draft.parent.write((124, y + 10), chinese_date(subject.on), size_pt=13)
    agreed = subject.on + timedelta(2)
    y = opinion(draft, y + 16, 38, Opinion("转入学校意见：", "同意接收。", "负责人", agreed, school_seal(subject.school, "学籍专用章")))
    y = opinion(draft, y, 34, Opinion("转入学校主管部门意见：", "同意转入。", "", agreed + timedelta(3), bureau_seal(subject.bureau)))
    y = opinion(draft, y, 30, Opinion("转出学校意见：", "同意转出。", "", agreed + timedelta(5), Seal(origin)))
    opinion(draft, y, 30, Opinion("转出学校主管部门意见：", "", "", None))
    return identity_values(student) | {
        "grade": student.grade,
        "school": subject.school.name,
        "issued_on": subject.on.isoformat(),
        "seal_unit": subject.school.name,
    }


def application(draft: Draft) -> Values:
    """转学申请书 of the Yingkou annex, printed, with the signature by hand."""
    student, origin = draft.subject.student, draft.dice.choice(OTHER_PLACES)
    words = (
        f"本人{student.name}，身份证号码：{student.id_no}，学籍号：{student.student_no}，"
        f"因户籍和家长工作单位均在营口市，现自愿申请将学籍从{origin}转入到辽宁省营口市。"
    )
    _signed_page(draft, "转学申请书", words, "申请人：", student.name)
    return identity_values(student) | {"issued_on": draft.subject.on.isoformat()}


def promise(draft: Draft) -> Values:
    """转学承诺书 of the Yingkou annex: the parents answer for the truth of the papers."""
    student, origin = draft.subject.student, draft.dice.choice(OTHER_PLACES)
    words = (
        f"现家长与学生{student.name}协商后，将学籍从{origin}转入到辽宁省营口市。本人承诺转学所提供的所有材料真实有效，"
        "转学过程中出现的一切后果由家长及学生本人承担。"
    )
    _signed_page(draft, "转学承诺书", words, "承诺人：", draft.subject.guardian.name)
    return {"name": student.name, "issued_on": draft.subject.on.isoformat()}


def _signed_page(draft: Draft, title: str, words: str, signed_as: str, signer: str) -> None:
    sheet = draft.sheet
    sheet.spaced((105, 45), title, style=Print(Face.SONG_BOLD, 24), gap_mm=3)
    y = prose(sheet, (28, 66), words, style=TEXT, width_mm=154)
    sheet.text((110, y + 14), signed_as, style=TEXT)
    draft.parent.sign((134, y + 14), signer, size_pt=22)
    draft.parent.write((112, y + 30), chinese_date(draft.subject.on), size_pt=16)


def standing(draft: Draft) -> Values:
    """学籍证明: the school certifies number, grade and class over its seal."""
    sheet, subject, student = draft.sheet, draft.subject, draft.subject.student
    sheet.spaced((105, 45), "学籍证明", style=Print(Face.SONG_BOLD, 26), gap_mm=4)
    born = f"{student.birth_on.year}年{student.birth_on.month}月{student.birth_on.day}日出生"
    words = (
        f"兹证明{student.name}，{student.sex}，{born}，{student.id_kind}号：{student.id_no}，"
        f"系我校{subject.level}学生，具有我校正式学籍，学籍号：{student.student_no}，"
        f"于{student.entered_on.year}年{student.entered_on.month}月入学。"
    )
    _stamped_page(draft, words, "学籍专用章")
    return identity_values(student) | {
        "birth_on": student.birth_on.isoformat(),
        "grade": student.grade,
        "class": student.class_name,
        "issuer": subject.school.name,
        "issued_on": subject.on.isoformat(),
        "seal_unit": subject.school.name,
    }


def conduct(draft: Draft) -> Values:
    """关于…的在校表现情况证明 of the Yingkou annex."""
    subject, student = draft.subject, draft.subject.student
    title = Print(Face.SONG_BOLD, 20)
    draft.sheet.text((105, 45), f"关于{student.name}的在校表现情况证明", style=title, anchor="ms")
    words = (
        f"{student.name}，是我校{student.entered_on.year}级{student.class_name}学生，身份证号码：{student.id_no}，"
        f"学籍号：{student.student_no}，该生从{student.entered_on.year}年{student.entered_on.month}月至今一直在我校就读，"
        "在校期间学习成绩优良、表现良好。"
    )
    _stamped_page(draft, words, "")
    return identity_values(student) | {
        "class": student.class_name,
        "issuer": subject.school.name,
        "issued_on": subject.on.isoformat(),
        "seal_unit": subject.school.name,
    }


def _stamped_page(draft: Draft, words: str, inner: str) -> None:
    sheet, subject, dice = draft.sheet, draft.subject, draft.dice
    y = prose(sheet, (28, 68), words, style=TEXT, width_mm=154)
    y = prose(sheet, (28, y + 3), "特此证明。", style=TEXT, width_mm=154)
    sheet.text((180, y + 26), subject.school.name, style=TEXT, anchor="rs")
    sheet.text((174, y + 37), chinese_date(subject.on), style=TEXT, anchor="rs")
    sheet.text((28, y + 62), f"经办人：{draft.official_name('registrar')}    联系电话：{subject.guardian.phone[:7]}0000", style=LABEL)
    press(sheet, (dice.real(145, 160), y + dice.real(26, 32)), seal=school_seal(subject.school, inner), dice=dice)


def _pair(label: str, value: str, label_mm: float, value_mm: float) -> tuple[Cell, Cell]:
    return Cell(label, label_mm), Cell(value, value_mm, HAND, by_hand=True)
