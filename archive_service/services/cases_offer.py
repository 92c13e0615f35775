"""What business can be opened, and what a new case asks: procedures with grounds, questions and papers.

Lives here: `offers` under a profile as of a day. Not here: which fit a student (case_openings), opening (cases). A new case
asks only what its procedure looks at, and nothing the registry knows already.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import NoneType
from typing import get_args

from archive_service.errors import Refused
from archive_service.rules.facts import Applicant, Declared, EnrolmentFault, question
from archive_service.rules.law import Law, LawGap
from archive_service.rules.procedure import questions
from archive_service.rules.procedure_data import Procedure
from archive_service.rules.vocabulary import Stage

_APPLICANTS = {Applicant.GUARDIAN: "父母或其他法定监护人", Applicant.STUDENT: "学生本人", Applicant.SCHOOL: "学校"}


class AnswerKind(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    DATE = "date"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"


_KINDS: dict[object, AnswerKind] = {
    bool: AnswerKind.YES_NO,
    date: AnswerKind.DATE,
    int: AnswerKind.NUMBER,
    float: AnswerKind.NUMBER,
    str: AnswerKind.TEXT,
    Applicant: AnswerKind.CHOICE,
}
_CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "applicant": tuple((who.value, label) for who, label in _APPLICANTS.items()),
    "enrolment_faults": tuple((fault.value, fault.label) for fault in EnrolmentFault),
}


@dataclass(frozen=True)
class Asked:
    """A question of a new case; `choices` are values with their words."""

    fact: str
    label: str
    kind: AnswerKind
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PaperAsked:
    """A paper the procedure speaks of."""

    code: str
    label: str
    required: str  # must, one_of, may
    grounds: tuple[str, ...]  # empty: whatever the ground
    articles: tuple[str, ...]


@dataclass(frozen=True)
class GroundOffer:
    """A lawful reason, with what it asks."""

    code: str | None
    label: str
    articles: tuple[str, ...]
    questions: tuple[Asked, ...]


@dataclass(frozen=True)
class Offer:
    """A procedure that can be opened; one without grounds has a single nameless one."""

    code: str
    label: str
    basis: tuple[str, ...]
    form: str | None
    grounds: tuple[GroundOffer, ...]
    papers: tuple[PaperAsked, ...]
    effects: tuple[str, ...]
    receiver_opens: bool


def offers(law: Law, profile: str, on: date, *, stage: Stage | None = None) -> list[Offer]:
    """Procedures a profile enables on a day.

    Raises:
        Refused: no law of that name in force that day.
    """
    try:
        enabled = law.procedures(profile, on)
    except LawGap as gap:
        raise Refused(str(gap), code="no_such_profile") from gap
    return [_offer(each) for each in enabled if stage is None or stage in each.stages]


def _offer(procedure: Procedure) -> Offer:
    grounds = [GroundOffer(code, each.label, each.articles, _asked(procedure, code)) for code, each in procedure.grounds.items()]
    return Offer(
        code=procedure.code,
        label=procedure.label,
        basis=procedure.basis,
        form=procedure.form,
        grounds=tuple(grounds) or (GroundOffer(None, procedure.label, procedure.basis, _asked(procedure, None)),),
        papers=_papers(procedure),
        effects=tuple(each.text for each in procedure.effects),
        receiver_opens=any(step.actor == "SCH_IN" for step in procedure.chain),
    )


def _asked(procedure: Procedure, ground: str | None) -> tuple[Asked, ...]:
    return tuple(Asked(fact, question(fact), _kind(fact), _CHOICES.get(fact, ())) for fact in questions(procedure, ground))


def _kind(fact: str) -> AnswerKind:
    [answer] = [each for each in get_args(Declared.model_fields[fact].annotation) if each is not NoneType]
    return _KINDS.get(answer, AnswerKind.CHOICES)


def _papers(procedure: Procedure) -> tuple[PaperAsked, ...]:
    return tuple(
        PaperAsked(code, procedure.evidence[code].label, name, row.grounds, row.articles)
        for row in procedure.requires
        for name in ("must", "one_of", "may")
        for code in getattr(row, name)
    )
