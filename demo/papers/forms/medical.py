"""Papers of a hospital: the diagnosis certificate, the certificate of recovery and the outpatient receipt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from demo.papers.fonts import Face
from demo.papers.layout import LABEL, Cell, Ruling, prose, row
from demo.papers.seals import Seal, press
from demo.papers.sheet import RED, Print
from demo.papers.subject import chinese_date, identity_values

if TYPE_CHECKING:
    from demo.papers.subject import Draft, Values

ILLNESSES = (
    # diagnosis, findings, department, months of rest
    ("急性淋巴细胞白血病（诱导缓解期）", "面色苍白、反复低热三周，骨髓检查提示原始淋巴细胞增生。", "血液内科", 12),
    ("左股骨干骨折术后", "车祸致左大腿疼痛、活动受限，X线示左股骨干骨折，已行内固定手术。", "骨科", 6),
    ("抑郁状态", "情绪低落、失眠、注意力不集中三月余，量表评估提示中度抑郁。", "心理科", 12),
    ("肺结核（继发型，痰检阴性）", "咳嗽、盗汗一月，胸部CT示右上肺斑片影，结核菌素试验强阳性。", "感染科", 6),
    ("肾病综合征", "双眼睑及下肢浮肿，尿蛋白三个加号，血浆白蛋白降低。", "肾内科", 12),
    ("病毒性心肌炎", "感冒后胸闷、心悸，心电图示频发室性早搏，心肌酶升高。", "儿科", 6),
)
RECOVERED = "经系统治疗，症状消失，复查各项指标恢复正常，病情稳定，可以恢复正常学习。"
ITEMS = (("西药费", 186.40), ("化验费", 132.00), ("检查费", 240.00), ("诊查费", 18.00), ("治疗费", 96.50), ("材料费", 32.80))
HEAD = Print(Face.SONG_BOLD, 20)
TEXT = Print(Face.SONG, 12.5)
SMALL = Print(Face.SONG, 10)
HALF_A4 = (210.0, 148.0)
CAPITALS = "零壹贰叁肆伍陆柒捌玖"


def diagnosis(draft: Draft) -> Values:
    """疾病诊断证明书: who, what was seen, the diagnosis, advice to rest, the doctor and the hospital's seal."""
    illness, seen, department, months = draft.dice.choice(ILLNESSES)
    until = draft.subject.on + timedelta(days=30 * months)
    advice = f"建议休学治疗{months}个月（{chinese_date(draft.subject.on)}至{chinese_date(until)}），定期门诊复查，不适随诊。"
    _certificate(draft, "疾病诊断证明书", department, (("病情摘要", seen), ("诊断", illness), ("处理意见", advice)))
    return _values(draft) | {
        "diagnosis": illness,
        "period_from": draft.subject.on.isoformat(),
        "period_to": until.isoformat(),
    }


def recovery(draft: Draft) -> Values:
    """康复证明 on the same form: treated, well, fit for school."""
    illness, _, department, _ = draft.dice.choice(ILLNESSES)
    _certificate(draft, "诊断证明书", department, (("诊断", f"{illness}治疗后复查"), ("处理意见", RECOVERED)))
    return _values(draft) | {"diagnosis": f"{illness}治疗后复查"}


def _values(draft: Draft) -> Values:
    hospital = draft.subject.district.hospital
    values = identity_values(draft.subject.student) | {
        "hospital": hospital,
        "issuer": hospital,
        "issued_on": draft.subject.on.isoformat(),
        "seal_unit": hospital,
    }
    values.pop("student_no", None)
    return values


def _certificate(draft: Draft, title: str, department: str, parts: tuple[tuple[str, str], ...]) -> None:
    sheet, subject, student, dice = draft.sheet, draft.subject, draft.subject.student, draft.dice
    sheet.text((105, 26), subject.district.hospital, style=Print(Face.SONG_BOLD, 17), anchor="ms")
    sheet.spaced((105, 38), title, style=HEAD, gap_mm=2.4)
    sheet.text((150, 46), f"No.{dice.whole(1, 999_999):07d}", style=Print(Face.PRINTER, 11, RED))
    age = subject.on.year - student.birth_on.year
    _blanks(draft, 56, (("姓名", student.name, 40), ("性别", student.sex.value, 16), ("年龄", f"{age}岁", 20), ("科别", department, 38)))
    _blanks(draft, 66, (("身份证号", student.id_no or "无", 62), ("门诊号", f"{dice.whole(10**7, 10**8 - 1)}", 44)))
    _blanks(draft, 76, (("住址", student.hukou_address, 150),))
    y = 92.0
    by_hand = dice.chance(0.4)
    for label, text in parts:
        sheet.text((22, y), f"{label}：", style=Print(Face.HEI, 12))
        y = _paragraph(draft, y + 9, text, by_hand=by_hand) + 4
    sheet.text((118, y + 14), "医师签名：", style=TEXT)
    draft.official.sign((142, y + 14), draft.official_name(department))
    sheet.text((118, y + 27), chinese_date(subject.on), style=TEXT)
    sheet.text((22, y + 44), "注：本证明未经医院盖章无效，涂改无效。", style=SMALL)
    press(sheet, (dice.real(132, 150), y + dice.real(16, 26)), seal=Seal(subject.district.hospital, "诊断证明专用章", 42), dice=dice)


def _blanks(draft: Draft, y: float, fields: tuple[tuple[str, str, float], ...]) -> None:
    """Labels with underlined blanks, filled in by the printer of the ward."""
    sheet, x = draft.sheet, 22.0
    for label, value, width_mm in fields:
        x += sheet.text((x, y), f"{label}：", style=TEXT)
        size = min(12.5, 12.5 * (width_mm - 2) / max(1.0, sheet.width_mm(value, TEXT)))
        sheet.text((x + 1, y), value, style=Print(Face.KAI, size))
        sheet.line((x, y + 1.2), (x + width_mm - 4, y + 1.2), width_mm=0.2)
        x += width_mm


def _paragraph(draft: Draft, y: float, text: str, *, by_hand: bool) -> float:
    if not by_hand:
        return prose(draft.sheet, (22, y), text, style=TEXT, width_mm=166)
    return draft.official.paragraph((22, y), text, per_line=28, size_pt=14)


def receipt(draft: Draft) -> Values:
    """门诊收费票据: half a sheet with items, the sum in figures and in capitals, and the billing seal."""
    sheet, subject, dice = draft.sheet, draft.subject, draft.dice
    ruling = Ruling(draft.official, rule_mm=0.25, fill=(120, 60, 50))
    sheet.text((105, 20), f"{subject.district.province}医疗门诊收费票据", style=Print(Face.SONG_BOLD, 16, (150, 50, 40)), anchor="ms")
    sheet.text((20, 31), f"票据代码：{dice.whole(10**7, 10**8 - 1)}", style=SMALL)
    sheet.text((140, 31), f"票据号码：{dice.whole(10**9, 10**10 - 1)}", style=SMALL)
    sheet.text((20, 39), f"交款人：{subject.student.name}", style=LABEL)
    sheet.text((88, 39), f"性别：{subject.student.sex}", style=LABEL)
    sheet.text((140, 39), f"开票日期：{subject.on.isoformat()}", style=LABEL)
    total, y = 0.0, row(sheet, (18, 43), 9, [Cell(t, w) for t, w in (("项目名称", 74), ("数量", 30), ("金额（元）", 70))], ruling=ruling)
    for name, price in ITEMS[: dice.whole(3, 6)]:
        amount = round(price * dice.real(0.6, 2.4), 2)
        total += amount
        y = row(sheet, (18, y), 8, (Cell(name, 74, left=True), Cell("1", 30), Cell(f"{amount:.2f}", 70)), ruling=ruling)
    row(sheet, (18, y), 10, (Cell(f"合计（大写）{in_capitals(total)}", 104, left=True), Cell(f"（小写）{total:.2f}", 70)), ruling=ruling)
    sheet.text((20, y + 20), f"收款单位（章）：{subject.district.hospital}", style=LABEL)
    sheet.text((140, y + 20), f"收款人：{draft.official_name('cashier')}", style=LABEL)
    press(sheet, (70, y + 17), seal=Seal(subject.district.hospital, "收费专用章", 34), dice=dice)
    return {
        "name": subject.student.name,
        "hospital": subject.district.hospital,
        "issued_on": subject.on.isoformat(),
        "amount": f"{total:.2f}",
        "seal_unit": subject.district.hospital,
    }


def in_capitals(amount: float) -> str:
    """Write a sum under ten thousand yuan the way receipts must: 柒佰零伍元柒角整."""
    cents = round(amount * 100)
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words, zero = "", False
    for value, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = yuan // value % 10
        if digit:
            words += ("零" if zero and words else "") + CAPITALS[digit] + unit
        zero = digit == 0
    tail = (CAPITALS[jiao] + "角" if jiao else "") + (CAPITALS[fen] + "分" if fen else "整")
    return f"{words or '零'}元{tail}"
