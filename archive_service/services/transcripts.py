"""The words of a record, from its newest transcript rendition.

Lives here: fetching and caching transcripts (renditions are never edited, so a cached one stays right). Scope is the caller's matter.
"""

import json
from collections import OrderedDict
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.adapters.blobs import Bucket
from archive_service.archive import Archive
from archive_service.models.record import Rendition, RenditionRole
from scanners.words import TextPage

KEPT = 512
_cache: OrderedDict[str, tuple[TextPage, ...]] = OrderedDict()
_lock = Lock()


def newest_transcript(session: Session, record_id: str) -> Rendition | None:
    """The transcript that counts now; absent until the record was read."""
    wanted = select(Rendition).where(Rendition.record_id == record_id, Rendition.role == RenditionRole.TRANSCRIPT)
    return session.scalars(wanted.order_by(Rendition.made_at.desc(), Rendition.id.desc()).limit(1)).first()


def transcript_pages(archive: Archive, record_id: str) -> tuple[TextPage, ...]:
    """All pages with their words and boxes; empty when there is no transcript.

    Raises: Damaged, StoreUnavailable.
    """
    with archive.read() as session:
        rendition = newest_transcript(session, record_id)
    return pages_of(archive, rendition) if rendition else ()


def pages_of(archive: Archive, rendition: Rendition) -> tuple[TextPage, ...]:
    """The pages of one transcript rendition."""
    with _lock:
        if rendition.id in _cache:
            _cache.move_to_end(rendition.id)
            return _cache[rendition.id]
    content = archive.blobs.get(Bucket(rendition.bucket), rendition.blob_key, sha256=rendition.sha256)
    pages = tuple(TextPage.from_json(page) for page in json.loads(content)["pages"])
    with _lock:
        _cache[rendition.id] = pages
        while len(_cache) > KEPT:
            _cache.popitem(last=False)
    return pages
