"""The cases of one batch: laid out by the law as the service itself lays them, and walked to where they are today.

Lives here: rows of cases, steps, evidence, decisions and what a finished one did to its child, each with its events. Not here: which cases
there are (plan). Chain, clocks and units come from the service's own functions; only the days are the plan's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.clock import civil
from archive_service.models.case import Case, CaseDecision, CaseEvidence, CaseStep
from archive_service.models.student import Student, StudentPeriod
from archive_service.rules.access import Right
from archive_service.rules.chain import stations
from archive_service.rules.deadline import due
from archive_service.rules.facts import Facts
from archive_service.rules.lifecycle import CaseAction, CaseState
from archive_service.rules.procedure_data import Procedure
from archive_service.rules.standing import StudentState
from archive_service.services.case_chain import StepState, advance, finish, lay_out, open_step, place, upcoming
from archive_service.services.cases_facts import declared, facts_of
from archive_service.services.cases_parties import Parties
from archive_service.services.cases_sheet import procedure_on, stage_of
from archive_service.services.claims import registry_values
from archive_service.services.review_reasons import ReasonGiven, ReturnCode, return_reasons
from archive_service.services.scope import Tree
from demo import model
from demo.county.events import Events, Who
from demo.county.plan import CasePlan, Fate

SAID: Mapping[str, dict[str, object]] = {
    "enrol": {"attends_this_school": True},
    "suspend": {"applicant": "guardian", "treatment_months": 4, "hours_missed": 420, "hours_of_term": 800},
    "transfer": {"applicant": "guardian", "cross_province": False},
}
GROUNDS = {"enrol": None, "suspend": "illness", "transfer": "G3"}
TO_SUBMIT, TO_DECIDE = timedelta(hours=2), timedelta(days=3)
TAKEN_BACK = "家长要求暂缓办理"


@dataclass
class CaseDesk:
    """Writes the cases of a batch into the session; `staff` finds who acts at a unit with a right."""

    archive: Archive
    session: Session
    tree: Tree
    unit_ids: Mapping[str, str]
    staff: Mapping[tuple[str, str], Who]
    events: Events

    def write(
        self, plans: tuple[CasePlan, ...], children: Mapping[str, model.Student], ids: Mapping[str, str], proofs: Mapping[str, Any]
    ) -> None:
        """All cases of a batch."""
        wanted = [ids[plan.student] for plan in plans]
        found = {row.id: row for row in self.session.scalars(select(Student).where(Student.id.in_(wanted)))}
        for plan in plans:
            child = children[plan.student]
            _Walk(self, plan, found[ids[plan.student]], child.student_no, proofs.get(plan.id, {})).write()
        self.session.flush()

    def who(self, unit_id: str, right: str) -> Who:
        """Somebody of the unit who may do this."""
        return self.staff[unit_id, right]


@dataclass
class _Walk:
    """One case from its opening to today."""

    desk: CaseDesk
    plan: CasePlan
    student: Student
    student_no: str
    proofs: Mapping[str, str]

    def __post_init__(self) -> None:
        self.home = self.desk.unit_ids[self.plan.school]
        self.clerk = self.desk.who(self.home, Right.SUBMIT_CASE)
        self.at = self.plan.opened_at
        self.procedure, self.facts = self._law()
        self.case = self._opened()
        self.steps: list[CaseStep] = []

    def write(self) -> None:
        """Walk it to where its fate takes it."""
        desk = self.desk
        desk.session.add(self.case)
        desk.session.flush()
        chain = stations(self.procedure, self.case.ground, facts=self.facts)
        self.steps = lay_out(desk.archive, desk.session, self.case, place(chain, self._parties(), desk.tree), self.facts)
        self._tell("case.opened", self.clerk, {"case_no": self.case.case_no, "procedure": self.plan.procedure})
        first = next((step for step in self.steps if step.right is not None), None)
        if first is not None and first.unit_id == self.home:
            self._advance()
        for code, record_id in self.proofs.items():
            desk.session.add(
                CaseEvidence(case_id=self.case.id, code=code, record_id=record_id, set_by=self.clerk.account_id, set_at=self.at)
            )
            self._tell("case.evidence_set", self.clerk, {"code": code, "sighted": False}, record_id=record_id)
            self.case.version += 1
        for step in _STEPS[self.plan.fate]:
            step(self)

    def submit(self) -> None:
        """The school hands it in; its own steps before the first decision are done by that."""
        self.at = min(self.at + TO_SUBMIT, self.desk.archive.clock.now())
        ahead = upcoming(self.steps)
        for step in ahead:
            if step.right == Right.REVIEW_CASE or step is ahead[-1] or step.unit_id != self.home:
                break
            finish(step, self.clerk.account_id, self.at)
        self.case.state = CaseState.SUBMITTED.value
        if open_step(self.steps) is None:
            self._advance()
        self._decide(CaseAction.SUBMIT, "case.submitted", self.clerk)

    def withdraw(self) -> None:
        """The school takes it back."""
        self.case.state, self.case.due_on, self.case.closed_at = CaseState.WITHDRAWN.value, None, self.at
        for step in upcoming(self.steps):
            step.state = StepState.WAITING
        self._decide(CaseAction.WITHDRAW, "case.withdrawn", self.clerk, note=TAKEN_BACK)

    def send_back(self) -> None:
        """The first who decides returns it for one paper."""
        self._later()
        step = open_step(self.steps)
        if step is None or step.right != Right.REVIEW_CASE:
            return
        reviewer = self.desk.who(str(step.unit_id), step.right)
        step.state, step.done_by, step.done_at = StepState.RETURNED, reviewer.account_id, self.at
        self.case.state, self.case.due_on = CaseState.RETURNED.value, None
        record_id = next(iter(self.proofs.values()), None)
        reasons = return_reasons([ReasonGiven(record_id, ReturnCode.UNCLEAR.value)], records=tuple(self.proofs.values()))
        self._decide(CaseAction.RETURN, "case.returned", reviewer, reasons=reasons)

    def go_through(self) -> None:
        """Everybody accepts."""
        while (step := open_step(self.steps)) is not None:
            self._later()
            reviewer = self.desk.who(str(step.unit_id), str(step.right))
            finish(step, reviewer.account_id, self.at)
            self.case.state = CaseState.IN_REVIEW.value
            if self._advance() is None:
                self._complete(reviewer)
                return
            self._decide(CaseAction.ACCEPT, "case.accepted", reviewer)

    def _complete(self, reviewer: Who) -> None:
        self.case.state, self.case.closed_at, self.case.due_on = CaseState.ACCEPTED.value, self.at, None
        length = self.procedure.length
        if length is not None:
            self.case.expires_on = due(length, civil(self.at), calendar=self.desk.archive.law.calendar).on
        self._decide(CaseAction.ACCEPT, "case.accepted", reviewer)
        self._tell("case.completed", reviewer, {"student_state": self.student.state, "expires_on": str(self.case.expires_on or "") or None})
        if self.plan.procedure == "suspend":
            self._suspend()

    def _suspend(self) -> None:
        """The registry follows, as long as the suspension lasts."""
        since, until = civil(self.at), self.case.expires_on
        still_on = until is None or until > civil(self.desk.archive.clock.now())
        if not still_on:
            return
        session = self.desk.session
        session.execute(
            update(StudentPeriod).where(StudentPeriod.student_id == self.student.id, StudentPeriod.to_on.is_(None)).values(to_on=since)
        )
        self.student.state, self.student.version = StudentState.SUSPENDED.value, self.student.version + 1
        session.add(
            StudentPeriod(
                student_id=self.student.id, school_id=self.student.school_id, grade=self.student.grade, class_name=self.student.class_name,
                state=self.student.state, from_on=since, to_on=None, case_id=self.case.id,
            )
        )  # fmt: skip

    def _law(self) -> tuple[Procedure, Facts]:
        archive, on, home = self.desk.archive, civil(self.plan.opened_at), self.desk.tree.units[self.home]
        procedure = procedure_on(archive.law, self.plan.procedure, "HN", on, stage_of(self.student))
        said = declared({**SAID[self.plan.procedure], "applied_on": on})
        return procedure, facts_of(self.desk.session, said, self.student, school_id=home.id, kinds=archive.kinds, on=on)

    def _opened(self) -> Case:
        plan, at = self.plan, self.plan.opened_at
        said = declared({**SAID[plan.procedure], "applied_on": civil(at)})
        school = self.desk.tree.units[self.student.school_id].name
        return Case(
            id=plan.id,
            case_no=f"{plan.school}-{civil(at).year}-{plan.serial:04d}",
            year=civil(at).year,
            serial=plan.serial,
            procedure=plan.procedure,
            profile="HN",
            rules_version=self.desk.archive.law.version[:64],
            student_id=self.student.id,
            organisation_id=self.home,
            from_school_id=self.desk.unit_ids[plan.sender] if plan.sender else None,
            to_school_id=self.home if plan.sender else None,
            ground=GROUNDS[plan.procedure],
            facts=said.model_dump(mode="json", exclude_none=True),
            claim=dict(registry_values(self.student, student_no=self.student_no, school=school)),
            warnings=[],
            state=CaseState.DRAFT.value,
            opened_by=self.clerk.account_id,
            opened_at=at,
            version=1,
        )

    def _parties(self) -> Parties:
        if self.plan.sender is None:
            return Parties(self.home, sending_id=self.home)
        return Parties(self.home, receiving_id=self.home, sending_id=self.desk.unit_ids[self.plan.sender])

    def _advance(self) -> CaseStep | None:
        return advance(self.case, self.steps, now=self.at, facts=self.facts, calendar=self.desk.archive.law.calendar)

    def _later(self) -> None:
        self.at = min(self.at + TO_DECIDE, self.desk.archive.clock.now())

    def _decide(
        self, action: CaseAction, act: str, who: Who, *, reasons: list[dict[str, object]] | None = None, note: str | None = None
    ) -> None:
        self.case.version += 1
        self.desk.session.add(
            CaseDecision(
                case_id=self.case.id, step_seq=None, action=action.value, reasons=reasons or [], note=note, decided_by=who.account_id,
                unit_id=who.unit_id, decided_at=self.at, case_version=self.case.version, before=None,
            )
        )  # fmt: skip
        self._tell(act, who, {"state": self.case.state, "step": None, "reasons": reasons or [], "note": note})

    def _tell(self, act: str, who: Who, detail: dict[str, Any], *, record_id: str | None = None) -> None:
        subject = {
            "subject": "case",
            "subject_id": self.case.id,
            "student_id": self.student.id,
            "record_id": record_id,
            "case_id": self.case.id,
        }
        self.desk.events.put(self.at, act, who, subject, detail)


_STEPS = {
    Fate.DRAFT: (),
    Fate.OPEN: (_Walk.submit,),
    Fate.RETURNED: (_Walk.submit, _Walk.send_back),
    Fate.ACCEPTED: (_Walk.submit, _Walk.go_through),
    Fate.WITHDRAWN: (_Walk.withdraw,),
}
