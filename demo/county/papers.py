"""The papers of one batch as rows, with their bytes put into the store; done by processes of their own, since drawing and digests cost.

Lives here: from a plan to rows of records, renditions, pages, fields, matches and findings. Not here: writing rows (load), cases (cases),
what stands on a paper (forms).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from archive_service.adapters.blobs import record_key
from archive_service.models.record import (
    Carrier,
    FieldState,
    KindState,
    MatchState,
    RecordState,
    RenditionRole,
    ReviewState,
    TranscriptState,
)
from archive_service.settings import Settings
from demo.county import scans
from demo.county.bulk_store import Put, bulk_put
from demo.county.forms import BY_KIND, WEIGHTS
from demo.county.plan import PROOFS, BatchPlan, CasePlan, Fate, stable_id
from demo.county.transcript import ENGINE, ENGINE_VERSION, transcript
from demo.county.writing import Written, write_down
from demo.dice import Dice
from demo.model import Organisation, Student
from scanners.kinds import Kind
from scanners.labels import FIELD_LABELS

Row = dict[str, Any]
SECONDS_A_PAPER, SECONDS_TO_READ = 20, 90
TWO_PAGES = 0.12
MATCHES = {MatchState.MATCHED: 0.9, MatchState.PROPOSED: 0.05, MatchState.UNMATCHED: 0.03, MatchState.CONFLICT: 0.02}
KIND_STATES = {KindState.SURE: 0.86, KindState.CONFIRMED: 0.08, KindState.UNSURE: 0.06}
REVIEWS = {ReviewState.PENDING: 0.7, ReviewState.ACCEPTED: 0.26, ReviewState.RETURNED: 0.04}
OUTCOMES = {"read": 0.975, "missing": 0.02, "unreadable": 0.005}
DOUBT = 0.06  # of a value
NOT_READ, BROKEN = "识别超时，已重试三次", "文件不完整，无法打开"
OF_A_CASE = {
    Fate.DRAFT: ReviewState.PENDING, Fate.OPEN: ReviewState.PENDING, Fate.RETURNED: ReviewState.RETURNED,
    Fate.ACCEPTED: ReviewState.ACCEPTED, Fate.WITHDRAWN: ReviewState.PENDING,
}  # fmt: skip


@dataclass(frozen=True)
class Order:
    """A batch with all that a process of its own needs to know; `ids` are those of students, by key."""

    plan: BatchPlan
    seed: int
    school: Organisation
    children: dict[str, Student]
    ids: dict[str, str]
    unit_id: str
    received_by: str
    reviewed_by: str

    @property
    def accession_no(self) -> str:
        """The number of the act of taking these papers in."""
        return f"{self.school.code}-{self.plan.opened_at.year}-{self.plan.running:05d}"


@dataclass
class Made:
    """Rows by table, in the order they were made."""

    number: int
    records: list[Row] = field(default_factory=list)
    renditions: list[Row] = field(default_factory=list)
    pages: list[Row] = field(default_factory=list)
    fields: list[Row] = field(default_factory=list)
    matches: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    proofs: dict[str, dict[str, str]] = field(default_factory=dict)  # case id → evidence code → record id


@dataclass(frozen=True)
class Sheet:
    """One paper before its rows."""

    id: str
    number: int
    kind: Kind
    child: Student
    at: datetime
    case: CasePlan | None
    outcome: str
    match: MatchState
    kind_state: KindState
    review: ReviewState
    page_count: int


def make(settings: Settings, order: Order, kinds: Mapping[str, Kind]) -> Made:
    """Everything of one batch; its bytes are in the store when this returns, not yet flushed."""
    put = bulk_put(settings)
    dice = Dice(order.seed, "county", "papers", order.plan.number)
    made = Made(order.plan.number)
    for sheet in _sheets(order, kinds, dice):
        _Clerk(order, made, put, sheet, dice).work()
    return made


def _sheets(order: Order, kinds: Mapping[str, Kind], dice: Dice) -> Iterator[Sheet]:
    number = 0
    for case in order.plan.cases:
        for _, kind in PROOFS[case.procedure]:
            at = case.opened_at + timedelta(seconds=SECONDS_A_PAPER * (number % 3))
            yield _sheet(order, number, kinds[kind], order.children[case.student], at, case=case)
            number += 1
    roll = list(order.children.values())
    while number < order.plan.papers:
        at = order.plan.opened_at + timedelta(seconds=SECONDS_A_PAPER * number)
        yield _loose(order, number, kinds[dice.weighted(WEIGHTS)], roll[dice.whole(0, len(roll) - 1)], at, dice)
        number += 1


def _sheet(order: Order, number: int, kind: Kind, child: Student, at: datetime, *, case: CasePlan) -> Sheet:
    review = OF_A_CASE[case.fate]
    record_id = stable_id(at, order.seed, "record", order.plan.number, number)
    return Sheet(record_id, number, kind, child, at, case, "read", MatchState.MATCHED, KindState.CONFIRMED, review, 1)


def _loose(order: Order, number: int, kind: Kind, child: Student, at: datetime, dice: Dice) -> Sheet:
    outcome = dice.weighted(OUTCOMES)
    match = dice.weighted(MATCHES) if outcome == "read" else MatchState.UNMATCHED
    record_id = stable_id(at, order.seed, "record", order.plan.number, number)
    pages = 2 if dice.chance(TWO_PAGES) else 1
    return Sheet(record_id, number, kind, child, at, None, outcome, match, dice.weighted(KIND_STATES), dice.weighted(REVIEWS), pages)


@dataclass
class _Clerk:
    """Works one paper off."""

    order: Order
    made: Made
    put: Put
    sheet: Sheet
    dice: Dice

    @property
    def read_at(self) -> datetime:
        return self.sheet.at + timedelta(seconds=SECONDS_TO_READ)

    @property
    def is_read(self) -> bool:
        return self.sheet.outcome == "read"

    @property
    def student_id(self) -> str | None:
        """Whom it lies with: an unmatched paper with nobody, one in conflict where it was handed in for."""
        return None if self.sheet.match is MatchState.UNMATCHED else self.order.ids[self.sheet.child.key]

    def work(self) -> None:
        sheet = self.sheet
        page_count = 0 if sheet.outcome == "unreadable" else sheet.page_count
        master = self._keep(RenditionRole.MASTER, None, scans.master(sheet.kind.code, sheet.id), "image/jpeg", sheet.at)
        written = [
            write_down(BY_KIND[sheet.kind.code], sheet.child, self.order.school, sheet.at.date(), self.dice) for _ in range(page_count)
        ]
        for number, page in enumerate(written, start=1):
            self._page(number, page)
        if self.is_read:
            self._keep(RenditionRole.TRANSCRIPT, None, transcript(written), "application/json", self.read_at)
            self._fields(written[0])
            self.made.matches.append(self._match())
        self.made.records.append(self._record(master, page_count))
        if sheet.case:
            code = next(code for code, kind in PROOFS[sheet.case.procedure] if kind == sheet.kind.code)
            self.made.proofs.setdefault(sheet.case.id, {})[code] = sheet.id

    def _keep(self, role: RenditionRole, page_no: int | None, content: bytes, media_type: str, at: datetime) -> Row:
        rendition_id = stable_id(at, self.sheet.id, role, page_no)
        stored = self.put(record_key(self.sheet.id, rendition_id), content, media_type)
        is_transcript = role is RenditionRole.TRANSCRIPT
        row = {
            "id": rendition_id,
            "record_id": self.sheet.id,
            "role": role,
            "page_no": page_no,
            "bucket": stored.bucket.value,
            "blob_key": stored.key,
            "bytes": stored.bytes,
            "sha256": stored.sha256,
            "sm3": stored.sm3,
            "media_type": media_type,
            "made_by": self.order.received_by if role is RenditionRole.MASTER else None,
            "engine": ENGINE if is_transcript else None,
            "engine_version": ENGINE_VERSION if is_transcript else None,
            "settings_digest": None,
            "made_at": at,
        }
        self.made.renditions.append(row)
        return row

    def _page(self, number: int, page: Written) -> None:
        kind, name = self.sheet.kind.code, f"{self.sheet.id}-{number}"
        self._keep(RenditionRole.ACCESS, number, scans.master(kind, f"{name}-a"), "image/jpeg", self.read_at)
        self._keep(RenditionRole.THUMBNAIL, number, scans.thumbnail(kind, f"{name}-t"), "image/jpeg", self.read_at)
        self.made.pages.append({
            "record_id": self.sheet.id, "no": number, "width_px": scans.WIDTH_PX, "height_px": scans.HEIGHT_PX, "dpi": float(scans.DPI),
            "rotation": 0, "skew_deg": 0.0, "blank": False, "text": page.text if self.is_read else None, "text_version": int(self.is_read),
        })  # fmt: skip

    def _fields(self, page: Written) -> None:
        confirmed = self.sheet.case is not None and self.sheet.case.fate is not Fate.DRAFT
        for name, value in page.values.items():
            line = next((number for number, text in enumerate(page.lines) if value in text), 1)
            state = FieldState.DOUBTFUL if self.dice.chance(DOUBT) else FieldState.SURE
            self.made.fields.append({
                "record_id": self.sheet.id,
                "page_no": 1,
                "name": name,
                "label": FIELD_LABELS[name].label,
                "value": value,
                "raw": value,
                "confidence": 0.7 if state is FieldState.DOUBTFUL else 0.97,
                "state": FieldState.CONFIRMED if confirmed else state,
                "suggestion": None,
                "found_by": "label",
                "box": list(scans.box_of(line, page.lines[line])),
                "confirmed_by": self.order.received_by if confirmed else None,
                "confirmed_at": self.read_at if confirmed else None,
            })  # fmt: skip

    def _match(self) -> Row:
        sheet, student_id = self.sheet, self.order.ids[self.sheet.child.key]
        candidates = [] if sheet.match is MatchState.UNMATCHED else [_candidate(student_id, sheet.match)]
        return {
            "record_id": sheet.id, "first_page": 1, "last_page": sheet.page_count, "state": sheet.match, "student_id": self.student_id,
            "candidates": candidates, "disagreements": [], "decided_by": None, "decided_at": self.read_at, "reason": None,
        }  # fmt: skip

    def _record(self, master: Row, page_count: int) -> Row:
        sheet, unit_id = self.sheet, self.order.unit_id
        is_reviewed = sheet.review is not ReviewState.PENDING
        given = sheet.case is not None
        return {
            "id": sheet.id,
            "batch_id": self.order.plan.id,
            "organisation_id": unit_id,
            "received_unit_id": unit_id,
            "student_id": self.student_id,
            "given_student_id": self.order.ids[sheet.child.key] if given else None,
            "series": sheet.kind.series if page_count else None,
            "carrier": Carrier.ORIGINAL,
            "sensitivity": sheet.kind.sensitivity.value if self.is_read else "M",
            "state": RecordState.READ if page_count else RecordState.UNREADABLE,
            "transcript_state": TranscriptState.PRESENT if self.is_read else TranscriptState.MISSING,
            "transcript_reason": None if self.is_read else NOT_READ if page_count else BROKEN,
            "attempts": 1 if self.is_read else 3,
            "match_state": sheet.match,
            "kind": sheet.kind.code if self.is_read else None,
            "kind_state": sheet.kind_state if self.is_read else KindState.UNSURE,
            "kind_confidence": 0.95 if self.is_read else None,
            "review_state": sheet.review,
            "review_reasons": [{"record_id": sheet.id, "code": "unclear", "note": ""}] if sheet.review is ReviewState.RETURNED else [],
            "reviewed_by": self.order.reviewed_by if is_reviewed else None,
            "reviewed_at": self.read_at + timedelta(days=1) if is_reviewed else None,
            "original_name": f"扫描{self.order.plan.number + 1:05d}-{sheet.number + 1:03d}.jpg",
            "media_type": master["media_type"],
            "bytes": master["bytes"],
            "sha256": master["sha256"],
            "sm3": master["sm3"],
            "page_count": page_count or None,
            "duplicate_of": None,
            "supersedes_id": None,
            "received_by": self.order.received_by,
            "received_at": sheet.at,
            "received_on": sheet.at.date(),
            "searchable_at": self.read_at if page_count else None,
            "version": 4,
        }


def _candidate(student_id: str, match: MatchState) -> Row:
    score = 1.0 if match is MatchState.MATCHED else 0.6
    return {"student_id": student_id, "score": score, "grounds": ["姓名一致"], "against": []}
