"""Putting papers, and sightings of originals, into a case.

Lives here: `set_evidence`, and whether a paper may serve as what it is put forward for. Not here: what the case still lacks
(rules.procedure, shown by case_view). What is replaced stays, with the time; an answer to a returned paper supersedes it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import civil
from archive_service.errors import Refused, Rejected
from archive_service.models.case import Case, CaseEvidence
from archive_service.models.record import KindState, MatchState, PageField, Record, ReviewState
from archive_service.rules.access import Right
from archive_service.rules.law_data import EvidenceType
from archive_service.rules.lifecycle import CaseState
from archive_service.rules.vocabulary import CarrierRule, Level
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.cases import require_own
from archive_service.services.cases_sheet import Sheet, check_version, read_sheet
from archive_service.services.claims import confirmed_values
from archive_service.services.evidence_fit import serves_as
from archive_service.services.ledger import Subject
from archive_service.services.scope import Scope
from scanners.kinds import Kind

_AT_SCHOOL = frozenset({CaseState.DRAFT, CaseState.RETURNED})


@dataclass(frozen=True)
class SightingGiven:
    """An original shown and handed back: who saw it, on which day, what it was. Source: GZ-15, YK-A1."""

    by: str
    on: date
    what: str


@dataclass(frozen=True)
class Proof:
    """A record or a sighting, never both; `issuer_level` is what the person putting it forward has seen on it (C-33)."""

    record_id: str | None = None
    sighting: SightingGiven | None = None
    issuer_level: Level | None = None


@dataclass(frozen=True)
class EvidenceSet:
    """What came of it; warnings want a second look but hinder nothing."""

    case_id: str
    version: int
    warnings: tuple[str, ...]


def set_evidence(archive: Archive, case_id: str, code: str, proof: Proof, *, actor: Actor, version: int | None = None) -> EvidenceSet:
    """Let a record, or a sighting, stand for an evidence code of the case.

    Source: HN-20.1, GZ-15, GZ-17.2.

    Raises:
        NotFound, Denied: case or record out of scope, or not this unit's turn.
        Rejected: neither or both of record and sighting, or an incomplete sighting.
        Refused: the case is not at this unit, does not ask for the code, or the paper is another student's or of another kind.
        StaleRow: somebody acted meanwhile.
    """
    now = archive.clock.now()
    _check_form(proof, now)
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        case = scope.case(session, case_id, lock=True)
        check_version(case, version)
        sheet = read_sheet(archive, session, case)
        _require_turn(scope, sheet)
        kind = _asked_for(sheet, code)
        record = scope.record(session, proof.record_id, lock=True) if proof.record_id else None
        warnings = _check_record(archive, sheet, kind, record) if record else ()
        row = _replace(session, sheet, code, proof, actor, now)
        if record:
            _supersede(session, sheet, code, record)
            _fill_claim(session, case, record)
        case.version += 1
        subject = Subject("case", case.id, case.student_id, row.record_id, case.id)
        ledger.write(session, "case.evidence_set", subject, actor=actor, now=now, detail={"code": code, "sighted": proof.record_id is None})
    return EvidenceSet(case.id, case.version, warnings)


def _check_form(proof: Proof, now: datetime) -> None:
    if (proof.record_id is None) == (proof.sighting is None):
        raise Rejected("须指定一份材料，或登记一次原件查验，二者择一。")
    seen = proof.sighting
    if seen and not (seen.by.strip() and seen.what.strip()):
        raise Rejected("查验登记不完整：须写明查验人、日期和所验材料。")
    if seen and seen.on > civil(now):
        raise Rejected("查验日期不能晚于今天。")


def _require_turn(scope: Scope, sheet: Sheet) -> None:
    """The school prepares; later only the unit the case waits at adds papers."""
    if sheet.state in _AT_SCHOOL:
        require_own(scope, Right.SUBMIT_CASE, sheet.case.organisation_id)
        return
    step = sheet.waits_at
    if step is None or step.right is None:
        raise Refused(f"业务{sheet.state.label}，不能再增减材料。", code="case_closed")
    require_own(scope, Right(step.right), step.unit_id)


def _asked_for(sheet: Sheet, code: str) -> EvidenceType:
    if code not in {line.code for line in sheet.checklist}:
        raise Refused(f"{sheet.procedure.label}不需要此项材料。", code="evidence_not_asked_for")
    return sheet.procedure.evidence[code]


def _check_record(archive: Archive, sheet: Sheet, wanted: EvidenceType, record: Record) -> tuple[str, ...]:
    if record.match_state is not MatchState.MATCHED or record.student_id is None:
        raise Refused("这份材料还没有归到学生名下。请先在「待归位」中确认是谁的材料。", code="record_unmatched")
    if record.student_id != sheet.case.student_id:
        raise Refused("这份材料属于另一名学生，不能用于本业务。请核对后重新选择。", code="record_of_other_student")
    if record.review_state is ReviewState.RETURNED:
        raise Refused("这份材料已被退回。请重新扫描合格的材料再提交。", code="record_returned")
    if wanted.carrier is CarrierRule.SIGHT_ORIGINAL:
        raise Refused(f"《{wanted.label}》须当面查验原件并登记，扫描件不能代替。", code="sighting_needed")
    return _check_kind(archive.kinds.get(record.kind), record.kind_state, wanted)


def _check_kind(kind: Kind | None, state: KindState, wanted: EvidenceType) -> tuple[str, ...]:
    if kind is None:
        return ("材料种类尚未识别，请核对是否为《" + wanted.label + "》",)
    if not serves_as(kind, wanted):
        if state is KindState.UNSURE:
            return (f"材料种类可能是《{kind.label}》，请核对是否为《{wanted.label}》",)
        raise Refused(f"这份材料是《{kind.label}》，不能作为《{wanted.label}》。种类认错的，请先更正材料种类。", code="kind_does_not_serve")
    return (f"材料种类《{kind.label}》尚未确认",) if state is KindState.UNSURE else ()


def _replace(session: Session, sheet: Sheet, code: str, proof: Proof, actor: Actor, now: datetime) -> CaseEvidence:
    if code in sheet.evidence:
        sheet.evidence[code].replaced_at = now
    seen = proof.sighting
    row = CaseEvidence(
        case_id=sheet.case.id,
        code=code,
        record_id=proof.record_id,
        sighting={"by": seen.by.strip(), "on": seen.on.isoformat(), "what": seen.what.strip()} if seen else None,
        issuer_level=proof.issuer_level.value if proof.issuer_level else None,
        set_by=actor.account_id or "",
        set_at=now,
    )
    session.add(row)
    return row


def _supersede(session: Session, sheet: Sheet, code: str, record: Record) -> None:
    before = sheet.records.get(sheet.evidence[code].record_id or "") if code in sheet.evidence else None
    if before is None or before.review_state is not ReviewState.RETURNED or record.supersedes_id or before.id == record.id:
        return
    if session.scalars(select(Record.id).where(Record.supersedes_id == before.id)).first() is None:
        record.supersedes_id = before.id
        record.version += 1


def _fill_claim(session: Session, case: Case, record: Record) -> None:
    from_paper = confirmed_values(session.scalars(select(PageField).where(PageField.record_id == record.id).order_by(PageField.id)))
    if from_paper:
        case.claim = {**case.claim, **from_paper}
