"""Which papers are made for whom, on which machine, in which file, and what is wrong with some: the run of the demo.

`make_papers` yields one paper at a time, so that a caller can send the first while the next is being drawn. Each paper
depends on the seed and its own number alone, but for a duplicate, which repeats the paper before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from demo.cast import SIBLINGS
from demo.dice import Dice
from demo.papers.compose import Plan, compose
from demo.papers.encode import MediaType
from demo.papers.faults import MACHINE_OF, Fault
from demo.papers.kinds import HUKOU_COPY, KINDS, PaperKind
from demo.papers.scan import SHARES, Profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from demo.model import Student, World
    from demo.papers.truth import Truth

FAULT_EVERY = 6
SATURDAY = 5
DAYS_OF_APPROVAL = 12
# files each machine writes
FILES = {
    Profile.CLEAN: {MediaType.PDF: 5, MediaType.PNG: 3, MediaType.JPEG: 2},
    Profile.OFFICE: {MediaType.JPEG: 6, MediaType.PDF: 4},
    Profile.GREY: {MediaType.PDF: 4, MediaType.JPEG: 3, MediaType.TIFF: 2, MediaType.PNG: 1},
    Profile.PHOTO: {MediaType.JPEG: 7, MediaType.HEIC: 2, MediaType.WEBP: 2},
    Profile.FAX: {MediaType.TIFF: 7, MediaType.PDF: 3},
}
# fixed places of the machines and files that chance might leave out of a short run
RARE = {
    1: (Profile.PHOTO, MediaType.HEIC),
    3: (Profile.PHOTO, MediaType.WEBP),
    7: (Profile.FAX, MediaType.TIFF),
    9: (Profile.CLEAN, MediaType.PNG),
    13: (Profile.FAX, MediaType.PDF),
}
RARE_CYCLE = 40
SEVERAL_SIDES = {
    (Profile.OFFICE, MediaType.PDF): 5,
    (Profile.CLEAN, MediaType.PDF): 2,
    (Profile.PHOTO, MediaType.PDF): 1,
    (Profile.FAX, MediaType.TIFF): 3,
    (Profile.GREY, MediaType.TIFF): 2,
}
# kinds on which a wrong birth date or identity number can be seen
SHOWING_BIRTH_DATE = ("hukou_page", "registry_certificate")
SHOWING_IDENTITY = ("hukou_page", "registry_certificate", "diagnosis_certificate", "transfer_contact_form", "suspension_application")
VISIBLE_ON = {
    Fault.BIRTH_DATE_DIFFERS: SHOWING_BIRTH_DATE,
    Fault.ID_DIGIT_WRONG: ("hukou_page", "diagnosis_certificate"),
    Fault.NAME_DIFFERS: SHOWING_IDENTITY,
    Fault.TWO_CHILDREN: ("hukou_page",),
}


@dataclass(frozen=True)
class Paper:
    """A file as it would arrive, and what is true about it. `truth` is for judging a reading, never for making one."""

    name: str
    content: bytes
    media_type: str
    truth: Truth


def make_papers(world: World, seed: int, count: int = 120) -> Iterator[Paper]:
    """Yield `count` papers for the children of the world; the same seed gives the same bytes."""
    before: Paper | None = None
    for index in range(count):
        dice = Dice(seed, "paper", index)
        plan = make_plan(world, index, dice)
        if plan.fault is Fault.DUPLICATE and before is not None:
            yield _again(before, index)
            continue
        name, content, truth = compose(plan, world, dice)
        before = Paper(name, content, plan.media_type.value, truth)
        yield before


def _again(paper: Paper, index: int) -> Paper:
    """The same file sent twice, under another name."""
    stem, _, suffix = paper.name.rpartition(".")
    truth: Truth = {**paper.truth, "faults": [*paper.truth["faults"], Fault.DUPLICATE.value], "duplicate_of": paper.name}
    return Paper(f"{stem}_副本{index:04d}.{suffix}", paper.content, paper.media_type, truth)


def make_plan(world: World, index: int, dice: Dice) -> Plan:
    """Decide everything about the index-th paper before anything is drawn."""
    fault = _fault(index)
    student = _two_siblings(world, dice)[0] if fault is Fault.TWO_CHILDREN else dice.choice(world.students)
    kind = _kind(student, world, fault, dice)
    student = _fitting(student, kind, world, dice) if fault is not Fault.TWO_CHILDREN else student
    profile, media_type = _machine(index, kind, fault, dice)
    return Plan(
        index=index,
        kind=kind,
        student=student,
        filed_under=_filed_under(student, fault, world, dice),
        second=_two_siblings(world, dice, of=student)[1] if fault is Fault.TWO_CHILDREN else None,
        on=_day(student, world.as_of, dice),
        profile=profile,
        media_type=media_type,
        fault=fault,
    )


def _fault(index: int) -> Fault | None:
    """Every sixth paper has the next fault of the list."""
    faults = list(Fault)
    return faults[index // FAULT_EVERY % len(faults)] if index % FAULT_EVERY == FAULT_EVERY - 1 else None


def _kind(student: Student, world: World, fault: Fault | None, dice: Dice) -> PaperKind:
    if fault is Fault.TWO_CHILDREN:
        return PaperKind("hukou_page", "户口簿复印件", (HUKOU_COPY,), 1)
    profile = world.by_code[student.school].profile
    wanted = VISIBLE_ON.get(fault) if fault else None
    kinds = {kind: kind.weight for kind in KINDS if profile in kind.profiles and (wanted is None or kind.code in wanted)}
    if fault in MACHINE_OF:
        kinds = {kind: weight for kind, weight in kinds.items() if len(kind.sides) == 1}
    return dice.weighted(kinds)


def _fitting(student: Student, kind: PaperKind, world: World, dice: Dice) -> Student:
    """Another child of the same school where this one cannot have the paper: no numbers, or in good health."""
    able = [mate for mate in world.students_of(student.school) if not kind.numbered or _numbered(mate)]
    suspended = [mate for mate in able if mate.state == "SUSPENDED"]
    if kind.ill and suspended and dice.chance(0.5):
        return dice.choice(suspended)
    return student if student in able else dice.choice(able)


def _numbered(student: Student) -> bool:
    return bool(student.id_no and student.household_no and student.student_no)


def _machine(index: int, kind: PaperKind, fault: Fault | None, dice: Dice) -> tuple[Profile, MediaType]:
    if fault in MACHINE_OF:
        profile = MACHINE_OF[fault]
        return profile, MediaType.PDF if fault is Fault.BLANK_BACK else dice.weighted(FILES[profile])
    if len(kind.sides) > 1:
        return dice.weighted(SEVERAL_SIDES)
    if index % RARE_CYCLE in RARE:
        return RARE[index % RARE_CYCLE]
    profile = dice.weighted(SHARES)
    return profile, dice.weighted(FILES[profile])


def _filed_under(student: Student, fault: Fault | None, world: World, dice: Dice) -> Student:
    if fault is not Fault.ANOTHER_CHILD:
        return student
    return dice.choice([mate for mate in world.students_of(student.school) if mate.key != student.key])


def _two_siblings(world: World, dice: Dice, of: Student | None = None) -> tuple[Student, Student]:
    by_key = {student.key: student for student in world.students}
    pairs = [(by_key[first], by_key[second]) for first, second in SIBLINGS]
    return next((pair for pair in pairs if of is not None and pair[0].key == of.key), dice.choice(pairs))


def _day(student: Student, as_of: date, dice: Dice) -> date:
    """A working day of the last year and a half, after the child came to the school."""
    earliest = max(student.entered_on + timedelta(days=10), as_of - timedelta(days=540))
    latest = as_of - timedelta(days=DAYS_OF_APPROVAL)
    day = earliest + timedelta(days=dice.whole(0, max((latest - earliest).days, 0)))  # early in the year of entry there is one day
    return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))
