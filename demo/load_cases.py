"""A few suspensions on their way, so that nobody meets empty desks: opened by schools, some with the authority, one sent back.

Lives here: for whom, and how far each goes. Not here: the rules; a case the law does not allow is simply not opened, one that lacks
papers stays a draft. Papers serve where a clerk has said what they are (load_case_papers) and matching found the child on them.
"""

from dataclasses import dataclass, field

from sqlalchemy import func, or_, select

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.errors import ArchiveError
from archive_service.models.account import Account, AccountRole
from archive_service.models.batch import Batch
from archive_service.models.case import Case, CaseStep
from archive_service.models.job import Job, JobState
from archive_service.models.organisation import Level, Organisation
from archive_service.models.record import KindState, MatchState, Record
from archive_service.models.student import Student
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction
from archive_service.rules.vocabulary import Level as LawLevel
from archive_service.services.accounts_viewer import actor_of, roles_on
from archive_service.services.actor import Actor
from archive_service.services.batches import UNFINISHED
from archive_service.services.case_actions import Act, act_on_case
from archive_service.services.case_evidence import Proof, set_evidence
from archive_service.services.case_view import case_view
from archive_service.services.cases import open_case
from archive_service.services.review_reasons import ReasonGiven, ReturnCode
from demo.load_papers import SOURCE

ILLNESS = {"applicant": "guardian", "treatment_months": 4, "hours_missed": 420, "hours_of_term": 800, "form_signed_by_authority": True}
REVIEWERS = (Role.COUNTY_REVIEWER, Role.CITY_REVIEWER)
A_SCHOOL = 2  # one is submitted, one stays a draft


def papers_left(archive: Archive) -> int:
    """How many of the demo's papers are still to be read or matched."""
    live = select(Job.id).where(Job.record_id == Record.id, Job.state.in_((JobState.READY, JobState.RUNNING))).exists()
    dead = select(Job.id).where(Job.record_id == Record.id, Job.state == JobState.DEAD).exists()
    of_demo = select(func.count()).select_from(Record).join(Batch, Batch.id == Record.batch_id).where(Batch.source == SOURCE)
    with archive.read() as session:
        return session.scalar(of_demo.where(or_(live, Record.state.in_(UNFINISHED) & ~dead))) or 0


def open_cases(archive: Archive) -> int:
    """Open the cases, once: an instance that has any gets no more. Returns how many."""
    with archive.read() as session:
        if session.scalars(select(Case.id).limit(1)).first() is not None:
            return 0
        schools = session.scalars(select(Organisation).where(Organisation.level == Level.SCHOOL).order_by(Organisation.code)).all()
    counter = _Counter(archive)
    for school in schools:
        counter.serve(school)
    return counter.opened


@dataclass
class _Counter:
    """The counters of all schools, one after another."""

    archive: Archive
    opened: int = 0
    returned: set[str] = field(default_factory=set)  # profiles in which one case was sent back

    def serve(self, school: Organisation) -> None:
        """Open this school's cases and submit the first."""
        registrar = self._actor(school.id, (Role.SCHOOL_REGISTRAR,))
        submitted = False
        for student_id in self._students(school):
            case_id = self._case(student_id, registrar)
            if case_id is not None and not submitted:
                submitted = self._submit(case_id, registrar, school.profile)

    def _students(self, school: Organisation) -> list[str]:
        """Children at school with most of what a case needs."""
        papers = func.count(Record.id)
        matched = (
            (Record.student_id == Student.id) & (Record.match_state == MatchState.MATCHED) & (Record.kind_state == KindState.CONFIRMED)
        )
        wanted = select(Student.id).outerjoin(Record, matched).where(Student.school_id == school.id, Student.state == "ENROLLED")
        with self.archive.read() as session:
            return list(session.scalars(wanted.group_by(Student.id).order_by(papers.desc(), Student.id).limit(A_SCHOOL)))

    def _case(self, student_id: str, registrar: Actor) -> str | None:
        facts = {**ILLNESS, "applied_on": today(self.archive.clock).isoformat()}
        try:
            case = open_case(self.archive, procedure="suspend", student_id=student_id, ground="illness", facts=facts, actor=registrar)
        except ArchiveError:
            return None
        self.opened += 1
        self._lay_papers(case.id, student_id, registrar)
        return case.id

    def _lay_papers(self, case_id: str, student_id: str, registrar: Actor) -> None:
        mine = (Record.student_id == student_id, Record.match_state == MatchState.MATCHED, Record.kind_state == KindState.CONFIRMED)
        with self.archive.read() as session:
            papers = session.scalars(select(Record.id).where(*mine).order_by(Record.id)).all()
        for evidence in case_view(self.archive, case_id, actor=registrar).evidence:
            for record_id in papers:
                if self._serves(case_id, evidence.line.code, record_id, registrar):
                    break

    def _serves(self, case_id: str, code: str, record_id: str, registrar: Actor) -> bool:
        try:
            set_evidence(self.archive, case_id, code, Proof(record_id=record_id, issuer_level=LawLevel.COUNTY), actor=registrar)
        except ArchiveError:
            return False
        return True

    def _submit(self, case_id: str, registrar: Actor, profile: str) -> bool:
        try:
            act_on_case(self.archive, case_id, Act(CaseAction.SUBMIT), actor=registrar)
        except ArchiveError:
            return False
        if profile not in self.returned:
            self._send_back(case_id, profile)
        return True

    def _send_back(self, case_id: str, profile: str) -> None:
        with self.archive.read() as session:
            unit = session.scalars(select(CaseStep.unit_id).where(CaseStep.case_id == case_id, CaseStep.state == "open")).first()
        why = ReasonGiven(code=ReturnCode.SEAL_MISSING.value, note="诊断证明上的印章不清楚，请重新扫描。")
        try:
            act_on_case(self.archive, case_id, Act(CaseAction.RETURN, (why,)), actor=self._actor(unit or "", REVIEWERS))
        except ArchiveError:
            return
        self.returned.add(profile)

    def _actor(self, unit_id: str, roles: tuple[Role, ...]) -> Actor:
        wanted = select(Account).join(AccountRole, AccountRole.account_id == Account.id)
        with self.archive.read() as session:
            account = session.scalars(wanted.where(AccountRole.organisation_id == unit_id, AccountRole.role.in_(roles))).one()
            return actor_of(account, roles_on(session, account.id, today(self.archive.clock)), SOURCE)
