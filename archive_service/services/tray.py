"""The tray (待归位): papers whose student is in doubt, oldest first, and the way from one to the next."""

from dataclasses import dataclass

from sqlalchemy import select

from archive_service.archive import Archive
from archive_service.models.record import Record
from archive_service.rules.access import Right
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.counts import tray_conditions
from archive_service.services.ledger import Subject
from archive_service.services.records import RecordView, views
from archive_service.services.scope import Scope
from archive_service.services.totals import counted

BEFORE, AFTER = 5, 25


@dataclass(frozen=True)
class Tray:
    """One paper with those around it; `view` is absent when the tray is empty."""

    total: int
    view: RecordView | None
    queue: tuple[RecordView, ...]
    next_id: str | None


def around(archive: Archive, record_id: str | None, *, actor: Actor) -> Tray:
    """The named paper, or the first of the tray, with its neighbours; the look is on the ledger. Raises NotFound, Denied."""
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        scope.require_anywhere(Right.MATCH)
        waiting = select(Record).where(scope.records(), *tray_conditions(scope.units(Right.MATCH)))
        total = counted(session, waiting.with_only_columns(Record.id))
        current = (
            scope.record(session, record_id, Right.MATCH) if record_id else session.scalars(waiting.order_by(Record.id).limit(1)).first()
        )
        if current is None:
            return Tray(total, None, (), None)
        before = list(session.scalars(waiting.where(Record.id < current.id).order_by(Record.id.desc()).limit(BEFORE)))[::-1]
        after = list(session.scalars(waiting.where(Record.id > current.id).order_by(Record.id).limit(AFTER)))
        shown = views(archive, session, scope, [*before, current, *after])
        subject = Subject("record", current.id, current.student_id, current.id)
        ledger.write(session, "record.viewed", subject, actor=actor, now=archive.clock.now())
    following = after[0].id if after else (before[0].id if before else None)
    return Tray(total, shown[len(before)], tuple(shown), following)
