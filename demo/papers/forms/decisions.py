"""Papers a school issues about a child: award certificate and sanction decision with a red head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.papers.fonts import Face
from demo.papers.forms.offices import school_seal
from demo.papers.layout import prose
from demo.papers.seals import press
from demo.papers.sheet import A4, RED, Print
from demo.papers.subject import formal_date

if TYPE_CHECKING:
    from demo.papers.sheet import Colour
    from demo.papers.subject import Draft, Values

A4_ACROSS = (A4[1], A4[0])
CREAM: Colour = (252, 244, 222)
GOLD: Colour = (196, 150, 62)
HONOURS = ("三好学生", "优秀班干部", "校园艺术节声乐比赛一等奖", "数学素养展示活动二等奖", "春季运动会男子400米第一名", "优秀少先队员")
SANCTIONS = (
    ("警告", "多次无故旷课，经班主任和家长教育后仍未改正"),
    ("记过", "在校外与他人打架，造成对方轻微受伤，影响恶劣"),
    ("严重警告", "考试中夹带资料作弊，违反考试纪律"),
)
TEXT = Print(Face.KAI, 16)


def award(draft: Draft) -> Values:
    """荣誉证书: cream paper, golden border, set across."""
    sheet, subject, student, dice = draft.sheet, draft.subject, draft.subject.student, draft.dice
    honour = dice.choice(HONOURS)
    sheet.fill((0, 0), A4_ACROSS, colour=CREAM)
    for inset, rule in ((9, 1.6), (12, 0.4), (16, 0.8)):
        sheet.box((inset, inset), (A4_ACROSS[0] - 2 * inset, A4_ACROSS[1] - 2 * inset), rule_mm=rule, fill=GOLD)
    sheet.spaced((148, 56), "荣誉证书", style=Print(Face.SONG_BOLD, 40, RED), gap_mm=9)
    sheet.text((42, 88), student.name, style=Print(Face.KAI, 24))
    sheet.text((44 + sheet.width_mm(student.name, Print(Face.KAI, 24)), 88), "同学：", style=Print(Face.KAI, 20))
    year = subject.on.year if subject.on.month >= 9 else subject.on.year - 1  # noqa: PLR2004  the school year begins in September
    words = f"在{year}—{year + 1}学年度表现突出，被评为“{honour}”。特发此证，以资鼓励。"
    y = prose(sheet, (42, 106), words, style=Print(Face.KAI, 20), width_mm=212)
    sheet.text((246, y + 20), subject.school.name, style=Print(Face.KAI, 17), anchor="rs")
    sheet.text((246, y + 32), formal_date(subject.on), style=Print(Face.KAI, 17), anchor="rs")
    press(sheet, (dice.real(206, 222), y + dice.real(18, 26)), seal=school_seal(subject.school), dice=dice)
    return _values(draft)


def sanction(draft: Draft) -> Values:
    """处分决定: red head, number, body, seal over the date."""
    sheet, subject, student, dice = draft.sheet, draft.subject, draft.subject.student, draft.dice
    measure, cause = dice.choice(SANCTIONS)
    sheet.text((105, 44), f"{subject.school.name}文件", style=Print(Face.SONG_BOLD, 28, RED), anchor="ms")
    sheet.text((105, 62), f"校政字〔{subject.on.year}〕{dice.whole(2, 40)}号", style=Print(Face.SONG, 14), anchor="ms")
    sheet.line((20, 66), (190, 66), width_mm=0.9, fill=RED)
    sheet.text((105, 84), f"关于给予{student.name}同学{measure}处分的决定", style=Print(Face.SONG_BOLD, 18), anchor="ms")
    facts = (
        f"{student.name}，{student.sex}，身份证号：{student.id_no}，系我校{subject.level}学生。该生{cause}。"
        f"依据《中小学教育惩戒规则》和我校校规，经校务会议讨论通过，并已告知学生本人及家长，决定给予{student.name}同学{measure}处分。"
    )
    y = prose(sheet, (28, 100), facts, style=TEXT, width_mm=154)
    y = prose(sheet, (28, y), "学生或家长对本决定有异议的，可以向学校申诉机构提出申诉。", style=TEXT, width_mm=154)
    sheet.text((176, y + 24), subject.school.name, style=TEXT, anchor="rs")
    sheet.text((172, y + 35), formal_date(subject.on), style=TEXT, anchor="rs")
    press(sheet, (dice.real(144, 156), y + dice.real(27, 33)), seal=school_seal(subject.school), dice=dice)
    return _values(draft) | ({"id_no": student.id_no} if student.id_no else {})


def _values(draft: Draft) -> Values:
    school = draft.subject.school.name
    return {"name": draft.subject.student.name, "issuer": school, "issued_on": draft.subject.on.isoformat(), "seal_unit": school}
