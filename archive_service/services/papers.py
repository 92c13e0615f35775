"""The bytes of a record, to be looked at or taken away; each look is on the ledger before a byte leaves.

Lives here: page pictures and the master. Not here: what was found on them (records). A look at a paper of sensitivity H or J needs a case
or a purpose; a look that cannot be recorded is refused.
"""

import hashlib
from dataclasses import dataclass, replace

from sqlalchemy import select

from archive_service.adapters.blobs import blob_place
from archive_service.adapters.pictures import at_width
from archive_service.archive import Archive
from archive_service.errors import NotFound, Refused
from archive_service.models.record import Record, Rendition, RenditionRole
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.records import may_show
from archive_service.services.scope import Scope

THUMBNAIL_WIDTH_PX = 320
WIDEST_PX = 5000  # A3 at 400 dpi; a wider picture shows nothing more and costs a second


@dataclass(frozen=True)
class Paper:
    """Bytes with what a reply needs to say of them."""

    content: bytes
    media_type: str
    sha256: str
    name: str


def page_image(archive: Archive, record_id: str, page_no: int, *, width_px: int | None, actor: Actor) -> Paper:
    """A page upright, exactly as wide as asked, at most as the page itself; without a width the access copy as it is.

    Raises:
        NotFound: unknown, out of scope, or not yet judged.
        Refused: a sensitive paper without a case or purpose.
        Damaged, StoreUnavailable.
    """
    role = RenditionRole.THUMBNAIL if width_px is not None and width_px <= THUMBNAIL_WIDTH_PX else RenditionRole.ACCESS
    paper = _look(archive, record_id, "page.viewed", role, page_no, actor)
    if width_px is None:
        return paper
    content = at_width(paper.content, min(width_px, WIDEST_PX))
    return replace(paper, content=content, sha256=hashlib.sha256(content).hexdigest())


def master(archive: Archive, record_id: str, *, actor: Actor) -> Paper:
    """The bytes as they were received. Raises as `page_image`."""
    return _look(archive, record_id, "master.taken", RenditionRole.MASTER, None, actor)


def check_purpose(record: Record, actor: Actor) -> None:
    """Insist on a case or a purpose before a sensitive paper is shown. Raises Refused."""
    if not may_show(record, actor):
        raise Refused("这份材料涉及健康或司法内容，查阅前需说明所办业务或查阅事由。", code="purpose_needed")


def _look(archive: Archive, record_id: str, act: str, role: RenditionRole, page_no: int | None, actor: Actor) -> Paper:
    with archive.read() as session:
        record = Scope.of(session, actor).record(session, record_id)
        check_purpose(record, actor)
        wanted = select(Rendition).where(Rendition.record_id == record_id, Rendition.role == role)
        if page_no is not None:
            wanted = wanted.where(Rendition.page_no == page_no)
        rendition = session.scalars(wanted.order_by(Rendition.id.desc()).limit(1)).first()
    if rendition is None:
        raise NotFound
    detail = {"page": page_no, "role": role.value, "rendition": rendition.id}
    subject = Subject("record", record.id, record.student_id, record.id)
    with archive.begin() as session:  # alone: on SQLite nobody else writes meanwhile, and a screen brings four looks at once
        ledger.write(session, act, subject, actor=actor, now=archive.clock.now(), detail=detail)
    content = archive.blobs.get(*blob_place(rendition.bucket, rendition.blob_key), sha256=rendition.sha256)
    return Paper(content, rendition.media_type, rendition.sha256, record.original_name)
