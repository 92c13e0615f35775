"""From a received file to pages, words and proposals: the jobs `judge` and `read`.

Lives here: both jobs in the shape read – work – write, and `retry`. Not here: looking at pixels (`scanners`), whose paper it is
(matching). Each job may be run twice: what it writes replaces what an unfinished run left, and renditions are added, never edited.
A reading that fails leaves the transcript `missing` with its reason, never an empty text.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.adapters.blobs import Bucket, StoredBlob, blob_place, record_key
from archive_service.archive import Archive
from archive_service.errors import ArchiveError, NotFound, Rejected
from archive_service.ids import new_id
from archive_service.models.record import (
    FieldState,
    KindState,
    Page,
    PageCode,
    PageField,
    PageFinding,
    PageSeal,
    Record,
    RecordState,
    Rendition,
    RenditionRole,
    TranscriptState,
)
from archive_service.rules.access import Right
from archive_service.services import ledger, likeness
from archive_service.services.actor import SERVICE, Actor
from archive_service.services.intake import first_with_digest
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope
from scanners.findings import Finding
from scanners.judging import JudgedPage, Judgement
from scanners.reading import Reading

READING_FINDINGS = ("cut_off", "unsure_reading", "not_colour", "turned_again")
REFUSAL_COLUMNS = {"page": "page_no"} | {name: name for name in ("code", "value", "limit", "unit", "severity", "advice")}
TRANSCRIPT_TYPE = "application/json"


def judge_record(archive: Archive, record_id: str) -> None:
    """Open and judge a record's pages, keep their access copies and thumbnails, and put the reading into the queue.

    Raises: OcrFailed (the queue tries again), StoreUnavailable, Damaged.
    """
    record, master = _start(archive, record_id, RecordState.JUDGING)
    if record.state not in (RecordState.RECEIVED, RecordState.JUDGING):
        return
    content = archive.blobs.get(*blob_place(master.bucket, master.blob_key), sha256=master.sha256)
    try:
        judgement = archive.reader.judge(content, master.media_type)
    except Rejected as error:
        _unreadable(archive, record_id, error)
        return
    copies = [copy for page in judgement.pages for copy in _keep_copies(archive, record_id, page)]
    with archive.begin() as session:
        _write_judgement(session, archive.clock.now(), record_id, judgement, copies)


def read_record(archive: Archive, record_id: str) -> None:
    """Read a judged record and keep the words as a rendition of their own, with the proposals they lead to.

    Raises: OcrFailed (the queue tries again; the reason is kept on the record), StoreUnavailable, Damaged.
    """
    record, master = _start(archive, record_id, RecordState.READING)
    if record.page_count is None or record.transcript_state is TranscriptState.PRESENT:
        return
    with archive.read() as session:
        rotations = dict(session.execute(select(Page.no, Page.rotation).where(Page.record_id == record_id)).all())
    content = archive.blobs.get(*blob_place(master.bucket, master.blob_key), sha256=master.sha256)
    reading = archive.reader.read(content, master.media_type, rotations)
    transcript_id = new_id()
    stored = archive.blobs.put(Bucket.WORKING, record_key(record_id, transcript_id), _transcript_bytes(reading), media_type=TRANSCRIPT_TYPE)
    copies = [copy for page in reading.corrected for copy in _keep_copies(archive, record_id, page)]
    with archive.begin() as session:
        _write_reading(archive, session, record_id, reading, (transcript_id, stored), copies)


def note_failure(session: Session, record_id: str, reason: str, *, is_final: bool, now: datetime) -> None:
    """Show on the record that its reading failed: after the last try the transcript is missing, with the reason."""
    record = session.get(Record, record_id, with_for_update=True)
    if record is None or record.transcript_state is TranscriptState.PRESENT:
        return
    record.attempts, record.transcript_reason = record.attempts + 1, reason[:500]
    if is_final:
        record.transcript_state = TranscriptState.MISSING
        record.state = RecordState.READ if record.page_count else RecordState.UNREADABLE
        subject = Subject("record", record_id, student_id=record.student_id, record_id=record_id)
        ledger.write(session, "record.not_read", subject, actor=SERVICE, now=now, detail={"reason": reason[:500]})
        queue.put(session, "match", record_id=record_id, now=now)
    record.version += 1


def retry(archive: Archive, record_id: str, *, actor: Actor) -> Record:
    """Judge or read a record again after a failure; the job that failed is no dead letter any more. Raises NotFound, Denied."""
    now = archive.clock.now()
    with archive.begin() as session:
        record = Scope.of(session, actor).record(session, record_id, Right.CAPTURE, lock=True)
        if record.transcript_state is TranscriptState.PRESENT:
            return record
        job = "read" if record.page_count else "judge"
        record.state = RecordState.READING if record.page_count else RecordState.RECEIVED
        record.transcript_state, record.transcript_reason = TranscriptState.PENDING, None
        record.version += 1
        queue.settle(session, record_id, ("judge", "read"), now=now)
        queue.put(session, job, record_id=record_id, now=now, priority=1)
        ledger.write(session, "record.retried", Subject("record", record_id, record.student_id, record_id), actor=actor, now=now)
    return record


def _start(archive: Archive, record_id: str, state: RecordState) -> tuple[Record, Rendition]:
    """The record and its master; a record that has just come in is shown as being judged."""
    with archive.begin() as session:
        record = session.get(Record, record_id, with_for_update=True)
        if record is None:
            raise NotFound
        if state is RecordState.JUDGING and record.state in (RecordState.RECEIVED, RecordState.UNREADABLE):
            record.state = state  # a dead letter given a new start begins again
        master = session.scalars(select(Rendition).where(Rendition.record_id == record_id, Rendition.role == RenditionRole.MASTER)).one()
    return record, master


def _keep_copies(archive: Archive, record_id: str, page: JudgedPage) -> Iterable[Rendition]:
    pictures = ((RenditionRole.ACCESS, page.access_jpeg), (RenditionRole.THUMBNAIL, page.thumbnail_jpeg))
    for role, content in pictures:
        rendition_id = new_id()
        stored = archive.blobs.put(Bucket.WORKING, record_key(record_id, rendition_id), content, media_type="image/jpeg")
        yield _rendition(record_id, rendition_id, role, stored, archive.clock.now(), page_no=page.no)


def _rendition(
    record_id: str, rendition_id: str, role: RenditionRole, stored: StoredBlob, now: datetime, *, page_no: int | None = None
) -> Rendition:
    return Rendition(
        id=rendition_id,
        record_id=record_id,
        role=role,
        page_no=page_no,
        bucket=stored.bucket.value,
        blob_key=stored.key,
        bytes=stored.bytes,
        sha256=stored.sha256,
        sm3=stored.sm3,
        media_type=stored.media_type,
        made_at=now,
    )


def _write_judgement(session: Session, now: datetime, record_id: str, judgement: Judgement, copies: list[Rendition]) -> None:
    record = session.get_one(Record, record_id, with_for_update=True)
    if record.state is not RecordState.JUDGING:
        return
    for table in (Page, PageFinding):
        session.execute(delete(table).where(table.record_id == record_id))
    session.add_all([_page(record_id, page) for page in judgement.pages])
    findings = [*judgement.findings, *(finding for page in judgement.pages for finding in page.findings)]
    session.add_all([_finding(record_id, finding) for finding in findings])
    session.add_all(copies)
    record.page_count = len(judgement.pages)
    record.state = RecordState.READING
    record.duplicate_of = first_with_digest(session, record.received_unit_id, record.sha256, before=record.id)
    record.version += 1
    subject = Subject("record", record_id, student_id=record.student_id, record_id=record_id)
    detail = {"pages": record.page_count, "findings": sorted({finding.code for finding in findings})}
    ledger.write(session, "record.judged", subject, actor=SERVICE, now=now, detail=detail)
    queue.put(session, "read", record_id=record_id, now=now)


def _unreadable(archive: Archive, record_id: str, error: ArchiveError) -> None:
    now = archive.clock.now()
    with archive.begin() as session:
        record = session.get_one(Record, record_id, with_for_update=True)
        if record.state is not RecordState.JUDGING:
            return  # another run was quicker; what it found stands
        record.state, record.transcript_state, record.transcript_reason = RecordState.UNREADABLE, TranscriptState.MISSING, error.message
        record.version += 1
        session.execute(delete(PageFinding).where(PageFinding.record_id == record_id))
        rows = [{column: found.get(name) for name, column in REFUSAL_COLUMNS.items()} for found in error.findings]
        session.add_all([PageFinding(record_id=record_id, **row) for row in rows])
        subject = Subject("record", record_id, student_id=record.student_id, record_id=record_id)
        ledger.write(session, "record.unreadable", subject, actor=SERVICE, now=now, detail={"code": error.this_code})


def _write_reading(
    archive: Archive, session: Session, record_id: str, reading: Reading, transcript: tuple[str, StoredBlob], copies: list[Rendition]
) -> None:
    now = archive.clock.now()
    record = session.get_one(Record, record_id, with_for_update=True)
    if record.transcript_state is TranscriptState.PRESENT:
        return  # another run was quicker; what it kept stands
    transcript_id, stored = transcript
    rendition = _rendition(record_id, transcript_id, RenditionRole.TRANSCRIPT, stored, now)
    rendition.engine, rendition.engine_version, rendition.settings_digest = reading.engine, reading.engine_version, reading.settings
    session.add_all([rendition, *copies])
    _write_pages(session, record_id, reading)
    _write_proposals(session, record_id, reading)
    likeness.keep(session, record, reading)
    _settle_kind(archive, record, reading)
    record.state, record.transcript_state, record.transcript_reason = RecordState.READ, TranscriptState.PRESENT, None
    record.attempts += 1
    record.version += 1
    subject = Subject("record", record_id, student_id=record.student_id, record_id=record_id)
    detail = {"engine": reading.engine, "version": reading.engine_version, "settings": reading.settings, "kind": record.kind}
    ledger.write(session, "record.read", subject, actor=SERVICE, now=now, detail=detail)
    queue.put(session, "match", record_id=record_id, now=now, priority=2)


def _write_pages(session: Session, record_id: str, reading: Reading) -> None:
    rows = {page.no: page for page in session.scalars(select(Page).where(Page.record_id == record_id))}
    for corrected in reading.corrected:
        row = rows[corrected.no]
        row.width_px, row.height_px, row.rotation = corrected.width_px, corrected.height_px, corrected.rotation
        row.skew_deg, row.blank = corrected.skew_deg, corrected.blank
    for text in reading.pages:
        row = rows[text.no]
        row.text, row.text_version = text.text, row.text_version + 1


def _write_proposals(session: Session, record_id: str, reading: Reading) -> None:
    confirmed = PageField.state == FieldState.CONFIRMED
    rows = session.execute(select(PageField.name, PageField.page_no).where(PageField.record_id == record_id, confirmed))
    kept = {(name, page) for name, page in rows}
    session.execute(delete(PageField).where(PageField.record_id == record_id, ~confirmed))
    session.execute(delete(PageSeal).where(PageSeal.record_id == record_id))
    session.execute(delete(PageCode).where(PageCode.record_id == record_id))
    session.execute(delete(PageFinding).where(PageFinding.record_id == record_id, PageFinding.code.in_(READING_FINDINGS)))
    session.add_all([_finding(record_id, finding) for finding in reading.findings])
    for seal in reading.seals:
        session.add(
            PageSeal(record_id=record_id, page_no=seal.page, box=list(seal.box), text=seal.text or None, confidence=seal.confidence)
        )
    for code in reading.codes:
        session.add(PageCode(record_id=record_id, page_no=code.page, box=list(code.box), text=code.text, format=code.format))
    for field in reading.fields:
        if (field.name, field.page) not in kept:
            session.add(
                PageField(
                    record_id=record_id,
                    page_no=field.page,
                    name=field.name,
                    label=field.label,
                    value=field.value,
                    raw=field.raw,
                    confidence=field.confidence,
                    state=FieldState(field.state),
                    suggestion=field.suggestion,
                    found_by=field.found_by,
                    box=list(field.box) if field.box else None,
                )
            )


def _settle_kind(archive: Archive, record: Record, reading: Reading) -> None:
    """What paper it is, unless a person has said so; a sensitive kind closes the record at once, even when unsure."""
    guess = archive.kinds.get(reading.kind.code)
    if record.kind_state is KindState.CONFIRMED or guess is None:
        return
    record.kind, record.kind_confidence = guess.code, reading.kind.confidence
    record.kind_state = KindState(reading.kind.state)
    record.sensitivity, record.series = guess.sensitivity.value, guess.series


def _page(record_id: str, page: JudgedPage) -> Page:
    return Page(
        record_id=record_id,
        no=page.no,
        width_px=page.width_px,
        height_px=page.height_px,
        dpi=page.dpi,
        rotation=page.rotation,
        skew_deg=page.skew_deg,
        blank=page.blank,
    )


def _finding(record_id: str, finding: Finding) -> PageFinding:
    return PageFinding(
        record_id=record_id,
        page_no=finding.page,
        code=finding.code,
        value=finding.value,
        limit=finding.limit,
        unit=finding.unit or None,
        severity=finding.severity.value,
        advice=finding.advice,
    )


def _transcript_bytes(reading: Reading) -> bytes:
    heading = {"engine": reading.engine, "version": reading.engine_version, "settings": reading.settings}
    return json.dumps(heading | {"pages": [page.to_json() for page in reading.pages]}, ensure_ascii=False).encode()
