"""Single papers for a walk, drawn as the demo draws its own: one child, one kind, one machine, one fault."""

from demo.dice import Dice
from demo.model import Student, World
from demo.papers import Paper
from demo.papers.compose import Plan, compose
from demo.papers.encode import MediaType
from demo.papers.faults import Fault
from demo.papers.kinds import KINDS
from demo.papers.scan import Profile


def paper(
    world: World, student: Student, kind: str, *, number: int = 0, profile: Profile = Profile.OFFICE, fault: Fault | None = None
) -> Paper:
    """The first form of this kind with a single side; another number draws it anew."""
    form = next(one for one in KINDS if one.code == kind and len(one.sides) == 1)
    plan = Plan(
        index=number,
        kind=form,
        student=student,
        filed_under=student,
        second=None,
        on=world.as_of,
        profile=profile,
        media_type=MediaType.JPEG,
        fault=fault,
    )
    name, content, truth = compose(plan, world, Dice(world.seed, kind, number))
    return Paper(name, content, plan.media_type.value, truth)
