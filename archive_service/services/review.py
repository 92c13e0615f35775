"""Reviewing a single record outside any case, and answering one that was returned.

Lives here: `review_record`, `answer_return`. Not here: decisions on cases (case_actions), why papers are returned (review_reasons).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service import queue
from archive_service.archive import Archive
from archive_service.errors import Refused
from archive_service.models.case import Case, CaseEvidence
from archive_service.models.record import MatchState, Record, RecordState, ReviewState
from archive_service.rules.access import Right
from archive_service.rules.lifecycle import OPEN_STATES
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.cases import require_own
from archive_service.services.ledger import Subject
from archive_service.services.matching import check_version
from archive_service.services.review_reasons import ReasonGiven, return_reasons
from archive_service.services.scope import Scope


class Review(StrEnum):
    """What a reviewer does with a record."""

    ACCEPT = "accept"
    RETURN = "return"


_ACTS: Mapping[Review, str] = {Review.ACCEPT: "record.accepted", Review.RETURN: "record.returned"}


def review_record(
    archive: Archive, record_id: str, action: Review, *, reasons: Sequence[ReasonGiven] = (), actor: Actor, version: int | None = None
) -> Record:
    """Accept or return a record that plays no part in an open case.

    Source: GZ-7.3 (whoever took it in does not judge it), HN-20.1.

    Raises:
        NotFound, Denied: out of scope, or no right to review.
        Rejected: returned without a reason.
        Refused: not read or matched yet, decided before, part of an open case, or taken in by the same person.
        StaleRow: the record moved meanwhile.
    """
    now = archive.clock.now()
    with archive.begin() as session:
        record = Scope.of(session, actor).record(session, record_id, Right.REVIEW_CASE, lock=True)
        check_version(record, version)
        _refuse_unready(session, record, actor)
        given = return_reasons(reasons, records={record_id}) if action is Review.RETURN else []
        record.review_state = ReviewState.ACCEPTED if action is Review.ACCEPT else ReviewState.RETURNED
        record.review_reasons, record.reviewed_by, record.reviewed_at = given, actor.account_id, now
        record.version += 1
        _tell(session, record, _ACTS[action], actor, now, {"reasons": given})
    return record


def answer_return(archive: Archive, returned_id: str, *, with_record_id: str, actor: Actor, version: int | None = None) -> Record:
    """Let a new record take the place of one that was returned; `version` is that of the returned one. Gives the new one.

    Raises:
        NotFound, Denied: one of them out of scope, or no right to capture.
        Refused: nothing was returned, it has been answered, or the answer is another student's.
        StaleRow: the record moved meanwhile.
    """
    now = archive.clock.now()
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        returned = scope.record(session, returned_id, lock=True)
        answer = scope.record(session, with_record_id, lock=True)
        require_own(scope, Right.CAPTURE, returned.organisation_id)
        check_version(returned, version)
        _refuse_answer(session, returned, answer)
        answer.supersedes_id = returned.id
        answer.version += 1
        _tell(session, answer, "record.answers", actor, now, {"supersedes": returned.id})
    return answer


def _refuse_unready(session: Session, record: Record, actor: Actor) -> None:
    if record.state not in (RecordState.READ, RecordState.UNREADABLE) or record.match_state is not MatchState.MATCHED:
        raise Refused("材料还没有识别完毕并归到学生名下，暂不能审核。", code="record_not_ready")
    if record.review_state is not ReviewState.PENDING:
        raise Refused("这份材料已经审核过。需要更正的，请由学校重新提交。", code="record_reviewed")
    if record.received_by == actor.account_id:
        raise Refused("接收与审核须为两人", reasons=[{"article": "GZ-7.3", "text": "本材料由您接收，须交他人审核"}])
    used = select(CaseEvidence.case_id).where(CaseEvidence.record_id == record.id, CaseEvidence.replaced_at.is_(None))
    if session.scalars(select(Case.id).where(Case.id.in_(used), Case.state.in_(OPEN_STATES)).limit(1)).first():
        raise Refused("这份材料正用于一项未办结的业务，请在该业务中审核。", code="record_in_open_case")


def _refuse_answer(session: Session, returned: Record, answer: Record) -> None:
    if returned.review_state is not ReviewState.RETURNED:
        raise Refused("这份材料没有被退回，无须补交。", code="record_not_returned")
    if session.scalars(select(Record.id).where(Record.supersedes_id == returned.id).limit(1)).first():
        raise Refused("这份材料已有补交件。", code="record_answered")
    if answer.id == returned.id or answer.student_id != returned.student_id or answer.supersedes_id:
        raise Refused("补交件须是同一学生的另一份新材料。", code="answer_does_not_fit")


def _tell(session: Session, record: Record, act: str, actor: Actor, now: datetime, detail: dict[str, object]) -> None:
    subject = Subject("record", record.id, student_id=record.student_id, record_id=record.id)
    ledger.write(session, act, subject, actor=actor, now=now, detail=detail)
    queue.put(session, "index", record_id=record.id, now=now)
