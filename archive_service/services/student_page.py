"""The page of one student: who they are, where they were, what is kept of them, what is missing, and who looked.

Lives here: `open_page`, which reads with a bounded number of statements and puts the look on the ledger in the same transaction.
Not here: lists (students), gaps (student_page_shelves), masks (rules.names: the caller decides with the viewer's role in hand).
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from archive_service.archive import Archive
from archive_service.models.case import Case
from archive_service.models.ledger import Event
from archive_service.models.organisation import Organisation
from archive_service.models.record import Record
from archive_service.models.student import CustodyEvent, Dossier, Guardian, Student, StudentPeriod
from archive_service.rules.standing import StudentState
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.scope import Scope
from archive_service.services.student_page_shelves import Shelf, shelves
from archive_service.services.students import StudentLine, student_line

LOOKS_AT_MOST = 200


@dataclass(frozen=True)
class GuardianLine:
    """A guardian."""

    name: str
    relation: str
    id_no: str | None
    phone: str | None


@dataclass(frozen=True)
class PeriodLine:
    """A stretch of the student's history; the present one has no end."""

    school_name: str
    grade: str
    class_name: str
    state: str
    state_label: str
    from_on: date
    to_on: date | None
    case_id: str | None


@dataclass(frozen=True)
class CustodyLine:
    """A line of the chain of custody (保管沿革)."""

    from_name: str | None
    to_name: str
    ground: str
    authority_ref: str | None
    happened_on: date


@dataclass(frozen=True)
class CaseLine:
    """A case of the student, newest first; `label` is the name of the procedure."""

    id: str
    case_no: str
    procedure: str
    label: str
    state: str
    due_on: date | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class LookLine:
    """An event about the student, newest first: who, of which unit, what, when, for what."""

    at: datetime
    act: str
    account_name: str
    unit_name: str | None
    record_id: str | None
    case_id: str | None
    purpose: str | None


@dataclass(frozen=True)
class DossierLine:
    """The dossier and who keeps it; absent custodian: no dossier has been opened."""

    id: str | None
    custodian_id: str | None
    custodian_name: str | None
    opened_at: datetime | None
    frozen_at: datetime | None


@dataclass(frozen=True)
class StudentPage:
    """Everything a person in scope may see of one student, unmasked."""

    student: StudentLine
    address: str | None
    guardians: tuple[GuardianLine, ...]
    periods: tuple[PeriodLine, ...]
    dossier: DossierLine
    custody: tuple[CustodyLine, ...]
    cases: tuple[CaseLine, ...]
    shelves: tuple[Shelf, ...]
    looks: tuple[LookLine, ...]


def open_page(archive: Archive, student_id: str, actor: Actor) -> StudentPage:
    """Open a student's page; the look is on the ledger or the page is not shown. Source: HN-24.1, GZ-30.1.

    Raises:
        NotFound: unknown or out of scope.
    """
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        scope.student(session, student_id)
        student, school = _student(session, student_id)
        subject = ledger.Subject("student", student_id, student_id=student_id)
        ledger.write(session, "student.viewed", subject, actor=actor, now=archive.clock.now())
        session.flush()
        dossier = _dossier(session, student_id)
        seen = tuple(session.scalars(select(Record).where(Record.student_id == student_id, scope.records()).order_by(Record.id)))
        kept = session.execute(select(Record.series, Record.carrier).where(Record.student_id == student_id)).all()
        return StudentPage(
            student=student_line(student, school),
            address=student.address,
            guardians=_guardians(session, student_id),
            periods=_periods(session, student_id),
            dossier=dossier,
            custody=_custody(session, dossier.id),
            cases=_cases(archive, session, student_id, scope),
            shelves=shelves(archive, school.profile, seen, [(row.series, row.carrier) for row in kept]),
            looks=_looks(session, student_id, scope),
        )


def _student(session: Session, student_id: str) -> tuple[Student, Organisation]:
    joined = select(Student, Organisation).join(Organisation, Organisation.id == Student.school_id).where(Student.id == student_id)
    student, school = session.execute(joined.options(selectinload(Student.numbers)).execution_options(populate_existing=True)).one()
    return student, school


def _guardians(session: Session, student_id: str) -> tuple[GuardianLine, ...]:
    rows = session.scalars(select(Guardian).where(Guardian.student_id == student_id).order_by(Guardian.id))
    return tuple(GuardianLine(row.name, row.relation, row.id_no, row.phone) for row in rows)


def _periods(session: Session, student_id: str) -> tuple[PeriodLine, ...]:
    joined = select(StudentPeriod, Organisation.name).join(Organisation, Organisation.id == StudentPeriod.school_id)
    rows = session.execute(joined.where(StudentPeriod.student_id == student_id).order_by(StudentPeriod.from_on, StudentPeriod.id))
    return tuple(
        PeriodLine(school, row.grade, row.class_name, row.state, StudentState(row.state).label, row.from_on, row.to_on, row.case_id)
        for row, school in rows
    )


def _dossier(session: Session, student_id: str) -> DossierLine:
    joined = select(Dossier, Organisation.name).join(Organisation, Organisation.id == Dossier.custodian_id)
    found = session.execute(joined.where(Dossier.student_id == student_id)).first()
    if found is None:
        return DossierLine(None, None, None, None, None)
    dossier, custodian = found
    return DossierLine(dossier.id, dossier.custodian_id, custodian, dossier.opened_at, dossier.frozen_at)


def _custody(session: Session, dossier_id: str | None) -> tuple[CustodyLine, ...]:
    giver, taker = aliased(Organisation), aliased(Organisation)
    joined = select(CustodyEvent, giver.name, taker.name).outerjoin(giver, giver.id == CustodyEvent.from_id)
    joined = joined.join(taker, taker.id == CustodyEvent.to_id).where(CustodyEvent.dossier_id == dossier_id).order_by(CustodyEvent.id)
    return tuple(CustodyLine(one, other, row.ground, row.authority_ref, row.happened_on) for row, one, other in session.execute(joined))


def _cases(archive: Archive, session: Session, student_id: str, scope: Scope) -> tuple[CaseLine, ...]:
    rows = session.scalars(select(Case).where(Case.student_id == student_id, scope.cases()).order_by(Case.opened_at.desc(), Case.id))
    files = archive.law.procedure_files
    return tuple(
        CaseLine(
            id=row.id,
            case_no=row.case_no,
            procedure=row.procedure,
            label=files[row.procedure].label if row.procedure in files else row.procedure,
            state=row.state,
            due_on=row.due_on,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
        )
        for row in rows
    )


def _looks(session: Session, student_id: str, scope: Scope) -> tuple[LookLine, ...]:
    """Events on what the viewer sees themselves: that a closed paper was looked at, and for what, tells what it is."""
    joined = select(Event, Organisation.name).outerjoin(Organisation, Organisation.id == Event.unit_id)
    on_seen = or_(Event.record_id.is_(None), scope.sees_record(Event.record_id))
    in_seen = or_(Event.case_id.is_(None), scope.sees_case(Event.case_id))
    rows = session.execute(joined.where(Event.student_id == student_id, on_seen, in_seen).order_by(Event.id.desc()).limit(LOOKS_AT_MOST))
    return tuple(LookLine(row.at, row.act, row.account_name, unit, row.record_id, row.case_id, row.purpose) for row, unit in rows)
