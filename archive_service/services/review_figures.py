"""What a list of cases tells of their claims: how many values contradict the papers, how many are in doubt, when they were submitted.

Lives here: `figures`, a fixed number of statements a page. Not here: the comparison itself (claims), one case whole (case_view).
A submitted case lacks no paper it needed: submitting it was refused until then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from archive_service.archive import Archive
from archive_service.models.case import Case, CaseDecision, CaseEvidence
from archive_service.models.record import PageField, Record
from archive_service.models.student import Student
from archive_service.rules.lifecycle import CaseAction
from archive_service.services.actor import Actor
from archive_service.services.claims import CASE_FIELDS, Agreement, registry_values, table
from archive_service.services.scope import Scope
from archive_service.services.students import current_number


@dataclass(frozen=True)
class Figures:
    """One case."""

    differ: int
    doubt: int
    submitted_at: datetime | None


def figures(archive: Archive, case_ids: Iterable[str], *, actor: Actor) -> dict[str, Figures]:
    """Figures of cases in scope, by case; papers the actor may not read tell nothing here either."""
    ids = list(case_ids)
    with archive.read() as session:
        scope = Scope.of(session, actor)
        cases = list(session.scalars(select(Case).where(Case.id.in_(ids), scope.cases())))
        students = _students(session, cases)
        papers = _papers(session, ids)
        fields = _fields(session, scope, {record for held in papers.values() for record in held})
        submitted = _submitted(session, ids)
        units = scope.tree.units
    found = {}
    for case in cases:
        student, held = students[case.student_id], papers.get(case.id, set())
        claim = {name: value for name, value in case.claim.items() if name not in CASE_FIELDS or held <= fields.keys()}
        known = registry_values(student, student_no=current_number(student.numbers), school=units[student.school_id].name)
        verdicts = [row.verdict for row in table(claim, known, [field for record in sorted(held) for field in fields.get(record, [])])]
        found[case.id] = Figures(verdicts.count(Agreement.DISAGREES), verdicts.count(Agreement.DOUBTFUL), submitted.get(case.id))
    return found


def _students(session: Session, cases: Iterable[Case]) -> Mapping[str, Student]:
    wanted = select(Student).where(Student.id.in_({case.student_id for case in cases})).options(selectinload(Student.numbers))
    return {student.id: student for student in session.scalars(wanted)}


def _papers(session: Session, ids: list[str]) -> dict[str, set[str]]:
    standing = (CaseEvidence.case_id.in_(ids), CaseEvidence.replaced_at.is_(None), CaseEvidence.record_id.is_not(None))
    found: dict[str, set[str]] = {}
    for case_id, record_id in session.execute(select(CaseEvidence.case_id, CaseEvidence.record_id).where(*standing)):
        found.setdefault(case_id, set()).add(str(record_id))
    return found


def _fields(session: Session, scope: Scope, ids: set[str]) -> dict[str, list[PageField]]:
    """Values of every readable record, none where nothing was found."""
    found: dict[str, list[PageField]] = {one: [] for one in session.scalars(select(Record.id).where(Record.id.in_(ids), scope.records()))}
    for field in session.scalars(select(PageField).where(PageField.record_id.in_(list(found))).order_by(PageField.id)):
        found[field.record_id].append(field)
    return found


def _submitted(session: Session, ids: list[str]) -> dict[str, datetime]:
    submits = (CaseDecision.case_id.in_(ids), CaseDecision.action == CaseAction.SUBMIT.value)
    last = select(CaseDecision.case_id, func.max(CaseDecision.decided_at)).where(*submits).group_by(CaseDecision.case_id)
    return dict(session.execute(last).all())
