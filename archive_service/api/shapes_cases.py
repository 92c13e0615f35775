"""The shapes of cases, as the API's document names them. Pure translation from services' values; not here: the calls.

A person is named by the account's name, a unit by its name: outside systems know neither of our ids for them.
"""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from archive_service.api.values import Input, Output
from archive_service.rules.lifecycle import CaseAction, CaseState
from archive_service.rules.procedure import LineState, Required
from archive_service.rules.vocabulary import Level
from archive_service.services.case_view_shape import CaseView, EvidenceView
from archive_service.services.review_lines import CaseLine
from archive_service.services.review_queue import CaseList as Listed
from archive_service.services.review_reasons import ReturnCode


class CaseIn(Input):
    """A case to open: which procedure, for whom, on what ground, and what the clerk answers (see `questions` of GET /procedures)."""

    procedure: str = Field(max_length=64)
    student_id: str = Field(max_length=64)
    ground: str | None = Field(default=None, max_length=64)
    facts: dict[str, Any] = Field(default_factory=dict)


class FactsIn(Input):
    """Answers to the procedure's questions, by name."""

    facts: dict[str, Any]


class SightingIn(Input):
    """An original shown and handed back: who saw it, when, what it was."""

    by: str = Field(min_length=1, max_length=100)
    on: date
    what: str = Field(min_length=1, max_length=500)


class EvidenceIn(Input):
    """A record, or a sighting of an original; never both. `issuer_level`: who issued the paper, as seen on it."""

    record_id: str | None = Field(default=None, max_length=64)
    sighting: SightingIn | None = None
    issuer_level: Level | None = None


class ReasonIn(Input):
    """A reason; with `record_id` it concerns one paper. Returning takes a code, the other acts a note."""

    record_id: str | None = Field(default=None, max_length=64)
    code: ReturnCode | None = None
    note: str = Field(default="", max_length=500)


class ActionIn(Input):
    """What is to be done with the case."""

    action: CaseAction
    reasons: list[ReasonIn] = Field(default_factory=list, max_length=200)


class ReasonOut(Output):
    """A reason with the article behind it, empty for house rules."""

    article: str
    text: str


class EvidenceOut(Output):
    """A line of the checklist; lines of one `group` are alternatives."""

    code: str
    label: str
    required: Required
    group: str
    state: LineState
    record_id: str | None
    sighting: dict[str, Any] | None
    articles: list[str]
    reasons: list[str]


class StepOut(Output):
    """A station of the chain; without `unit` it happens outside the system."""

    step: str
    label: str
    unit: str | None
    state: str
    due_on: date | None
    by: str | None
    at: datetime | None


class DecisionOut(Output):
    """What somebody did with the case."""

    action: str
    label: str
    step: str | None
    unit: str | None
    by: str
    at: datetime
    reasons: list[dict[str, Any]]
    note: str | None


class CaseOut(Output):
    """A case; `refusals` say what still stands against going on, `warnings` what wants a second look."""

    id: str
    case_no: str
    procedure: str
    procedure_label: str
    profile: str
    rules_version: str
    state: CaseState
    student_id: str
    student_no: str | None
    ground: str | None
    facts: dict[str, Any]
    claim: dict[str, Any]
    evidence: list[EvidenceOut]
    chain: list[StepOut]
    actions: list[CaseAction]
    refusals: list[ReasonOut]
    warnings: list[ReasonOut]
    decisions: list[DecisionOut]
    opened_at: datetime
    closed_at: datetime | None
    due_on: date | None
    version: int
    links: dict[str, str]


class CaseSummary(Output):
    """A case in a list."""

    id: str
    case_no: str
    procedure: str
    procedure_label: str
    state: CaseState
    student_id: str
    student_name: str
    school: str
    awaited: str | None
    due_on: date | None
    version: int
    links: dict[str, str]


class CaseList(Output):
    """A page of a list of cases, first what is due first."""

    items: list[CaseSummary]
    next: str | None
    total: int


def case_out(view: CaseView) -> CaseOut:
    """A case as the API gives it."""
    return CaseOut(
        id=view.id,
        case_no=view.case_no,
        procedure=view.procedure,
        procedure_label=view.procedure_label,
        profile=view.profile,
        rules_version=view.rules_version,
        state=view.state,
        student_id=view.student.id,
        student_no=view.student.student_no,
        ground=view.ground,
        facts={one.fact: one.value for one in view.questions if one.value is not None},
        claim=view.claim,
        evidence=[_evidence_out(one) for one in view.evidence],
        chain=[StepOut.model_validate(step) for step in view.chain],
        actions=view.actions,
        refusals=[ReasonOut(**reason) for reason in view.refusals],
        warnings=[ReasonOut.model_validate(reason) for reason in view.warnings],
        decisions=[DecisionOut.model_validate(one) for one in view.decisions],
        opened_at=view.opened_at,
        closed_at=view.closed_at,
        due_on=view.clock.due_on if view.clock else None,
        version=view.version,
        links=_links(view.id) | {"student": f"/api/v1/students/{view.student.id}"},
    )


def case_list(listed: Listed) -> CaseList:
    """A list as the API gives it."""
    return CaseList(items=[_summary(line) for line in listed.items], next=listed.next, total=listed.total)


def _summary(line: CaseLine) -> CaseSummary:
    same = {name: getattr(line, name) for name in CaseSummary.model_fields if name not in ("due_on", "links")}
    return CaseSummary(**same, due_on=line.clock.due_on if line.clock else None, links=_links(line.id))


def _evidence_out(view: EvidenceView) -> EvidenceOut:
    line = view.line
    return EvidenceOut(
        code=line.code,
        label=line.label,
        required=line.required,
        group=line.group,
        state=line.state,
        record_id=line.record_id,
        sighting=view.sighting,
        articles=list(line.articles),
        reasons=list(line.reasons),
    )


def _links(case_id: str) -> dict[str, str]:
    here = f"/api/v1/cases/{case_id}"
    return {"self": here, "actions": f"{here}/actions", "records": f"/api/v1/records?case={case_id}"}
