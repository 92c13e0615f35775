"""What is left after the faults, held against what was acknowledged.

Lives here: `settled` and `Tally`. A paper counts as lost when it was acknowledged and is not there byte for byte; as stuck when it is
not read, matched and found; as doubled when it is there twice, or any of its parts is.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from archive_service.adapters.blobs import Bucket
from archive_service.archive import Archive
from archive_service.errors import ArchiveError
from archive_service.models.job import Job, JobState
from archive_service.models.ledger import Event
from archive_service.models.record import Match, MatchState, Page, Record, RecordState, Rendition, RenditionRole, TranscriptState
from archive_service.services import ledger_verify, papers, search
from archive_service.services.search import Query
from tests.faults.living import Instance
from tests.faults.sender import Sent, word_of

SETTLE_SECONDS, LOOK_SECONDS = 90, 0.5
ONCE = ("record.received", "record.judged", "record.read")  # whatever was done twice is told once
ONE_OF_EACH = Counter(RenditionRole)


@dataclass
class Tally:
    """The figures of a run; everything but the first three must stay empty."""

    acknowledged: int
    refused: int
    unanswered: int
    records: int
    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        faults = ("lost", "stuck", "doubled", "orphans", "chain")
        counts = ("acknowledged", "refused", "unanswered", "records")
        figures = [f"{name} {getattr(self, name)}" for name in counts] + [f"{name} {len(getattr(self, name))}" for name in faults]
        return ", ".join(figures)

    def faults(self) -> list[str]:
        """Everything that is wrong, in words."""
        return [*self.lost, *self.stuck, *self.doubled, *self.orphans, *self.chain]


def settled(instance: Instance) -> bool:
    """Wait until nothing is left to do and every event is in the chain; false when nothing moves for long, however much is left."""
    left, until = _left(instance.archive), time.monotonic() + SETTLE_SECONDS
    while any(left) and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        before, left = left, _left(instance.archive)
        if left != before:
            until = time.monotonic() + SETTLE_SECONDS
    return not any(left)


def _left(archive: Archive) -> tuple[int, int]:
    """Jobs to be done, events to be sealed."""
    with archive.read() as session:
        jobs = session.scalar(select(func.count()).select_from(Job).where(Job.state.in_((JobState.READY, JobState.RUNNING))))
    return jobs or 0, ledger_verify.verify(archive).unsealed


def count(instance: Instance, answers: Sequence[Sent]) -> Tally:
    """Look at every row and every blob."""
    archive = instance.archive
    with archive.read() as session:
        records = {record.id: record for record in session.scalars(select(Record))}
        renditions = list(session.scalars(select(Rendition)))
        pages = list(session.scalars(select(Page)))
        matches = Counter(session.scalars(select(Match.record_id)))
        acts = Counter(map(tuple, session.execute(select(Event.record_id, Event.act).where(Event.act.in_(ONCE)))))
        dead = list(session.scalars(select(Job).where(Job.state == JobState.DEAD)))
    taken = [sent for sent in answers if sent.status == 201]
    tally = Tally(
        acknowledged=len(taken),
        refused=sum(sent.status >= 400 for sent in answers),
        unanswered=sum(sent.status == 0 for sent in answers),
        records=len(records),
    )
    tally.lost += _lost(instance, taken, records)
    numbers = {sent.sha256: sent.number for sent in answers}
    for record in records.values():
        roles = Counter(rendition.role for rendition in renditions if rendition.record_id == record.id)
        texts = [page.text for page in pages if page.record_id == record.id]
        tally.stuck += _stuck(record, roles, texts)
        tally.stuck += _not_found(instance, record, numbers[record.sha256])
        tally.doubled += [f"{record.id} has {number} {role}" for role, number in roles.items() if number > ONE_OF_EACH[role]]
        tally.doubled += [f"{record.id} has {len(texts)} pages"] if len(texts) > 1 else []
        tally.doubled += [f"{record.id} has {matches[record.id]} matches"] if matches[record.id] > 1 else []
        tally.chain += [f"{record.id} by the ledger: {act} {acts[record.id, act]} times" for act in ONCE if acts[record.id, act] != 1]
    digests = Counter(record.sha256 for record in records.values())
    tally.doubled += [f"{digest} is there {number} times" for digest, number in digests.items() if number > 1]
    tally.orphans += _orphans(archive, renditions)
    indexed = archive.index.health().pages
    tally.orphans += [f"the index holds {indexed} pages, the rows {len(pages)}"] if indexed != len(pages) else []
    tally.stuck += [f"dead letter {job.kind} of {job.record_id}: {job.last_error}" for job in dead]
    tally.chain += [fault for fault in [ledger_verify.verify(archive).fault] if fault]
    return tally


def _lost(instance: Instance, taken: Iterable[Sent], records: dict[str, Record]) -> Iterator[str]:
    for sent in taken:
        if sent.record_id not in records:
            yield f"{sent.record_id} was acknowledged and is not there"
            continue
        try:
            content = papers.master(instance.archive, sent.record_id, actor=instance.registrar).content
        except ArchiveError as error:
            yield f"{sent.record_id}: {error.message}"
            continue
        if hashlib.sha256(content).hexdigest() != sent.sha256:
            yield f"{sent.record_id} has other bytes"


def _stuck(record: Record, roles: Counter[RenditionRole], texts: list[str | None]) -> Iterator[str]:
    wanted = (RecordState.READ, TranscriptState.PRESENT, MatchState.MATCHED)
    if (record.state, record.transcript_state, record.match_state) != wanted:
        found = f"{record.state}, {record.transcript_state}, {record.match_state}"
        yield f"{record.id} stands at {found}: {record.transcript_reason}"
    elif missing := [role.value for role in RenditionRole if not roles[role]]:
        yield f"{record.id} counts as read without {missing}"
    elif len(texts) != record.page_count or not all(texts):
        yield f"{record.id} counts as read without its pages"


def _not_found(instance: Instance, record: Record, number: int) -> Iterator[str]:
    try:
        answer = search.find(instance.archive, Query(word_of(number)), actor=instance.registrar)
    except ArchiveError as error:
        yield f"{record.id} cannot be looked for: {error.message}"
        return
    found = [hit.record_id for hit in answer.hits if hit.match == "exact"]
    if found != [record.id] or record.searchable_at is None:
        yield f"{record.id} is not what is found by {word_of(number)}: {found}"


def _orphans(archive: Archive, renditions: Iterable[Rendition]) -> Iterator[str]:
    for rendition in renditions:
        try:
            archive.blobs.get(Bucket(rendition.bucket), rendition.blob_key, sha256=rendition.sha256)
        except ArchiveError as error:
            yield f"{rendition.role} of {rendition.record_id}: {error.message}"
