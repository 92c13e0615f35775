"""A listing of the ledger for whoever checks it without the database: the hashed texts, link by link.

Lives here: `listing`. Not here: the form of a line and checking one (ledger_outside). A listing holds what the ledger holds, names of
accounts and ids of papers included, so taking one is on the ledger before its first line leaves.
"""

from collections.abc import Iterator

from sqlalchemy import func, select

from archive_service.archive import Archive
from archive_service.models.ledger import Event, EventLink
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.ledger_chain import canonical
from archive_service.services.ledger_outside import Line


def listing(archive: Archive, *, actor: Actor, after: int = 0) -> Iterator[Line]:
    """The links after one, in order, up to what was sealed when the listing was asked for."""
    with archive.begin() as session:
        tip = session.scalar(select(func.max(EventLink.seq))) or 0
        detail = {"after": after, "through": tip}
        ledger.write(session, "ledger.exported", Subject("ledger"), actor=actor, now=archive.clock.now(), detail=detail)
    return _lines(archive, after, tip)


def _lines(archive: Archive, after: int, tip: int) -> Iterator[Line]:
    rows = select(EventLink, Event).join(Event, Event.id == EventLink.event_id)
    rows = rows.where(EventLink.seq > after, EventLink.seq <= tip).order_by(EventLink.seq)
    with archive.read() as session, session.execute(rows.execution_options(yield_per=1000)) as found:
        for link, event in found:
            session.expunge_all()
            yield Line(link.seq, canonical(event), link.digest)
