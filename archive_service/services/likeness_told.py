"""What a viewer is told of earlier scans of a record, and a person's word that two are not one paper.

Lives here: `earlier`, for every view of records, `deny` and `restore`. Not here: finding second scans (likeness). Who may not read the
first is not told that there is one: the link would say what another has taken in, and the word of a person on it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.errors import NotFound
from archive_service.models.likeness import Rescan
from archive_service.models.record import Record
from archive_service.rules.access import Right
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope


@dataclass(frozen=True)
class Earlier:
    """What was here before: a record of the same bytes, and one that may be the same paper."""

    duplicate_of: str | None = None
    rescan: Rescan | None = None

    @property
    def proposed(self) -> Rescan | None:
        """The second scan as long as nobody has said otherwise."""
        return self.rescan if self.rescan and self.rescan.denied_at is None else None


NOTHING = Earlier()


def earlier(session: Session, scope: Scope, records: Sequence[Record]) -> dict[str, Earlier]:
    """By record, what of it the actor may read; two statements for any number of records."""
    wanted = select(Rescan).where(Rescan.record_id.in_([record.id for record in records]))
    rescans = {row.record_id: row for row in session.scalars(wanted)}
    firsts = {row.first_id for row in rescans.values()} | {record.duplicate_of for record in records if record.duplicate_of}
    seen = scope.readable_among(session, firsts)
    return {record.id: _told(record, rescans.get(record.id), seen) for record in records}


def deny(archive: Archive, record_id: str, *, actor: Actor) -> None:
    """Say that a record is no second scan of the first; it stays silent until taken back.

    Raises: NotFound (also where nothing was found, or the first may not be read), Denied.
    """
    _decide(archive, record_id, actor, is_denied=True)


def restore(archive: Archive, record_id: str, *, actor: Actor) -> None:
    """Take that back: the record is shown as a possible second scan again. Raises as `deny`."""
    _decide(archive, record_id, actor, is_denied=False)


def _decide(archive: Archive, record_id: str, actor: Actor, *, is_denied: bool) -> None:
    now = archive.clock.now()
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        record = scope.record(session, record_id, Right.CONFIRM, lock=True)
        rescan = earlier(session, scope, [record])[record.id].rescan
        if rescan is None:
            raise NotFound
        if is_denied is (rescan.denied_at is not None):
            return  # said before
        rescan.denied_by, rescan.denied_at = (actor.account_id, now) if is_denied else (None, None)
        act = "rescan.denied" if is_denied else "rescan.restored"
        ledger.write(session, act, Subject("rescan", record.id), actor=actor, now=now, detail={"first": rescan.first_id})


def _told(record: Record, rescan: Rescan | None, seen: set[str]) -> Earlier:
    """An answer to a return is known to be one paper anew."""
    is_told = rescan is not None and rescan.first_id in seen and rescan.first_id != record.supersedes_id
    return Earlier(record.duplicate_of if record.duplicate_of in seen else None, rescan if is_told else None)
