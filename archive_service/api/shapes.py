"""The shapes of records and what was found on them, as the API's document names them.

Pure translation from services' values; not here: the calls. Boxes are [x0, y0, x1, y1] in pixels of the upright page.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from archive_service.api.shapes_likeness import RescanOut, rescan_out
from archive_service.api.values import Input, Output
from archive_service.models.record import (
    Carrier,
    FieldState,
    KindState,
    Match,
    MatchState,
    PageField,
    PageFinding,
    RecordState,
    ReviewState,
    TranscriptState,
)
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services.records import Listed, RecordView
from archive_service.services.students import current_number

Box = Annotated[list[int], BeforeValidator(list), Field(min_length=4, max_length=4)]


class ReadingOut(Output):
    """How far reading has come; `missing` has a reason."""

    state: TranscriptState
    reason: str | None
    attempts: int
    engine: str | None


class RecordKindOut(Output):
    """What paper it is."""

    code: str | None
    label: str | None
    confidence: float | None
    state: KindState


class PageOut(Output):
    """One side of a sheet; rotation: clockwise degrees applied to make it upright."""

    no: int
    width_px: int
    height_px: int
    dpi: float | None
    rotation: int
    skew_deg: float
    blank: bool


class FieldOut(Output):
    """A value read from paper: a proposal until a person confirms it."""

    name: str
    label: str
    value: str | None
    raw: str | None
    confidence: float | None
    state: FieldState
    suggestion: str | None
    found_by: str
    page: int | None
    box: Box | None


class SealOut(Output):
    """A red seal and its ring text."""

    page: int
    box: Box
    text: str | None
    confidence: float | None


class CodeOut(Output):
    """A barcode or QR code."""

    page: int
    box: Box
    text: str
    format: str


class FindingOut(Output):
    """What a check saw."""

    code: str
    page: int | None
    value: float | None
    limit: float | None
    unit: str | None
    severity: Literal["note", "warn", "refuse"]
    advice: str


class CandidateOut(Output):
    """A student the paper may belong to."""

    student_id: str
    student_no: str | None
    score: float
    grounds: list[str]


class DisagreementOut(Output):
    """A field on which paper and registry do not agree."""

    field: str
    paper: str
    registry: str
    page: int | None
    box: Box | None
    procedure: str | None


class MatchOut(Output):
    """To which student a page range belongs; pages as [first, last]."""

    pages: Annotated[list[int], Field(min_length=2, max_length=2)]
    state: MatchState
    student_id: str | None
    student_no: str | None
    candidates: list[CandidateOut]
    disagreements: list[DisagreementOut]


class ReviewOut(Output):
    """What a reviewer said."""

    state: ReviewState
    reasons: list[dict[str, Any]]
    by: str | None
    at: datetime | None


class RecordOut(Output):
    """A record."""

    id: str
    student_id: str | None
    student_no: str | None
    batch_id: str | None
    case_ids: list[str]
    carrier: Carrier
    sensitivity: Sensitivity
    state: RecordState
    received_at: datetime
    received_on: date
    name: str
    sha256: str
    sm3: str
    bytes: int
    media_type: str
    duplicate_of: str | None
    rescan: RescanOut | None
    supersedes: str | None
    superseded_by: str | None
    searchable_at: datetime | None
    version: int
    transcript: ReadingOut
    kind: RecordKindOut
    pages: list[PageOut] | None
    fields: list[FieldOut]
    seals: list[SealOut]
    codes: list[CodeOut]
    findings: list[FindingOut]
    matches: list[MatchOut]
    review: ReviewOut
    links: dict[str, str]


class RecordList(Output):
    """A page of a list of records."""

    items: list[RecordOut]
    next: str | None
    total: int


class MatchIn(Input):
    """A person's decision whose paper it is."""

    student_id: str = Field(max_length=64)
    reason: str = Field(default="", max_length=500)


class KindIn(Input):
    """A person's word what paper it is."""

    kind: str = Field(max_length=64)
    reason: str = Field(default="", max_length=500)


class FieldIn(Input):
    """A value confirmed or corrected with the page in view; `page` where several pages each name somebody."""

    value: str = Field(max_length=500)
    reason: str = Field(default="", max_length=500)
    page: int | None = Field(default=None, ge=1, le=100_000)


def record_out(view: RecordView) -> RecordOut:
    """A record as the API gives it."""
    record = view.record
    return RecordOut(
        id=record.id,
        student_id=record.student_id,
        student_no=_number_of(view, record.student_id),
        batch_id=record.batch_id,
        case_ids=list(view.case_ids),
        carrier=record.carrier,
        sensitivity=Sensitivity(record.sensitivity),
        state=record.state,
        received_at=record.received_at,
        received_on=record.received_on,
        name=record.original_name,
        sha256=record.sha256,
        sm3=record.sm3,
        bytes=record.bytes,
        media_type=record.media_type,
        duplicate_of=view.earlier.duplicate_of,
        rescan=rescan_out(view.earlier.rescan),
        supersedes=view.supersedes,
        superseded_by=view.superseded_by,
        searchable_at=record.searchable_at,
        version=record.version,
        transcript=ReadingOut(state=record.transcript_state, reason=record.transcript_reason, attempts=record.attempts, engine=view.engine),
        kind=RecordKindOut(code=record.kind, label=view.kind_label, confidence=record.kind_confidence, state=record.kind_state),
        pages=[PageOut.model_validate(page) for page in view.pages] if record.page_count is not None else None,
        fields=[_field_out(field) for field in view.fields],
        seals=[SealOut(page=seal.page_no, box=seal.box, text=seal.text, confidence=seal.confidence) for seal in view.seals],
        codes=[CodeOut(page=code.page_no, box=code.box, text=code.text, format=code.format) for code in view.codes],
        findings=[_finding_out(found) for found in view.findings],
        matches=[_match_out(view, match) for match in view.matches],
        review=ReviewOut(state=record.review_state, reasons=record.review_reasons, by=record.reviewed_by, at=record.reviewed_at),
        links={name: f"/api/v1/records/{record.id}{path}" for name, path in LINKS.items()},
    )


LINKS = {"self": "", "master": "/master", "transcript": "/transcript"}


def record_list(listed: Listed) -> RecordList:
    """A list as the API gives it."""
    return RecordList(items=[record_out(view) for view in listed.items], next=listed.next, total=listed.total)


def _field_out(field: PageField) -> FieldOut:
    return FieldOut(
        name=field.name, label=field.label, value=field.value, raw=field.raw, confidence=field.confidence, state=field.state,
        suggestion=field.suggestion, found_by=field.found_by, page=field.page_no, box=field.box,
    )  # fmt: skip


def _finding_out(found: PageFinding) -> FindingOut:
    figures = {name: getattr(found, name) for name in ("code", "value", "limit", "unit", "severity", "advice")}
    return FindingOut(page=found.page_no, **figures)


def _match_out(view: RecordView, match: Match) -> MatchOut:
    places = {field.name: field for field in reversed(view.fields)}  # the first of a name is the child's
    return MatchOut(
        pages=[match.first_page, match.last_page],
        state=match.state,
        student_id=match.student_id,
        student_no=_number_of(view, match.student_id),
        candidates=[
            CandidateOut.model_validate({**one, "student_no": _number_of(view, str(one["student_id"]))})
            for one in match.candidates
            if one["student_id"] in view.candidates
        ],
        disagreements=[_disagreement_out(gap, places.get(str(gap["field"]))) for gap in match.disagreements],
    )


def _disagreement_out(gap: dict[str, Any], place: PageField | None) -> DisagreementOut:
    return DisagreementOut(**gap, page=place.page_no if place else None, box=place.box if place else None)


def _number_of(view: RecordView, student_id: str | None) -> str | None:
    """The number in force: a later row may be a former one."""
    student = view.candidates.get(student_id or "")
    return current_number(student.numbers) if student else None
