"""Which batches the schools of the county scanned on which day, and which cases were opened with them. Pure and the same every time.

A batch is the unit of loading: what it holds is written in one transaction, and a batch that is there is not written again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from demo.county.schools import share_of
from demo.county.size import Size
from demo.dice import Dice
from demo.model import Student, World

DAYS_BACK = 800
OPENS_AT_HOUR_UTC = 1  # nine o'clock in China
AUTUMN = frozenset({9, 10, 11, 12})
AUTUMN_SHARE = 0.6  # of the batches: children enter in autumn
BATCH_PAPERS = 240
CASES_OF_ENTRY, CASES_BESIDES = 50, 8
PAPERS_OF_A_CASE_SHARE = 0.6  # of a batch at most
FRESH_DAYS = 40
ENTRY_DAYS = 120
SATURDAY = 5


class Fate(StrEnum):
    """What became of a case by today."""

    DRAFT = "draft"
    OPEN = "open"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


LONG_AGO = {Fate.ACCEPTED: 0.93, Fate.RETURNED: 0.03, Fate.WITHDRAWN: 0.03, Fate.OPEN: 0.01}
LATELY = {Fate.OPEN: 0.58, Fate.ACCEPTED: 0.22, Fate.RETURNED: 0.08, Fate.DRAFT: 0.1, Fate.WITHDRAWN: 0.02}
# Papers each case rests on: evidence code and kind.
PROOFS = {
    "enrol": (("E-HKB-C", "hukou_page"), ("F-INFO", "info_collection_form")),
    "suspend": (("E-APP", "written_application"), ("E-DX", "diagnosis_certificate")),
    "transfer": (("E-APP", "transfer_application"), ("E-RESIDE-CHG", "residence_proof")),
}


@dataclass(frozen=True)
class CasePlan:
    """A case to be opened: for whom, what, by which school, and what became of it. `sender` is the school a child comes from."""

    id: str
    student: str
    procedure: str
    school: str
    sender: str | None
    fate: Fate
    opened_at: datetime
    serial: int


@dataclass(frozen=True)
class BatchPlan:
    """Papers scanned at a school on one day; those of the cases come first."""

    number: int
    id: str
    school: str
    opened_at: datetime
    running: int
    papers: int
    cases: tuple[CasePlan, ...]


def stable_id(at: datetime, *path: object) -> str:
    """An identifier in the form of the service's own, in order of time, and the same at every call."""
    digest = int.from_bytes(sha256("/".join(map(str, path)).encode()).digest()[:10], "big")
    value = (int(at.timestamp() * 1000) << 80) | digest
    value = value & ~(0xF << 76) | (0x7 << 76)
    return f"{value & ~(0x3 << 62) | (0x2 << 62):032x}"


def batches(world: World, size: Size) -> Iterator[BatchPlan]:
    """All batches, the oldest first."""
    desk = _Desk(world)
    days = sorted(_days(world, size))
    for number, (on, school, papers) in enumerate(days):
        yield desk.batch(number, on, school, papers)


def _days(world: World, size: Size) -> Iterator[tuple[date, str, int]]:
    for index, school in enumerate(world.schools):
        dice = Dice(world.seed, "county", "days", school.code)
        papers = share_of(size.records, size.schools, index)
        many = max(1, round(papers / BATCH_PAPERS))
        for number in range(many):
            yield _day(world.as_of, dice), school.code, share_of(papers, many, number)


def _day(as_of: date, dice: Dice) -> date:
    in_autumn = dice.chance(AUTUMN_SHARE)
    while True:
        on = as_of - timedelta(days=dice.whole(1, DAYS_BACK))
        if on.weekday() < SATURDAY and (on.month in AUTUMN) == in_autumn:
            return on


@dataclass
class _Desk:
    """Goes through the days; nobody gets two cases."""

    world: World
    serials: Counter[tuple[str, int]] = field(default_factory=Counter)
    running: Counter[tuple[str, int]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.waiting: dict[str, list[Student]] = {school.code: [] for school in self.world.schools}
        for student in self.world.students:
            self.waiting[student.school].append(student)
        codes = [school.code for school in self.world.schools]
        self.next_to = dict(zip(codes, [*codes[1:], codes[0]], strict=True))

    def batch(self, number: int, on: date, school: str, papers: int) -> BatchPlan:
        """The batch of a day."""
        dice = Dice(self.world.seed, "county", "batch", number)
        opened_at = datetime(on.year, on.month, on.day, OPENS_AT_HOUR_UTC, number % 60, tzinfo=UTC)
        self.running[school, on.year] += 1
        return BatchPlan(
            number=number,
            id=stable_id(opened_at, self.world.seed, "batch", number),
            school=school,
            opened_at=opened_at,
            running=self.running[school, on.year],
            papers=papers,
            cases=tuple(self._cases(number, school, opened_at, int(papers * PAPERS_OF_A_CASE_SHARE / 2), dice)),
        )

    def _cases(self, number: int, school: str, at: datetime, most: int, dice: Dice) -> Iterator[CasePlan]:
        entering = [each for each in self.waiting[school] if _enters(each, at.date())][: min(most, CASES_OF_ENTRY)]
        chosen = {each.key for each in entering}
        others = [each for each in self.waiting[school] if each.key not in chosen and each.entered_on < at.date()]
        besides = [others[place] for place in dice.rng.permutation(len(others))[: min(most - len(entering), CASES_BESIDES)]]
        taken = chosen | {each.key for each in besides}
        self.waiting[school] = [each for each in self.waiting[school] if each.key not in taken]
        for place, student in enumerate((*entering, *besides)):
            yield self._case(number, school, at + timedelta(minutes=3 * place), student, dice)

    def _case(self, number: int, school: str, at: datetime, student: Student, dice: Dice) -> CasePlan:
        procedure = "enrol" if _enters(student, at.date()) else dice.weighted({"suspend": 0.5, "transfer": 0.5})
        fate = Fate(dice.weighted(LATELY if (self.world.as_of - at.date()).days <= FRESH_DAYS else LONG_AGO))
        # A child whose transfer is done is at the school that took it in, any other still where it was: so the neighbour opens it.
        moves = procedure == "transfer"
        home = self.next_to[school] if moves and fate is not Fate.ACCEPTED else school
        self.serials[home, at.year] += 1
        return CasePlan(
            id=stable_id(at, self.world.seed, "case", number, student.key),
            student=student.key,
            procedure=procedure,
            school=home,
            sender=(school if home != school else self.next_to[school]) if moves else None,
            fate=fate,
            opened_at=at,
            serial=self.serials[home, at.year],
        )


def _enters(student: Student, on: date) -> bool:
    return timedelta(0) <= on - student.entered_on <= timedelta(days=ENTRY_DAYS)
