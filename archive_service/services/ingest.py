"""Taking a folder of files in, as one batch that can be gone on with after any interruption.

Lives here: `take_folder` and `take_file`, finding the batch to go on with, how far a batch has come. Not here: the door itself (intake),
the folder (ingest_folder), the catalogue (ingest_sheet), watching (ingest_watch). A file is known again by name and digest.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.errors import NotFound, Refused, Rejected
from archive_service.models.batch import Batch
from archive_service.models.job import Job, JobState
from archive_service.models.record import Record, RecordState
from archive_service.services import batches, ingest_pages, intake
from archive_service.services.actor import Actor
from archive_service.services.batches import UNFINISHED
from archive_service.services.ingest_folder import FolderFile, read_file
from archive_service.services.intake import Incoming
from archive_service.services.scope import Scope

_LABEL_TAIL = 170
TOO_SLOW_TO_OPEN = "not_openable"  # what the reader says of a file over which the door's helper died or ran out of time
Told = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Slip:
    """What is said of a file beforehand; `pages` is checked once it was opened."""

    student_id: str | None = None
    kind: str | None = None
    received_on: date | None = None
    pages: int | None = None


@dataclass(frozen=True)
class RefusedFile:
    """A file that was not taken, and why."""

    name: str
    code: str
    message: str


@dataclass
class Intake:
    """A batch being filled: what it holds already, and what came of each file."""

    batch_id: str
    accession_no: str
    known: dict[tuple[str, str], list[str]] = field(default_factory=dict)  # records by name and digest, not yet met again
    taken: list[str] = field(default_factory=list)
    already: int = 0
    refused: list[RefusedFile] = field(default_factory=list)


@dataclass(frozen=True)
class Progress:
    """How far a batch has come; `pending` are still to be judged, read, matched or made searchable, `failed` wait for the operator."""

    total: int
    pending: int
    unreadable: int
    failed: int


def open_intake(archive: Archive, label: str, *, source: str, actor: Actor, expected: int | None, batch_id: str | None = None) -> Intake:
    """The batch to fill: the one named, else the newest of this label and account that is not full, else a new one.

    Raises:
        NotFound: the batch is unknown or out of scope.
        Denied: no right to capture.
    """
    with archive.read() as session:
        batch = Scope.of(session, actor).batch(session, batch_id) if batch_id else _unfinished(session, label, source, actor)
    if batch is None:
        batch = batches.open_batch(archive, label=label, source=source, actor=actor, expected=expected)
    with archive.read() as session:
        known = _known(session, batch.id)
    return Intake(batch.id, batch.accession_no, known)


def folder_label(folder: Path) -> str:
    """What a folder's batch is called: its end rather than its beginning where the path is long."""
    path = str(folder.resolve())
    return f"目录 {path}" if len(path) <= _LABEL_TAIL else f"目录 …{path[-_LABEL_TAIL:]}"


def take_folder(
    archive: Archive, files: Collection[FolderFile], slips: Mapping[str, Slip], intake_: Intake, *, actor: Actor, told: Told
) -> None:
    """Take every file in; one that is refused does not hold the others up. Raises StoreUnavailable: run it again to go on."""
    for number, file in enumerate(files, start=1):
        take_file(archive, file, slips.get(file.name, Slip()), intake_, actor=actor)
        told(number, len(files))


def take_file(archive: Archive, file: FolderFile, slip: Slip, intake_: Intake, *, actor: Actor) -> RefusedFile | None:
    """Take one file in, unless the batch holds it already; the refusal, if it was refused.

    Raises:
        StoreUnavailable: nothing of this file was kept.
        Denied, NotFound: the account may not take papers in here.
    """
    try:
        content = read_file(file.path, max_bytes=archive.settings.intake.max_bytes)
        record_id = _again(intake_, file, content) or _received(archive, _incoming(file, content, slip, intake_), intake_, actor)
    except (Rejected, Refused) as error:
        refusal = RefusedFile(file.name, error.this_code, error.message)
        intake_.refused.append(refusal)
        return refusal
    if slip.pages is not None:
        ingest_pages.expect(archive, record_id, slip.pages)
    return None


def progress(archive: Archive, batch_id: str) -> Progress:
    """How far a batch has come, for the operator. Raises NotFound."""
    live = select(Job.id).where(Job.record_id == Record.id, Job.state.in_((JobState.READY, JobState.RUNNING))).exists()
    dead = select(Job.id).where(Job.record_id == Record.id, Job.state == JobState.DEAD).exists()
    of_batch = select(func.count()).select_from(Record).where(Record.batch_id == batch_id)
    with archive.read() as session:
        if session.get(Batch, batch_id) is None:
            raise NotFound(f"没有批次 {batch_id}；批次号由 xueji ingest 输出，也可在网页的批次列表里查看。")
        wanted = (
            of_batch,
            of_batch.where(or_(live, Record.state.in_(UNFINISHED) & ~dead)),
            of_batch.where(Record.state == RecordState.UNREADABLE),
            of_batch.where(dead),
        )
        total, pending, unreadable, failed = (session.scalar(each) or 0 for each in wanted)
    return Progress(total=total, pending=pending, unreadable=unreadable, failed=failed)


def _received(archive: Archive, incoming: Incoming, intake_: Intake, actor: Actor) -> str:
    try:
        record = intake.receive(archive, incoming, actor=actor)
    except Rejected as error:
        if error.this_code != TOO_SLOW_TO_OPEN:
            raise
        record = intake.receive(archive, incoming, actor=actor)  # the door's helper may only have been short of time: once more
    intake_.taken.append(record.id)
    return record.id


def _incoming(file: FolderFile, content: bytes, slip: Slip, intake_: Intake) -> Incoming:
    return Incoming(
        content=content,
        name=file.name,
        student_id=slip.student_id,
        kind=slip.kind,
        batch_id=intake_.batch_id,
        received_on=slip.received_on,
    )


def _again(intake_: Intake, file: FolderFile, content: bytes) -> str | None:
    """The record this very file became earlier; two files of one name and content are two papers all the same."""
    waiting = intake_.known.get((intake.clean_name(file.name), hashlib.sha256(content).hexdigest()))
    if not waiting:
        return None
    intake_.already += 1
    return waiting.pop()


def _known(session: Session, batch_id: str) -> dict[tuple[str, str], list[str]]:
    known: dict[tuple[str, str], list[str]] = {}
    rows = select(Record.original_name, Record.sha256, Record.id).where(Record.batch_id == batch_id)
    for name, sha256, record_id in session.execute(rows):
        known.setdefault((name, sha256), []).append(record_id)
    return known


def _unfinished(session: Session, label: str, source: str, actor: Actor) -> Batch | None:
    mine = (Batch.label == label, Batch.source == source, Batch.opened_by == str(actor.account_id))
    newest = session.scalars(select(Batch).where(*mine).order_by(Batch.id.desc()).limit(1)).first()
    if newest is None or newest.expected is None:
        return newest
    held = session.scalar(select(func.count()).select_from(Record).where(Record.batch_id == newest.id)) or 0
    return newest if held < newest.expected else None
