"""The papers of one sick child a school: what its parents bring when they ask for a suspension, clean and complete.

Lives here: for whom and which. Not here: drawing (papers), handing in (load_papers), the case (load_cases). The clerk at the counter
writes the kind on each, as one does with papers brought for a purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from demo.dice import Dice
from demo.model import Student, World
from demo.papers import Paper
from demo.papers.compose import Plan, compose
from demo.papers.encode import MediaType
from demo.papers.kinds import KINDS, PaperKind
from demo.papers.scan import Profile

FOR_A_SUSPENSION = ("written_application", "suspension_application", "diagnosis_certificate", "treatment_receipt")
FIRST_INDEX = 9000  # apart from the numbers of the ordinary run
DAYS_AGO = 6


@dataclass(frozen=True)
class CounterPaper:
    """A paper with the kind the clerk wrote on it."""

    paper: Paper
    kind: str


def case_papers(world: World, seed: int) -> Iterator[CounterPaper]:
    """Four papers for one child of each school."""
    index = FIRST_INDEX
    for school in world.schools:
        child = sick_child(world, school.code)
        for kind in _kinds(school.profile):
            plan = Plan(
                index=index,
                kind=kind,
                student=child,
                filed_under=child,
                second=None,
                on=world.as_of - timedelta(days=DAYS_AGO),
                profile=Profile.CLEAN,
                media_type=MediaType.PDF,
                fault=None,
            )
            name, content, truth = compose(plan, world, Dice(seed, "case", index))
            yield CounterPaper(Paper(name, content, plan.media_type.value, truth), kind.code)
            index += 1


def sick_child(world: World, school: str) -> Student:
    """The last child on the roll who is at school and has every number."""
    able = [each for each in world.students_of(school) if each.state == "ENROLLED" and each.student_no and each.id_no and each.household_no]
    return able[-1]


def _kinds(profile: str) -> list[PaperKind]:
    return [next(kind for kind in KINDS if kind.code == code and profile in kind.profiles) for code in FOR_A_SUSPENSION]
