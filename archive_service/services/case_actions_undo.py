"""Taking a decision back within seconds, in place of a dialog that asks whether one is sure.

Lives here: `undo_decision` and when it is allowed. Not here: deciding. The decision stays, with a second one that takes it back.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.archive import Archive
from archive_service.errors import Conflict, Refused, StaleRow
from archive_service.models.case import Case, CaseDecision
from archive_service.rules.lifecycle import CaseAction, CaseState
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.case_actions import CaseStamp
from archive_service.services.case_actions_images import STUDENT, restore
from archive_service.services.cases_results import reverse
from archive_service.services.cases_sheet import Sheet, read_sheet
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope

UNDO = "undo"
UNDO_SECONDS = 10  # screens.md: a 10-second undo line, not a dialog
_GRACE_SECONDS = 2  # a press at the last moment still travels
_UNDOABLE = frozenset({CaseAction.ACCEPT.value, CaseAction.RETURN.value})


def undo_decision(archive: Archive, case_id: str, *, actor: Actor) -> CaseStamp:
    """Take back one's own acceptance or return of a moment ago, with everything that followed from it.

    Raises:
        NotFound: the case is out of scope.
        Refused: nothing to take back, not one's own, or too late.
        StaleRow: somebody acted on the case, or on the student, meanwhile.
    """
    now = archive.clock.now()
    with archive.begin() as session:
        case = Scope.of(session, actor).case(session, case_id, lock=True)
        decision = _last(session, case)
        _check(case, decision, actor, now)
        sheet = read_sheet(archive, session, case)
        _put_back(session, sheet, decision.before or {}, actor, now)
        case.version += 1
        _record(session, case, decision, actor, now)
    return CaseStamp(case.id, case.case_no, CaseState(case.state), case.version)


def undo_until(decision: CaseDecision | None, case: Case, actor: Actor) -> datetime | None:
    """Until when the actor may take the last decision back; None when it may not."""
    if decision is None or decision.action not in _UNDOABLE or decision.decided_by != actor.account_id:
        return None
    return decision.decided_at + timedelta(seconds=UNDO_SECONDS) if decision.case_version == case.version else None


def _last(session: Session, case: Case) -> CaseDecision:
    wanted = select(CaseDecision).where(CaseDecision.case_id == case.id).order_by(CaseDecision.id.desc()).limit(1)
    decision = session.scalars(wanted).first()
    if decision is None:
        raise Refused("没有可以撤销的决定。", code="nothing_to_undo")
    return decision


def _check(case: Case, decision: CaseDecision, actor: Actor, now: datetime) -> None:
    if decision.decided_by != actor.account_id or decision.action not in _UNDOABLE:
        raise Refused("只能撤销自己刚作出的通过或退回。", code="nothing_to_undo")
    if case.version != decision.case_version:
        raise StaleRow("已有人接着办理，不能再撤销。请查看最新情况。")
    if now > decision.decided_at + timedelta(seconds=UNDO_SECONDS + _GRACE_SECONDS):
        raise Refused("已超过可撤销的时间。需要更正的，请由下一环节退回。", code="too_late_to_undo")


def _put_back(session: Session, sheet: Sheet, before: dict[str, Any], actor: Actor, now: datetime) -> None:
    if sheet.state is CaseState.ACCEPTED:
        _reverse(session, sheet, before["student"], actor, now)
    restore(sheet.case, before["case"])
    for step in sheet.steps:
        restore(step, before["steps"][str(step.seq)])
    for record in sheet.records.values():
        restore(record, before["records"][record.id])
        record.version += 1
        queue.put(session, "index", record_id=record.id, now=now)


def _reverse(session: Session, sheet: Sheet, image: dict[str, Any], actor: Actor, now: datetime) -> None:
    student = sheet.student
    if all(getattr(student, name) == image[name] for name in STUDENT):
        return  # the case had no result on the registry
    if student.version != image["version"] + 1:
        raise Conflict("学生的学籍信息随后又有变动，不能再撤销。请查看最新情况。", code="student_moved")
    reverse(session, sheet.case, image, actor=actor, now=now)


def _record(session: Session, case: Case, decision: CaseDecision, actor: Actor, now: datetime) -> None:
    taken_back = CaseDecision(
        case_id=case.id,
        step_seq=decision.step_seq,
        action=UNDO,
        reasons=[],
        note=None,
        decided_by=actor.account_id or "",
        unit_id=decision.unit_id,
        decided_at=now,
        case_version=case.version,
    )
    session.add(taken_back)
    subject = Subject("case", case.id, student_id=case.student_id, case_id=case.id)
    ledger.write(session, "case.undone", subject, actor=actor, now=now, detail={"decision": decision.id, "action": decision.action})
