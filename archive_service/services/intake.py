"""Bringing paper in: from bytes at the door to a record with its master.

Lives here: `receive` and what it needs. Not here: opening and judging (transcription), whose paper it is (matching), resumable
uploads (uploads). The order is always: sniffed, stored, read back, and only then the row, its event and the job that follows,
in one transaction. A failed commit leaves bytes nobody points at (fixity sweeps them), never a record without bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.adapters.blobs import Bucket, StoredBlob, record_key
from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.errors import Refused, Rejected
from archive_service.ids import new_id
from archive_service.models.record import (
    Carrier,
    KindState,
    MatchState,
    Record,
    RecordState,
    Rendition,
    RenditionRole,
    ReviewState,
    TranscriptState,
)
from archive_service.models.student import Dossier, Student
from archive_service.rules.access import Right
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services import ledger, room
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope
from scanners.findings import Severity
from scanners.sources import Sniffed

NAME_LENGTH = 200
STATUS_OF = {"empty_file": 400, "too_large": 413, "unknown_type": 415}  # everything else the door refuses is 422


@dataclass(frozen=True)
class Incoming:
    """A file at the door, with what the sender says of it."""

    content: bytes
    name: str
    unit_id: str | None = None  # absent: the actor's own
    student_id: str | None = None
    kind: str | None = None
    case_id: str | None = None
    batch_id: str | None = None
    supersedes_id: str | None = None
    received_on: date | None = None
    carrier: Carrier = Carrier.ORIGINAL
    sha256: str | None = None
    note: Callable[[Session, str], None] | None = None  # written with the record, its id told: a request asked again finds it


def receive(archive: Archive, incoming: Incoming, *, actor: Actor) -> Record:
    """Take one file in and answer with its record; what it holds is judged and read later.

    Source: HN-20.1, GZ-14 (proofs are filed), DA/T 31-2017 (the master is never altered).

    Raises:
        Rejected: not a file we take; nothing is kept but the event.
        Refused: the dossier is frozen, the kind is unknown, the case is another student's, or what is superseded may not be.
        NotFound, Denied: batch, student or case out of scope, or no right to capture.
        Conflict: the same request is being worked on elsewhere; nothing is kept.
        StoreUnavailable: the store is away or full; nothing is kept.
    """
    incoming = _targeted(archive, incoming, actor)
    unit_id = str(incoming.unit_id)
    sniffed = archive.reader.sniff(incoming.content)
    if not sniffed.is_taken or sniffed.media_type is None:
        _refuse_at_door(archive, incoming, sniffed, actor)
    room.check_store(archive, len(incoming.content))
    record_id, master_id = new_id(), new_id()
    stored = archive.blobs.put(
        Bucket.WORKING, record_key(record_id, master_id), incoming.content, media_type=str(sniffed.media_type), sha256=incoming.sha256
    )
    now = archive.clock.now()
    with archive.begin() as session:
        record = _new_record(archive, incoming, record_id, unit_id, stored, actor)
        record.duplicate_of = first_with_digest(session, unit_id, stored.sha256)
        _check_superseded(session, Scope.of(session, actor), incoming, lock=True)
        if incoming.student_id:
            _bind(session, record, incoming.student_id)
        session.add(record)
        session.flush()
        session.add(_master(record_id, master_id, stored, actor, record))
        subject = Subject("record", record_id, student_id=record.student_id, record_id=record_id, case_id=incoming.case_id)
        detail = {"sha256": stored.sha256, "bytes": stored.bytes, "media_type": stored.media_type, "batch_id": incoming.batch_id}
        ledger.write(session, "record.received", subject, actor=actor, now=now, detail=detail)
        queue.put(session, "judge", record_id=record_id, now=now)
        if incoming.note is not None:
            incoming.note(session, record_id)
    return record


def first_with_digest(session: Session, unit_id: str, sha256: str, *, before: str | None = None) -> str | None:
    """The first record of the unit with the same bytes, so that a second one is flagged; it is never dropped."""
    same = select(Record.id).where(Record.received_unit_id == unit_id, Record.sha256 == sha256).order_by(Record.id).limit(1)
    return session.scalars(same.where(Record.id < before) if before else same).first()


def clean_name(name: str) -> str:
    """The file's own name, without any path and control characters, for people to recognise it by; never used as a path."""
    bare = PurePath(name.replace("\\", "/")).name
    printable = "".join(char for char in bare if char.isprintable()).strip()
    return "未命名" if not printable.strip(".") else printable[-NAME_LENGTH:]


def _targeted(archive: Archive, incoming: Incoming, actor: Actor) -> Incoming:
    """Where it goes, checked before its bytes are stored: with its unit, and with the student of the case it was brought for."""
    if incoming.kind and incoming.kind not in archive.kinds:
        raise Refused(f"没有“{incoming.kind}”这种材料种类。可用的种类见 GET /kinds。", code="unknown_kind")
    with archive.read() as session:
        scope = Scope.of(session, actor)
        unit_id = scope.batch(session, incoming.batch_id).organisation_id if incoming.batch_id else incoming.unit_id or actor.unit_id
        scope.require(Right.CAPTURE, unit_id)
        targeted = replace(incoming, unit_id=unit_id, student_id=_student_of(session, scope, incoming))
        _check_superseded(session, scope, targeted)
        scope.check_ground(session, targeted.student_id)
        if targeted.student_id:
            _check_open(session, scope.filed_with(session, targeted.student_id).id)
    return targeted


def _student_of(session: Session, scope: Scope, incoming: Incoming) -> str | None:
    if not incoming.case_id:
        return incoming.student_id
    of_case = scope.case(session, incoming.case_id).student_id
    if incoming.student_id and incoming.student_id != of_case:
        raise Refused("所述业务不是这名学生的业务，没有保存。请核对业务与学生后重新上传。", code="case_of_other_student")
    return of_case


def _check_open(session: Session, student_id: str, *, lock: bool = False) -> None:
    """Refuse a frozen dossier; a locked one cannot be frozen before the record is in it."""
    dossier = select(Dossier).where(Dossier.student_id == student_id)
    found = session.scalars(dossier.with_for_update() if lock else dossier).first()
    if found and found.frozen_at:
        raise Refused("档案已封卷，不能再增加材料。如需补充，请联系档案员。", code="dossier_frozen")


def _check_superseded(session: Session, scope: Scope, incoming: Incoming, *, lock: bool = False) -> None:
    """A paper takes the place of a returned one, or of one its own unit took in; once, and never of another student's.

    The row is locked before the record is written, so that of two that answer the same paper one is refused.
    """
    if not incoming.supersedes_id:
        return
    before = scope.record(session, incoming.supersedes_id, Right.CAPTURE, lock=lock)
    if before.review_state is not ReviewState.RETURNED and before.received_unit_id != incoming.unit_id:
        raise Refused("这份材料没有被退回，也不是本单位接收的，不能用新件替换。", code="record_not_returned")
    if before.student_id and incoming.student_id and before.student_id != incoming.student_id:
        raise Refused("补交件须是同一学生的另一份新材料。", code="answer_does_not_fit")
    if session.scalars(select(Record.id).where(Record.supersedes_id == before.id).limit(1)).first():
        raise Refused("这份材料已有补交件。", code="record_answered")


def _refuse_at_door(archive: Archive, incoming: Incoming, sniffed: Sniffed, actor: Actor) -> None:
    refusals = [finding for finding in sniffed.findings if finding.severity is Severity.REFUSE]
    code = refusals[0].code if refusals else "unknown_type"
    with archive.begin() as session:
        detail = {"code": code, "bytes": len(incoming.content), "name": clean_name(incoming.name), "batch_id": incoming.batch_id}
        ledger.write(session, "record.refused", Subject("record"), actor=actor, now=archive.clock.now(), detail=detail)
    message = refusals[0].advice if refusals else "不能识别的文件"
    findings = [finding.to_json() for finding in sniffed.findings]
    raise Rejected(message, code=code, status=STATUS_OF.get(code, 422), findings=findings)


def _new_record(archive: Archive, incoming: Incoming, record_id: str, unit_id: str, stored: StoredBlob, actor: Actor) -> Record:
    kind = archive.kinds.get(incoming.kind)
    return Record(
        id=record_id,
        batch_id=incoming.batch_id,
        organisation_id=unit_id,
        received_unit_id=unit_id,
        student_id=None,
        series=kind.series if kind else None,
        carrier=incoming.carrier,
        sensitivity=kind.sensitivity.value if kind else Sensitivity.MINOR.value,
        state=RecordState.RECEIVED,
        transcript_state=TranscriptState.PENDING,
        match_state=MatchState.UNMATCHED,
        kind=kind.code if kind else None,
        kind_state=KindState.CONFIRMED if kind else KindState.UNSURE,
        review_state=ReviewState.PENDING,
        review_reasons=[],
        original_name=clean_name(incoming.name),
        media_type=stored.media_type,
        bytes=stored.bytes,
        sha256=stored.sha256,
        sm3=stored.sm3,
        supersedes_id=incoming.supersedes_id,
        received_by=str(actor.account_id),
        received_at=archive.clock.now(),
        received_on=incoming.received_on or today(archive.clock),
    )


def _bind(session: Session, record: Record, student_id: str) -> None:
    """Remember for whom it was uploaded; matching confirms it or raises the alarm."""
    _check_open(session, student_id, lock=True)
    student = session.get_one(Student, student_id)
    record.student_id, record.organisation_id, record.given_student_id = student.id, student.school_id, student.id
    record.match_state = MatchState.PROPOSED


def _master(record_id: str, master_id: str, stored: StoredBlob, actor: Actor, record: Record) -> Rendition:
    return Rendition(
        id=master_id,
        record_id=record_id,
        role=RenditionRole.MASTER,
        bucket=stored.bucket.value,
        blob_key=stored.key,
        bytes=stored.bytes,
        sha256=stored.sha256,
        sm3=stored.sm3,
        media_type=stored.media_type,
        made_by=actor.account_id,
        made_at=record.received_at,
    )
