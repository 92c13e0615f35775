"""Rows that contradict each other: a record that was received and has no row, or whose master is not registered as the record says.

Lives here: `contradictions`. Not here: bytes (fixity), the index (fixity_index).
"""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select, union
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.models.ledger import Event
from archive_service.models.record import Page, Record, Rendition, RenditionRole
from archive_service.services.fixity_faults import NO_MASTER, NO_PICTURE, NO_RECORD, STALE, StoreFault

SHOWN = (RenditionRole.ACCESS, RenditionRole.THUMBNAIL)


def contradictions(archive: Archive) -> list[StoreFault]:
    """Every one of them, by record and page."""
    is_master = and_(Rendition.record_id == Record.id, Rendition.role == RenditionRole.MASTER)
    differs = or_(Rendition.sha256 != Record.sha256, Rendition.sm3 != Record.sm3, Rendition.bytes != Record.bytes)
    wanted = select(Record, Rendition).outerjoin(Rendition, is_master).where(or_(Rendition.id.is_(None), differs)).order_by(Record.id)
    pictured = select(Rendition.id).where(Rendition.record_id == Page.record_id, Rendition.page_no == Page.no, Rendition.role.in_(SHOWN))
    bare = select(Page.record_id, Page.no, Record.original_name).join(Record, Record.id == Page.record_id).where(~pictured.exists())
    with archive.read() as session:
        faults = [_of_record(record, master) for record, master in session.execute(wanted)]
        for record_id, page_no, name in session.execute(bare.order_by(Page.record_id, Page.no)):
            faults.append(StoreFault(NO_PICTURE, record_id=record_id, name=name, page_no=page_no))
        faults += [StoreFault(NO_RECORD, record_id=record_id) for record_id in without_row(session)]
    return faults


def without_row(session: Session) -> Sequence[str]:
    """Records that the ledger received or that renditions belong to, and whose row has gone: nothing of the service removes one."""
    lost = ~select(Record.id).where(Record.id == Event.record_id).exists()
    received = select(Event.record_id).where(Event.act == "record.received", Event.record_id.is_not(None), lost)
    orphaned = select(Rendition.record_id).outerjoin(Record, Record.id == Rendition.record_id).where(Record.id.is_(None))
    return sorted(session.scalars(union(received, orphaned)))


def _of_record(record: Record, master: Rendition | None) -> StoreFault:
    if master is None:
        return StoreFault(NO_MASTER, record_id=record.id, name=record.original_name)
    return StoreFault(STALE, master.bucket, master.blob_key, record.id, record.original_name, master.role.value)
