"""Handing dossiers over: custodian, a line in the chain of custody, the scope of every record, search, and the ledger.

Lives here: `hand_over`, for one student or a whole grade, in the caller's transaction. Not here: why a student moves (cases_results,
roster_write). The chain of custody is append-only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.clock import civil
from archive_service.ids import new_id
from archive_service.models.record import Record
from archive_service.models.student import CustodyEvent, Dossier
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject

AT_ONCE = 500


@dataclass(frozen=True)
class Handover:
    """To whom, on which ground and by what authority; `case_id` when a case is behind it."""

    to_id: str
    ground: str
    authority_ref: str | None = None
    case_id: str | None = None


def hand_over(session: Session, student_ids: Sequence[str], handover: Handover, *, actor: Actor, now: datetime) -> None:
    """The dossiers follow their students; one that was never opened is opened with the new custodian. Source: GZ-16.6."""
    for start in range(0, len(student_ids), AT_ONCE):
        chunk = student_ids[start : start + AT_ONCE]
        _hand_over(session, chunk, handover, actor, now)
        reindex(session, chunk, now=now)


def reindex(session: Session, student_ids: Sequence[str], *, now: datetime) -> None:
    """Let search learn of what is new about the students of these records."""
    for record_id in session.scalars(select(Record.id).where(Record.student_id.in_(student_ids)).order_by(Record.id)):
        queue.put(session, "index", record_id=record_id, now=now)


def _hand_over(session: Session, student_ids: Sequence[str], handover: Handover, actor: Actor, now: datetime) -> None:
    kept = select(Dossier).where(Dossier.student_id.in_(student_ids)).order_by(Dossier.id).with_for_update(of=Dossier)
    dossiers = {dossier.student_id: dossier for dossier in session.scalars(kept)}
    for student_id in student_ids:
        dossier = dossiers.get(student_id)
        if dossier is not None and dossier.custodian_id == handover.to_id:
            continue
        line = _move(session, dossier, student_id, handover, now)
        session.add(line)
        subject = Subject("dossier", line.dossier_id, student_id=student_id, case_id=handover.case_id)
        detail = {"from": line.from_id, "to": line.to_id, "ground": line.ground}
        ledger.write(session, "custody.changed", subject, actor=actor, now=now, detail=detail)
    moved = update(Record).where(Record.student_id.in_(student_ids), Record.organisation_id != handover.to_id)
    session.execute(moved.values(organisation_id=handover.to_id, version=Record.version + 1))


def _move(session: Session, dossier: Dossier | None, student_id: str, handover: Handover, now: datetime) -> CustodyEvent:
    from_id = dossier.custodian_id if dossier else None
    if dossier is None:
        dossier = Dossier(id=new_id(), student_id=student_id, custodian_id=handover.to_id, opened_at=now)
        session.add(dossier)
        session.flush()
    else:
        dossier.custodian_id, dossier.version = handover.to_id, dossier.version + 1
    return CustodyEvent(
        dossier_id=dossier.id, from_id=from_id, to_id=handover.to_id, ground=handover.ground,
        authority_ref=handover.authority_ref, happened_on=civil(now), recorded_at=now,
    )  # fmt: skip
