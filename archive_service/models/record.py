"""A record, its renditions and pages, and what reading found on them.

A record is one piece of evidence; a rendition one set of its bytes, never edited. What OCR saw (fields, seals, codes, findings,
matches) is kept as proposals beside what a person confirmed.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Id, Json, Label, Prose, Serial


class RecordState(StrEnum):
    """How far a record has come; the door only sniffs."""

    RECEIVED = "received"
    JUDGING = "judging"
    READING = "reading"
    READ = "read"
    UNREADABLE = "unreadable"


class TranscriptState(StrEnum):
    """Failed OCR is `missing` with a reason, never an empty text."""

    PENDING = "pending"
    PRESENT = "present"
    MISSING = "missing"


class Carrier(StrEnum):
    """What stood on the scanner: an original, a copy, an original shown and handed back, or no paper at all."""

    ORIGINAL = "original"
    COPY = "copy"
    SIGHTED = "sighted"
    DIGITAL = "digital"


class ReviewState(StrEnum):
    """What a reviewer said of the record."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class KindState(StrEnum):
    """How far the kind can be believed."""

    SURE = "sure"
    UNSURE = "unsure"
    CONFIRMED = "confirmed"


class FieldState(StrEnum):
    """How far a value can be believed; only `confirmed` fills a claim or passes a gate."""

    SURE = "sure"
    DOUBTFUL = "doubtful"
    FAILED_CHECK = "failed_check"
    CONFIRMED = "confirmed"


class MatchState(StrEnum):
    """To which student a page range belongs."""

    MATCHED = "matched"
    PROPOSED = "proposed"
    UNMATCHED = "unmatched"
    CONFLICT = "conflict"


class RenditionRole(StrEnum):
    """What a set of bytes is to its record."""

    MASTER = "master"
    ACCESS = "access"
    THUMBNAIL = "thumbnail"
    TRANSCRIPT = "transcript"


class Record(Base):
    """One piece of evidence on paper."""

    __tablename__ = "record"
    __table_args__ = (
        Index(None, "student_id", "series"),
        Index(None, "batch_id", "id"),
        Index(None, "organisation_id", "match_state", "id"),
        Index(None, "organisation_id", "received_at"),
        Index(None, "organisation_id", "received_on"),
        Index(None, "organisation_id", "sha256"),
        Index(None, "supersedes_id"),
        Index(None, "received_unit_id", "id"),
        Index(None, "received_by", "id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    batch_id: Mapped[Id | None] = mapped_column(ForeignKey("batch.id"))
    # In whose scope it is: the student's school once matched, until then the unit that took it in.
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"))
    received_unit_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"))
    student_id: Mapped[Id | None] = mapped_column(ForeignKey("student.id"))
    given_student_id: Mapped[Id | None]  # for whom it was uploaded, as a person said; `student_id` may be the service's own guess
    series: Mapped[Code | None]
    carrier: Mapped[Carrier]
    sensitivity: Mapped[Code]  # L, M, H, J
    state: Mapped[RecordState]
    transcript_state: Mapped[TranscriptState]
    transcript_reason: Mapped[Prose | None]
    attempts: Mapped[int] = mapped_column(default=0)
    match_state: Mapped[MatchState]
    kind: Mapped[Code | None]
    kind_state: Mapped[KindState]
    kind_confidence: Mapped[float | None]
    review_state: Mapped[ReviewState]
    review_reasons: Mapped[list[dict[str, object]]] = mapped_column(Json)
    reviewed_by: Mapped[Id | None]
    reviewed_at: Mapped[datetime | None]
    original_name: Mapped[Label]
    media_type: Mapped[Code]
    bytes: Mapped[int] = mapped_column(Serial)
    sha256: Mapped[Code]
    sm3: Mapped[Code]
    page_count: Mapped[int | None]
    duplicate_of: Mapped[Id | None] = mapped_column(ForeignKey("record.id"))
    supersedes_id: Mapped[Id | None] = mapped_column(ForeignKey("record.id"))
    received_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    received_at: Mapped[datetime]
    received_on: Mapped[date]
    searchable_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Rendition(Base):
    """One set of bytes; `blob_key` in `bucket` holds them, the digests are of the plain bytes."""

    __tablename__ = "rendition"
    __table_args__ = (Index(None, "record_id", "role", "page_no"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("record.id"))
    role: Mapped[RenditionRole]
    page_no: Mapped[int | None]
    bucket: Mapped[Code]
    blob_key: Mapped[Label] = mapped_column(unique=True)
    bytes: Mapped[int] = mapped_column(Serial)
    sha256: Mapped[Code]
    sm3: Mapped[Code]
    media_type: Mapped[Code]
    made_by: Mapped[Id | None]  # an account; absent: the service
    engine: Mapped[Code | None]
    engine_version: Mapped[Code | None]
    settings_digest: Mapped[Code | None]
    made_at: Mapped[datetime]


class Page(Base):
    """One side of a sheet; sizes and boxes are those of the upright page at full resolution."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("record_id", "no"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)  # the search index carries it
    record_id: Mapped[Id] = mapped_column(ForeignKey("record.id"))
    no: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    dpi: Mapped[float | None]
    rotation: Mapped[int]  # degrees clockwise applied to make it upright
    skew_deg: Mapped[float]
    blank: Mapped[bool]
    text: Mapped[Prose | None]  # plain text of the present transcript; absent until read
    text_version: Mapped[int] = mapped_column(default=0)


class PageFinding(Base):
    """What a check saw, with figure and limit; `page_no` absent: the whole file."""

    __tablename__ = "page_finding"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("record.id"), index=True)
    page_no: Mapped[int | None]
    code: Mapped[Code]
    value: Mapped[float | None]
    limit: Mapped[float | None]
    unit: Mapped[Code | None]
    severity: Mapped[Code]  # note, warn, refuse
    advice: Mapped[Prose]


class PageField(Base):
    """A value read from a page: a proposal until a person confirms it."""

    __tablename__ = "page_field"
    __table_args__ = (Index(None, "record_id", "name"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("record.id"))
    page_no: Mapped[int | None]
    name: Mapped[Code]
    label: Mapped[Label]
    value: Mapped[Prose | None]
    raw: Mapped[Prose | None]  # as the engine read it; never changed
    confidence: Mapped[float | None]
    state: Mapped[FieldState]
    suggestion: Mapped[Prose | None]
    found_by: Mapped[Code]
    box: Mapped[list[int] | None]
    confirmed_by: Mapped[Id | None]
    confirmed_at: Mapped[datetime | None]


class PageSeal(Base):
    """A red seal and what its ring says."""

    __tablename__ = "page_seal"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("record.id"), index=True)
    page_no: Mapped[int]
    box: Mapped[list[int]]
    text: Mapped[Prose | None]
    confidence: Mapped[float | None]


class PageCode(Base):
    """A barcode or QR code."""

    __tablename__ = "page_code"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("record.id"), index=True)
    page_no: Mapped[int]
    box: Mapped[list[int]]
    text: Mapped[Prose]
    format: Mapped[Code]


class Match(Base):
    """To which student a page range belongs, and why."""

    __tablename__ = "match"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("record.id"), index=True)
    first_page: Mapped[int]
    last_page: Mapped[int]
    state: Mapped[MatchState]
    student_id: Mapped[Id | None] = mapped_column(ForeignKey("student.id"))
    candidates: Mapped[list[dict[str, object]]] = mapped_column(Json)  # student_id, score, grounds
    disagreements: Mapped[list[dict[str, object]]] = mapped_column(Json)  # field, paper, registry, page, box, procedure
    decided_by: Mapped[Id | None]  # absent: the service
    decided_at: Mapped[datetime]
    reason: Mapped[Prose | None]
