"""Parts that several forms share: opinion boxes with signature, date and seal, and the seals of the usual offices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from demo.papers.fonts import Face
from demo.papers.seals import Seal, press
from demo.papers.sheet import Print
from demo.papers.subject import chinese_date

if TYPE_CHECKING:
    from datetime import date

    from demo.model import Organisation
    from demo.papers.subject import Draft

LABEL = Print(Face.SONG, 11)


class Opinion(NamedTuple):
    """What an office says in its box of a form. An opinion without a day has not been given yet."""

    heading: str
    words: str
    signed_as: str = ""
    on: date | None = None
    seal: Seal | None = None


def school_seal(school: Organisation, inner: str = "") -> Seal:
    return Seal(school.name, inner, 40.0 if not inner else 38.0)


def bureau_seal(bureau: Organisation) -> Seal:
    """The bureau's seal for registry matters."""
    return Seal(bureau.name, "学籍管理专用章", 42.0)


def opinion(draft: Draft, top: float, height_mm: float, said: Opinion, *, left: float = 20.0, width_mm: float = 170.0) -> float:
    """Draw an opinion box, filled in if it was given; return the top of the next box."""
    sheet, dice = draft.sheet, draft.dice
    sheet.box((left, top), (width_mm, height_mm), rule_mm=0.3)
    sheet.text((left + 3, top + 7), said.heading, style=LABEL)
    foot, signing = top + height_mm - 4, left + width_mm * 0.44
    if said.signed_as:
        sheet.text((signing, foot - 8), f"{said.signed_as}：", style=LABEL)
    sheet.text((signing, foot), "日    期：", style=LABEL)
    if said.on is None:
        return top + height_mm
    draft.official.write((left + 12, top + 7 + min(10.0, height_mm * 0.3)), said.words, size_pt=15)
    if said.signed_as:
        draft.official.sign((signing + 26, foot - 8), draft.official_name(said.heading), size_pt=17)
    draft.official.write((signing + 20, foot), chinese_date(said.on), size_pt=13)
    if said.seal:
        press(sheet, (left + width_mm * dice.real(0.68, 0.82), foot - dice.real(8, 14)), seal=said.seal, dice=dice)
    return top + height_mm
