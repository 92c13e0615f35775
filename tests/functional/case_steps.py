"""Steps the case tests share: papers of a kind, a school's walk to submission. Not a test itself."""

from dataclasses import dataclass, field
from datetime import date

from archive_service.archive import Archive
from archive_service.ids import new_id
from archive_service.models.organisation import Organisation
from archive_service.models.record import (
    Carrier,
    FieldState,
    KindState,
    MatchState,
    PageField,
    Record,
    RecordState,
    ReviewState,
    TranscriptState,
)
from archive_service.models.student import Student
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction
from archive_service.services.actor import Actor
from archive_service.services.case_actions import Act, CaseStamp, act_on_case
from archive_service.services.case_evidence import Proof, set_evidence
from archive_service.services.cases import open_case
from archive_service.services.review_reasons import ReasonGiven
from tests.factories import Make

ILLNESS_PAPERS = {
    "F-SUSP-GZ": "suspension_application",
    "E-APP": "written_application",
    "E-DX": "diagnosis_certificate",
    "E-TREAT": "treatment_receipt",
}
ILLNESS_FACTS = {"applicant": "guardian", "applied_on": "2026-08-31", "treatment_months": 3}


@dataclass
class Office:
    """A county with a school, and the people in it; steps write what a clerk would press."""

    archive: Archive
    make: Make
    units: tuple[Organisation, Organisation, Organisation, Organisation] = field(init=False)
    registrar: Actor = field(init=False)
    reviewer: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.units = self.make.tree()
        self.registrar = self.make.actor(Role.SCHOOL_REGISTRAR, self.school)
        self.reviewer = self.make.actor(Role.COUNTY_REVIEWER, self.county)

    @property
    def county(self) -> Organisation:
        return self.units[2]

    @property
    def school(self) -> Organisation:
        return self.units[3]

    def newcomer(self, school: Organisation | None = None, **values) -> Student:
        """Somebody whose registry is still being made."""
        student = self.make.student(school or self.school, number=None, **values)
        with self.archive.begin() as session:
            row = session.merge(student)
            row.state = "PREPARING"
        return student

    def paper(self, student: Student, kind: str, *, by: Actor | None = None, **values) -> Record:
        """A paper that was read without doubt and filed with the student."""
        by = by or self.registrar
        now = self.archive.clock.now()
        row = Record(**{
            "id": new_id(), "organisation_id": student.school_id, "received_unit_id": by.unit_id, "student_id": student.id, "series": "C2",
            "carrier": Carrier.ORIGINAL, "sensitivity": "M", "state": RecordState.READ, "transcript_state": TranscriptState.PRESENT,
            "match_state": MatchState.MATCHED, "kind": kind, "kind_state": KindState.SURE, "review_state": ReviewState.PENDING,
            "review_reasons": [], "original_name": "p.jpg", "media_type": "image/jpeg",
            "bytes": 1, "sha256": "0", "sm3": "0", "page_count": 1,
            "received_by": by.account_id, "received_at": now, "received_on": date(2026, 9, 1), **values,
        })  # fmt: skip
        return self.make._add(row)

    def field(self, record: Record, name: str, value: str, state: FieldState = FieldState.CONFIRMED) -> None:
        self.make._add(
            PageField(
                record_id=record.id,
                page_no=1,
                name=name,
                label=name,
                value=value,
                raw=value,
                state=state,
                found_by="label",
                box=[1, 2, 3, 4],
            )
        )

    def illness_case(self, student: Student, **facts):
        """A draft with all papers in place."""
        case = open_case(
            self.archive,
            procedure="suspend",
            student_id=student.id,
            ground="illness",
            facts={**ILLNESS_FACTS, **facts},
            actor=self.registrar,
        )
        papers = {}
        for code, kind in ILLNESS_PAPERS.items():
            papers[code] = self.paper(student, kind)
            if code == "E-DX":
                self.field(papers[code], "hospital", "观山湖区人民医院")
                self.field(papers[code], "diagnosis", "肺炎")
            set_evidence(self.archive, case.id, code, Proof(record_id=papers[code].id), actor=self.registrar)
        return case, papers

    def act(self, case_id: str, action: CaseAction, actor: Actor, *reasons: ReasonGiven, version: int | None = None) -> CaseStamp:
        return act_on_case(self.archive, case_id, Act(action, reasons, version), actor=actor)
