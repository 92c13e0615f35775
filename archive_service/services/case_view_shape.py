"""What a screen or the API shows of a case, as plain values; nothing here touches rows.

Lives here: the dataclasses of `case_view`. Not here: filling them (case_view, case_view_papers), the table of the claim (claims).
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from archive_service.rules.lifecycle import CaseAction, CaseState
from archive_service.rules.procedure import ChecklistLine
from archive_service.services.claims import ClaimRow


@dataclass(frozen=True)
class StudentLine:
    """The student as every screen names them."""

    id: str
    name: str
    student_no: str | None
    school: str
    grade: str
    class_name: str
    state: str
    state_label: str


@dataclass(frozen=True)
class Article:
    """An article as a person cites it, with what it says in one line."""

    id: str
    cite: str
    text: str


@dataclass(frozen=True)
class ClockView:
    """A due day: `remaining` counts working days, 0 on the day itself, negative once overdue."""

    due_on: date
    remaining: int
    article: str | None

    @property
    def overdue(self) -> bool:
        """Whether the day has passed."""
        return self.remaining < 0


@dataclass(frozen=True)
class StepView:
    """A station of the chain. `unit_id` is absent for what happens outside the system."""

    seq: int
    step: str
    label: str
    actor: str
    unit_id: str | None
    unit: str | None
    state: str
    state_label: str
    due_on: date | None
    due_article: str | None
    received_at: datetime | None
    by: str | None
    at: datetime | None


@dataclass(frozen=True)
class EvidenceView:
    """A line of the checklist, with who put the paper there."""

    line: ChecklistLine
    sighting: dict[str, object] | None
    issuer_level: str | None
    set_by: str | None
    set_at: datetime | None


@dataclass(frozen=True)
class FindingView:
    """What a check saw on a page."""

    code: str
    page: int | None
    severity: str
    advice: str


@dataclass(frozen=True)
class PageView:
    """A page with the size its boxes refer to."""

    no: int
    width_px: int
    height_px: int
    blank: bool


@dataclass(frozen=True)
class PaperView:
    """A record of the case, in the order of the checklist. A closed one may not be read by this person: no page, no value of it."""

    record_id: str
    codes: tuple[str, ...]
    kind: str | None
    kind_label: str
    kind_state: str
    carrier: str
    sensitivity: str
    state: str
    review_state: str
    review_reasons: list[dict[str, object]]
    supersedes_id: str | None
    version: int
    is_closed: bool = False
    pages: list[PageView] = field(default_factory=list)
    findings: list[FindingView] = field(default_factory=list)
    seals: int = 0


@dataclass(frozen=True)
class DecisionView:
    """Something somebody did with the case; `action` may be `undo`."""

    id: int
    action: str
    label: str
    step: str | None
    unit: str | None
    by: str
    at: datetime
    reasons: list[dict[str, object]]
    note: str | None


@dataclass(frozen=True)
class Question:
    """A fact the procedure looks at; `value` is absent while nobody has answered."""

    fact: str
    label: str
    value: object


@dataclass(frozen=True)
class CaseView:
    """A case whole."""

    id: str
    case_no: str
    version: int
    procedure: str
    procedure_label: str
    profile: str
    rules_version: str
    state: CaseState
    ground: str | None
    ground_label: str | None
    student: StudentLine
    from_school: str | None
    to_school: str | None
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    expires_on: date | None
    claim: dict[str, object]
    questions: list[Question]
    warnings: list[dict[str, object]]
    refusals: list[dict[str, str]]
    evidence: list[EvidenceView]
    chain: list[StepView]
    actions: list[CaseAction]
    rows: list[ClaimRow]
    papers: list[PaperView]
    decisions: list[DecisionView]
    clock: ClockView | None
    basis: list[Article]
    undo_until: datetime | None

    @property
    def state_label(self) -> str:
        """The word on the badge."""
        return self.state.label
