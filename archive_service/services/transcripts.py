"""The words of a record, from its newest transcript rendition.

Lives here: fetching and caching transcripts; renditions are never edited, so a cached one stays right.
`newest_transcripts` leaves the scope to its caller, `shown` checks it.
"""

import json
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.adapters.blobs import blob_place
from archive_service.archive import Archive
from archive_service.errors import NotFound
from archive_service.models.record import Rendition, RenditionRole
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.papers import check_purpose
from archive_service.services.scope import Scope
from scanners.words import TextPage

KEPT = 512
_cache: OrderedDict[str, bytes] = OrderedDict()
_lock = Lock()


def newest_transcript(session: Session, record_id: str) -> Rendition | None:
    """The transcript that counts now; absent until the record was read."""
    wanted = select(Rendition).where(Rendition.record_id == record_id, Rendition.role == RenditionRole.TRANSCRIPT)
    return session.scalars(wanted.order_by(Rendition.made_at.desc(), Rendition.id.desc()).limit(1)).first()


def newest_transcripts(session: Session, record_ids: Collection[str]) -> dict[str, Rendition]:
    """Those of several records, by record, in one statement."""
    wanted = select(Rendition).where(Rendition.record_id.in_(record_ids), Rendition.role == RenditionRole.TRANSCRIPT)
    return {rendition.record_id: rendition for rendition in session.scalars(wanted.order_by(Rendition.made_at, Rendition.id))}


@dataclass(frozen=True)
class Transcript:
    """The words of a record and who read them."""

    engine: str
    version: str
    pages: tuple[TextPage, ...]


def shown(archive: Archive, record_id: str, *, actor: Actor) -> Transcript:
    """The words of a record, for a person or program to read; the look is on the ledger.

    Raises: NotFound (also before it was read), Refused (a sensitive paper without purpose), Damaged, StoreUnavailable.
    """
    with archive.begin() as session:
        record = Scope.of(session, actor).record(session, record_id)
        check_purpose(record, actor)
        rendition = newest_transcript(session, record_id)
        if rendition is None:
            raise NotFound(record.transcript_reason or "尚未识别完成，请稍后再看。", code="no_transcript")
        subject = Subject("record", record.id, record.student_id, record.id)
        ledger.write(session, "transcript.viewed", subject, actor=actor, now=archive.clock.now(), detail={"rendition": rendition.id})
    return Transcript(rendition.engine or "", rendition.engine_version or "", pages_of(archive, rendition))


def pages_of(archive: Archive, rendition: Rendition) -> tuple[TextPage, ...]:
    """The pages of one transcript rendition. Raises: Damaged, StoreUnavailable."""
    return tuple(map(TextPage.from_json, json.loads(content_of(archive, rendition))["pages"]))


def content_of(archive: Archive, rendition: Rendition) -> bytes:
    """The same as it is written; kept as bytes, since as words it would take ten times the memory. Raises: Damaged, StoreUnavailable."""
    with _lock:
        if rendition.id in _cache:
            _cache.move_to_end(rendition.id)
            return _cache[rendition.id]
    content = archive.blobs.get(*blob_place(rendition.bucket, rendition.blob_key), sha256=rendition.sha256)
    with _lock:
        _cache[rendition.id] = content
        while len(_cache) > KEPT:
            _cache.popitem(last=False)
    return content
