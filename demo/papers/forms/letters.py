"""Loose papers: a parent's handwritten application on ruled letter paper, proofs of residence and of work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.papers.fonts import Face
from demo.papers.layout import LABEL, prose
from demo.papers.prose import wrap
from demo.papers.seals import Seal, press
from demo.papers.sheet import RED, Print
from demo.papers.subject import chinese_date

if TYPE_CHECKING:
    from demo.papers.subject import Draft, Values

TEXT = Print(Face.KAI, 15)
RULED: tuple[int, int, int] = (222, 120, 118)
LINE_MM = 11.0
WISHES = (
    ("休学申请书", "因身体不适经医院诊断需要长期治疗休养，无法正常到校上课，特申请休学一年，望学校批准。"),
    ("复学申请书", "休学期满，经医院复查身体已经康复，可以正常学习，特申请复学，恳请学校批准为盼。"),
    ("更改姓名申请书", "因户口本上的姓名已由派出所依法变更，现申请更改学籍中的姓名，附户口本复印件，请予办理。"),
    ("转学申请书", "因父母工作调动，全家已搬到外地居住，孩子上学路远不便，特申请转学，请学校予以办理。"),
)


def handwritten(draft: Draft) -> Values:
    """申请书 written with a pen on red-ruled letter paper of the school."""
    sheet, subject, student = draft.sheet, draft.subject, draft.subject.student
    title, wish = draft.dice.choice(WISHES)
    sheet.text((105, 24), f"{subject.school.name}信笺", style=Print(Face.SONG_BOLD, 18, RED), anchor="ms")
    sheet.line((20, 29), (190, 29), width_mm=0.7, fill=RED)
    for index in range(22):
        sheet.line((20, 45 + LINE_MM * index), (190, 45 + LINE_MM * index), width_mm=0.15, fill=RULED)
    parent, base = draft.parent, 43.0
    parent.write((82, base), title, size_pt=20)
    parent.write((24, base + LINE_MM), "尊敬的学校领导：", size_pt=16)
    words = f"我是{subject.level}学生{student.name}的{subject.guardian.relation}，身份证号{student.id_no or '暂无'}。{student.name}{wish}"
    lines = wrap(words, 27)
    for index, line in enumerate(lines):
        parent.write((24, base + LINE_MM * (index + 2)), line, size_pt=16)
    foot = base + LINE_MM * (len(lines) + 4)
    parent.write((112, foot), "申请人：", size_pt=16)
    parent.sign((136, foot), subject.guardian.name, size_pt=19)
    parent.write((112, foot + LINE_MM), chinese_date(subject.on), size_pt=16)
    values = {"name": student.name, "grade": student.grade, "class": student.class_name, "issued_on": subject.on.isoformat()}
    return values | ({"id_no": student.id_no} if student.id_no else {})


def residence(draft: Draft) -> Values:
    """居住证明 of a community committee."""
    subject, student = draft.subject, draft.subject.student
    town = next((t for t in subject.district.townships if t in student.hukou_address), subject.district.townships[0])
    committee = f"{subject.district.place}{town}社区居民委员会"
    words = (
        f"兹证明{subject.guardian.name}，{subject.guardian.sex}，身份证号：{subject.guardian.id_no}，与其子女{student.name}"
        f"（身份证号：{student.id_no or '暂无'}）现居住在{student.hukou_address}，自{student.entered_on.year}年3月起居住至今，情况属实。"
    )
    _proof(draft, "居住证明", words, committee)
    return _values(draft, committee) | {"address": student.hukou_address}


def work(draft: Draft) -> Values:
    """工作证明 of the father's employer, stamped."""
    subject = draft.subject
    employer = f"{subject.district.place[-3:]}{subject.guardian.workplace}"
    if subject.guardian.workplace in {"务农", "个体经营", "自由职业"}:
        employer = f"{subject.district.place[-3:]}晨光劳务服务有限公司"
    words = (
        f"兹证明{subject.guardian.name}（身份证号：{subject.guardian.id_no}）系我单位在职职工，自{subject.on.year - 2}年5月起在我单位工作，"
        f"其子女{subject.student.name}现就读于{subject.school.name}{subject.level}。"
    )
    _proof(draft, "工作证明", words, employer)
    return _values(draft, employer)


def _proof(draft: Draft, title: str, words: str, issuer: str) -> None:
    sheet, dice = draft.sheet, draft.dice
    sheet.spaced((105, 48), title, style=Print(Face.HEI, 22), gap_mm=5)
    y = prose(sheet, (28, 70), words, style=TEXT, width_mm=154)
    y = prose(sheet, (28, y + 3), "特此证明。", style=TEXT, width_mm=154)
    sheet.text((182, y + 24), f"{issuer}（盖章）", style=TEXT, anchor="rs")
    sheet.text((172, y + 35), chinese_date(draft.subject.on), style=TEXT, anchor="rs")
    sheet.text((28, y + 60), f"联系人：{draft.official_name(issuer)}", style=LABEL)
    press(sheet, (dice.real(138, 158), y + dice.real(24, 30)), seal=Seal(issuer), dice=dice)


def _values(draft: Draft, issuer: str) -> Values:
    return {"name": draft.subject.student.name, "issuer": issuer, "issued_on": draft.subject.on.isoformat(), "seal_unit": issuer}
