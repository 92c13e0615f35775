"""One case with all the rules need to judge it, read in a bounded number of statements.

Lives here: Sheet, `read_sheet`, and what the papers in hand amount to (`held`). Not here: acting on the case, showing it.
Called by every case service inside its own transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import civil, today
from archive_service.errors import Refused, StaleRow
from archive_service.models.case import Case, CaseEvidence, CaseStep
from archive_service.models.record import FieldState, KindState, PageField, Record, RecordState, ReviewState
from archive_service.models.student import Student
from archive_service.rules.evidence import Held, HeldState, Sighting
from archive_service.rules.facts import Facts
from archive_service.rules.law import Law, LawGap
from archive_service.rules.lifecycle import CaseState
from archive_service.rules.procedure import ChecklistLine, Verdict, checklist, judge
from archive_service.rules.procedure_data import Moment, Procedure
from archive_service.rules.reason import Reason
from archive_service.rules.vocabulary import Carrier, Level, Stage
from archive_service.services.case_chain import open_step, steps_of
from archive_service.services.cases_facts import declared, facts_of
from archive_service.services.claims import issuer_level
from archive_service.services.evidence_fit import misfit
from scanners.kinds import Kinds

_OPEN_DOUBTS = frozenset({FieldState.DOUBTFUL, FieldState.FAILED_CHECK})


@dataclass(frozen=True)
class Sheet:
    """A case before the rules. `evidence` holds what stands now, by code; `records` go with it, and `fields` of the student's own."""

    case: Case
    student: Student
    steps: list[CaseStep]
    evidence: dict[str, CaseEvidence]
    records: dict[str, Record]
    fields: dict[str, list[PageField]]
    procedure: Procedure
    facts: Facts
    kinds: Kinds

    @property
    def state(self) -> CaseState:
        """State of the case."""
        return CaseState(self.case.state)

    @property
    def waits_at(self) -> CaseStep | None:
        """The station the case waits at."""
        return open_step(self.steps)

    @cached_property
    def held(self) -> Mapping[str, Held]:
        """What is in hand for each evidence code."""
        return {code: self._held(row) for code, row in self.evidence.items()}

    @cached_property
    def checklist(self) -> list[ChecklistLine]:
        """Every evidence that concerns the case."""
        return checklist(self.procedure, self.case.ground, facts=self.facts, held=self.held)

    def judge(self, moment: Moment) -> Verdict:
        """Everything that speaks against submitting, or finishing: a stray paper does, even where none is asked for."""
        verdict = judge(self.procedure, self.case.ground, facts=self.facts, held=self.held, moment=moment)
        return replace(verdict, refusals=tuple(dict.fromkeys((*verdict.refusals, *self._strays()))))

    def _strays(self) -> Iterable[Reason]:
        for code, held in self.held.items():
            if held.misfit:
                articles = [*(line.articles[0] for line in self.checklist if line.code == code), *self.procedure.basis, ""]
                yield Reason(articles[0], f"《{self.procedure.evidence[code].label}》{held.misfit}")

    def _held(self, row: CaseEvidence) -> Held:
        record = self.records.get(row.record_id or "")
        if record is None:
            return Held(state=HeldState.CONFIRMED, carrier=Carrier.SIGHTED, sighting=_sighting(row.sighting or {}))
        fields = self.fields.get(record.id, ())
        level = Level(row.issuer_level) if row.issuer_level else issuer_level(fields)
        return Held(
            state=held_state(record, fields),
            carrier=Carrier(record.carrier.value),
            record_id=record.id,
            issuer_level=level,
            misfit=misfit(record, self.kinds.get(record.kind), self.procedure.evidence[row.code], student_id=self.case.student_id),
        )


def read_sheet(archive: Archive, session: Session, case: Case) -> Sheet:
    """Read what belongs to a case the caller has already been let through to."""
    student = session.scalars(select(Student).where(Student.id == case.student_id)).one()
    evidence = _evidence(session, case.id)
    records = _records(session, [row.record_id for row in evidence.values() if row.record_id])
    facts = facts_of(
        session,
        declared(case.facts),
        student,
        school_id=case.to_school_id or student.school_id,
        kinds=archive.kinds,
        on=today(archive.clock),
    )
    return Sheet(
        case=case,
        student=student,
        steps=steps_of(session, case.id),
        evidence=evidence,
        records=records,
        fields=_fields(session, (one.id for one in records.values() if one.student_id == case.student_id)),
        procedure=procedure_on(archive.law, case.procedure, case.profile, civil(case.opened_at), stage_of(student)),
        facts=facts,
        kinds=archive.kinds,
    )


def procedure_on(law: Law, code: str, profile: str, on: date, stage: Stage | None) -> Procedure:
    """The procedure under a profile as of a day. Raises Refused when that law knows none."""
    try:
        return law.procedure(code, profile, on, stage=stage)
    except LawGap as gap:
        raise Refused(str(gap), code="no_such_procedure") from gap


def stage_of(student: Student) -> Stage | None:
    """Stage of schooling of a student, unknown when the section is none of the four."""
    return Stage(student.section) if student.section in set(Stage) else None


def check_version(case: Case, version: int | None) -> None:
    """Insist that nobody acted since the caller looked. Raises StaleRow with the present state."""
    if version is not None and version != case.version:
        label = CaseState(case.state).label
        present = {"code": "present_state", "state": case.state, "version": case.version, "advice": f"业务现为「{label}」"}
        raise StaleRow(f"这项业务刚被他人办理，现为「{label}」。没有改动任何内容，请查看最新情况后再操作。", findings=[present])


def held_state(record: Record, fields: Iterable[PageField]) -> HeldState:
    """How far a paper can be relied on: whoever confirmed its kind or settled every doubt on it has looked at it."""
    if record.review_state is ReviewState.ACCEPTED:
        return HeldState.ACCEPTED
    if record.review_state is ReviewState.RETURNED:
        return HeldState.RETURNED
    if record.kind_state is KindState.CONFIRMED:
        return HeldState.CONFIRMED
    settled = record.state is RecordState.READ and not any(field.state in _OPEN_DOUBTS for field in fields)
    return HeldState.CONFIRMED if settled else HeldState.PROPOSED


def _evidence(session: Session, case_id: str) -> dict[str, CaseEvidence]:
    standing = select(CaseEvidence).where(CaseEvidence.case_id == case_id, CaseEvidence.replaced_at.is_(None)).order_by(CaseEvidence.id)
    return {row.code: row for row in session.scalars(standing)}


def _records(session: Session, ids: list[str]) -> dict[str, Record]:
    return {record.id: record for record in session.scalars(select(Record).where(Record.id.in_(ids)))}


def _fields(session: Session, ids: Iterable[str]) -> dict[str, list[PageField]]:
    found: dict[str, list[PageField]] = {}
    for field in session.scalars(select(PageField).where(PageField.record_id.in_(list(ids))).order_by(PageField.id)):
        found.setdefault(field.record_id, []).append(field)
    return found


def _sighting(told: Mapping[str, object]) -> Sighting:
    on = told.get("on")
    return Sighting(by=str(told.get("by") or ""), on=date.fromisoformat(str(on)) if on else None, what=str(told.get("what") or ""))
