"""A small county in two sizes, with a person of each role in it. Not a test itself.

The two differ only in how many children and papers a school has, so that whatever a call costs more in the larger one, it costs for
rows that it does not show.
"""

from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import Engine, Select, select

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.account import Account, AccountRole
from archive_service.models.batch import Batch
from archive_service.models.case import Case, CaseEvidence
from archive_service.models.organisation import Organisation
from archive_service.models.record import MatchState, Record, RecordState
from archive_service.models.student import Student
from archive_service.services import indexing
from demo.county.load import load_papers, seal_all
from demo.county.schools import make_county
from demo.county.size import Size
from demo.load import load_world

PASSWORD = "槐树下-的-操场"
SEED = 7


@dataclass
class County:
    """One instance; `names` are what the paths of calls speak of."""

    archive: Archive
    app: Flask
    size: Size
    names: dict[str, str] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        """Where statements are watched."""
        return self.archive.engine


def fill(archive: Archive, size: Size) -> None:
    """Load the county whole, as the command line does."""
    world = make_county(SEED, size, as_of=today(archive.clock))
    load_world(archive, world, PASSWORD)
    load_papers(archive, world, size, _silent)
    seal_all(archive, _silent)
    indexing.rebuild(archive)


def _silent(_done: int, _total: int) -> None:
    pass


def subjects(archive: Archive) -> dict[str, str]:
    """One of each thing, alike in both sizes: everything is of one school, at which a case waits for the county."""
    with archive.read() as session:
        waiting = select(Case, Organisation).join(Organisation, Organisation.id == Case.organisation_id)
        waiting = waiting.where(Case.procedure != "transfer", Case.state == "submitted").order_by(Case.id.desc())
        case, school = session.execute(waiting.limit(1)).one()
        record_id = session.scalars(select(CaseEvidence.record_id).where(CaseEvidence.case_id == case.id).order_by(CaseEvidence.id)).first()
        here = select(Record.id).where(Record.organisation_id == school.id, Record.state == RecordState.READ)
        return {
            "registrar": session.scalars(_people(school, "registrar")).one(),
            "teacher": session.scalars(_people(school, "teacher")).one(),
            "case": case.id,
            "record": str(record_id),
            "doubtful": session.scalars(here.where(Record.match_state == MatchState.PROPOSED).order_by(Record.id).limit(1)).one(),
            "student": case.student_id,
            "batch": session.scalars(select(Batch.id).where(Batch.organisation_id == school.id).order_by(Batch.id).limit(1)).one(),
            "name": session.scalars(select(Student.name).where(Student.id == case.student_id)).one(),
        }


def _people(school: Organisation, role: str) -> Select[str]:
    roles = select(Account.login).join(AccountRole, AccountRole.account_id == Account.id)
    return roles.where(AccountRole.organisation_id == school.id, Account.login.endswith(role))
