"""Writing a roster's plan into the registry: set by set, with history kept and every student on the ledger.

Lives here: new students with number, period, dossier and first custody event; changes with former numbers and closed periods.
Not here: deciding (roster_plan). Called inside the one transaction of the import.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.clock import civil
from archive_service.db import Base
from archive_service.ids import new_id
from archive_service.models.record import Record
from archive_service.models.student import CustodyEvent, Dossier, Guardian, NumberKind, Student, StudentNumber, StudentPeriod
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.handover import Handover, hand_over, reindex
from archive_service.services.records import DOUBTFUL, SETTLED
from archive_service.services.roster_entry import SEX_WORDS, Entry, GuardianName
from archive_service.services.roster_plan import Change, Plan, number_kind, state_with
from archive_service.services.roster_registry import chunks

GROUND, PROMOTION = "建档", "升学建档"
MATCH_AT_MOST = 2000  # papers of a school waiting for their students; what is more waits for the next roster or a person
_SEARCHED = frozenset({"name", "former_name", "id_no"})
_PLACE = ("school_id", "grade", "class_name", "state")


@dataclass(frozen=True)
class Import:
    """One run of an import: into which school, for whom, when."""

    school_id: str
    task_id: str
    actor: Actor
    now: datetime

    @property
    def on(self) -> date:
        """The civil day of the import."""
        return civil(self.now)


def write_plan(session: Session, plan: Plan, run: Import) -> None:
    """Write everything the plan says, and an event for every student it touches."""
    added = [(new_id(), entry) for entry in plan.new]
    _insert(session, Student, (_student(student_id, entry, run) for student_id, entry in added))
    _insert(session, StudentNumber, (_number(student_id, entry.student_no, run.on) for student_id, entry in added if entry.student_no))
    _insert(session, StudentPeriod, (_first_period(student_id, entry, run) for student_id, entry in added))
    for change in plan.changes:
        _apply(session, change, run)
    session.flush()
    _insert(session, StudentNumber, (_number(each.known.student.id, each.number, run.on) for each in plan.changes if each.number))
    guardians = [(student_id, entry.guardians) for student_id, entry in added]
    guardians += [(change.known.student.id, tuple(change.guardians)) for change in plan.changes]
    _insert(session, Guardian, (_guardian(student_id, each) for student_id, all_of_them in guardians for each in all_of_them))
    without = [change.known.student.id for change in plan.changes if not change.known.has_dossier]
    _open_dossiers(session, [*(student_id for student_id, _ in added), *without], run)
    _follow(session, plan.changes, run)
    _match_again(session, run)
    for student_id, _ in added:
        _event(session, "student.created", student_id, [], run)
    for change in plan.changes:
        _event(session, "student.updated", change.known.student.id, _touched(change), run)


def _follow(session: Session, changes: Sequence[Change], run: Import) -> None:
    """Dossiers go with the students who came up from another school; search learns new names and numbers."""
    came = [change.known.student.id for change in changes if "school_id" in change.values]
    hand_over(session, came, Handover(run.school_id, PROMOTION), actor=run.actor, now=run.now)
    renamed = [change.known.student.id for change in changes if change.number or change.values.keys() & _SEARCHED]
    for chunk in chunks(set(renamed) - set(came)):
        reindex(session, chunk, now=run.now)


def _match_again(session: Session, run: Import) -> None:
    """Papers that came before their students are compared once more, the newest first."""
    here = (Record.received_unit_id == run.school_id, Record.match_state.in_(DOUBTFUL), Record.state.in_(SETTLED))
    waiting = select(Record.id).where(*here).order_by(Record.id.desc()).limit(MATCH_AT_MOST)
    for record_id in session.scalars(waiting):
        queue.put(session, "match", record_id=record_id, now=run.now)


def _insert(session: Session, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    values = list(rows)
    if values:
        session.execute(insert(model), values)


def _student(student_id: str, entry: Entry, run: Import) -> dict[str, Any]:
    return {
        "id": student_id,
        "school_id": run.school_id,
        "section": entry.section,
        "name": entry.name,
        "former_name": entry.former_name or None,
        "sex": SEX_WORDS[entry.sex],
        "ethnicity": entry.ethnicity or None,
        "birth_on": entry.birth_on,
        "id_type": entry.id_type.value,
        "id_no": entry.id_no or None,
        "grade": entry.grade,
        "class_name": entry.class_name,
        "entered_on": entry.entered_on,
        "address": entry.address or None,
        "state": state_with(entry.student_no).value,
        "created_at": run.now,
        "updated_at": run.now,
    }


def _number(student_id: str, number: str | None, on: date) -> dict[str, Any]:
    return {"student_id": student_id, "number": number, "kind": number_kind(number or ""), "valid_from_on": on, "valid_to_on": None}


def _first_period(student_id: str, entry: Entry, run: Import) -> dict[str, Any]:
    state = state_with(entry.student_no).value
    return _period(student_id, (run.school_id, entry.grade, entry.class_name, state), entry.entered_on or run.on)


def _period(student_id: str, place: Sequence[Any], from_on: date) -> dict[str, Any]:
    return {"student_id": student_id, **dict(zip(_PLACE, place, strict=True)), "from_on": from_on, "to_on": None, "case_id": None}


def _guardian(student_id: str, guardian: GuardianName) -> dict[str, Any]:
    return {"student_id": student_id, "name": guardian.name, "relation": guardian.relation, "id_no": None, "phone": None}


def _apply(session: Session, change: Change, run: Import) -> None:
    student, known = change.known.student, change.known
    for name, value in change.values.items():
        setattr(student, name, value)
    student.updated_at, student.version = run.now, student.version + 1
    current = known.current_number
    if change.number and current is not None:
        current.kind, current.valid_to_on = NumberKind.FORMER, run.on
    if change.values.keys() & set(_PLACE):
        _next_period(session, change, run)


def _next_period(session: Session, change: Change, run: Import) -> None:
    student, period = change.known.student, change.known.period
    place = tuple(getattr(student, name) for name in _PLACE)
    if period is not None and period.from_on >= run.on:  # put right on the day it was written down
        for name, value in zip(_PLACE, place, strict=True):
            setattr(period, name, value)
        return
    if period is not None:
        period.to_on = run.on - timedelta(days=1)
    session.add(StudentPeriod(**_period(student.id, place, run.on)))


def _open_dossiers(session: Session, student_ids: Sequence[str], run: Import) -> None:
    opened = [(new_id(), student_id) for student_id in student_ids]
    _insert(
        session,
        Dossier,
        ({"id": dossier_id, "student_id": owner, "custodian_id": run.school_id, "opened_at": run.now} for dossier_id, owner in opened),
    )
    first = {
        "from_id": None,
        "to_id": run.school_id,
        "ground": GROUND,
        "authority_ref": None,
        "happened_on": run.on,
        "recorded_at": run.now,
    }
    _insert(session, CustodyEvent, ({"dossier_id": dossier_id, **first} for dossier_id, _ in opened))


def _touched(change: Change) -> list[str]:
    extra = [("student_no", change.number), ("guardians", change.guardians)]
    return [*change.values, *(name for name, value in extra if value)]


def _event(session: Session, act: str, student_id: str, fields: list[str], run: Import) -> None:
    subject = ledger.Subject("student", student_id, student_id=student_id)
    detail = {"task_id": run.task_id, **({"fields": fields} if fields else {})}
    ledger.write(session, act, subject, actor=run.actor, now=run.now, detail=detail)
