"""Carries out one plan: draws each side, scans it, spoils it, saves it, and writes down what is true about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from demo.papers.encode import SUFFIXES, encode
from demo.papers.faults import Fault, misprint, spoil
from demo.papers.forms import hukou
from demo.papers.kinds import CARDS_ON_A4
from demo.papers.scan import Profile, Scan, scan
from demo.papers.scenes import scene
from demo.papers.sheet import Sheet
from demo.papers.subject import Draft, Subject, subject_of
from demo.papers.truth import LineTruth, PageTruth, Truth, person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from demo.dice import Dice
    from demo.model import Student, World
    from demo.papers.encode import MediaType
    from demo.papers.kinds import PaperKind, Side
    from demo.papers.subject import Values

RESOLUTIONS = {200: 65, 150: 20, 300: 15}
RESOLUTION_OF_COPIERS = 200
SMALL_SHEET_MM = 160
NAMES = {
    Profile.PHOTO: "IMG_{day}_{index:04d}",
    Profile.FAX: "FAX{index:05d}",
    Profile.GREY: "复印件{index:04d}",
    Profile.CLEAN: "Scan_{index:04d}",
}
NAME_BY_HAND = "{name}-{label}-{index:04d}"


@dataclass(frozen=True)
class Plan:
    """Everything decided about one paper. `filed_under` is the child it was handed in for, who need not be the child on it."""

    index: int
    kind: PaperKind
    student: Student
    filed_under: Student
    second: Student | None
    on: date
    profile: Profile
    media_type: MediaType
    fault: Fault | None


def compose(plan: Plan, world: World, dice: Dice) -> tuple[str, bytes, Truth]:
    """Return name, bytes and truth of the paper."""
    if plan.fault is Fault.NOT_A_PAPER:
        picture = Scan(scene(dice.child("scene")), None, Profile.PHOTO, 0, 0.0)
        return _name(plan), encode([picture], plan.media_type, dice.child("file")), _truth(plan, [picture], {}, [None])
    printed = misprint(plan.student, plan.fault, dice.child("misprint"))
    subject = subject_of(printed, world, plan.on)
    dpi = _resolution(plan, dice)
    values: Values = {}
    scans, sheets = [], []
    for number, side in enumerate(plan.kind.sides):
        part = dice.child("side", number)
        sheet = Sheet(side.size_mm, dpi)
        sheets.append(sheet)
        values |= _drawn(side, sheet, plan, subject, part)
        scans.append(spoil(scan(sheet, plan.profile, part.child("scan"), turned=plan.fault is not Fault.CUT_OFF), plan.fault, part))
    if plan.fault is Fault.BLANK_BACK:
        scans.append(scan(Sheet(plan.kind.sides[0].size_mm, dpi), plan.profile, dice.child("back"), turned=False))
    return _name(plan), encode(scans, plan.media_type, dice.child("file")), _truth(plan, scans, values, sheets)


def _drawn(side: Side, sheet: Sheet, plan: Plan, subject: Subject, dice: Dice) -> Values:
    draft = Draft(sheet, subject, dice)
    if plan.second is None:
        return side.draw(draft)
    # two cards of one household on one sheet: a page that belongs to two children
    with sheet.shifted(CARDS_ON_A4[0]):
        values = hukou.child_card(draft)
    with sheet.shifted(CARDS_ON_A4[1]):
        hukou.child_card(Draft(sheet, replace(subject, student=plan.second), dice.child("second")))
    return values


def _resolution(plan: Plan, dice: Dice) -> int:
    if plan.profile in {Profile.FAX, Profile.GREY, Profile.PHOTO}:
        return RESOLUTION_OF_COPIERS
    small = plan.kind.sides[0].size_mm[0] < SMALL_SHEET_MM
    return 300 if small and dice.chance(0.5) else dice.weighted(RESOLUTIONS)


def _name(plan: Plan) -> str:
    pattern = NAMES.get(plan.profile, NAME_BY_HAND)
    stem = pattern.format(index=plan.index, day=f"{plan.on:%Y%m%d}", name=plan.filed_under.name, label=plan.kind.label)
    return f"{stem}.{SUFFIXES[plan.media_type]}"


def _truth(plan: Plan, scans: list[Scan], values: Values, sheets: Sequence[Sheet | None]) -> Truth:
    nothing = plan.fault is Fault.NOT_A_PAPER
    kinds: list[str | None] = [] if nothing else [side.kind or plan.kind.code for side in plan.kind.sides]
    kinds += [None] * (len(scans) - len(kinds))
    return Truth(
        kind=None if nothing else plan.kind.code,
        label="不是证明材料" if nothing else plan.kind.label,
        student=None if nothing else person(plan.student),
        second_student=person(plan.second) if plan.second else None,
        filed_under=person(plan.filed_under),
        values=values,
        faults=[plan.fault.value] if plan.fault else [],
        duplicate_of=None,
        on=plan.on.isoformat(),
        profile=plan.profile.value,
        pages=[_page(*page, number) for number, page in enumerate(zip_longest(scans, kinds, sheets), start=1)],
    )


def _page(scan: Scan, kind: str | None, sheet: Sheet | None, number: int) -> PageTruth:
    return PageTruth(
        no=number,
        kind=kind,
        dpi=scan.dpi,
        rotation=scan.rotation,
        skew_deg=scan.skew_deg,
        lines=[LineTruth(text=said.text, by_hand=said.by_hand) for said in sheet.said] if sheet else [],
        seals=list(sheet.sealed) if sheet else [],
    )
