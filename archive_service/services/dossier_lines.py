"""What a list of students tells of their dossiers: who keeps it, how many records the viewer may see in it, how many are missing.

Lives here: `dossier_lines`, a fixed number of statements a page. Not here: the shelves of one dossier (student_page).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.models.organisation import Organisation
from archive_service.models.record import Carrier, Record
from archive_service.models.student import Dossier, Student
from archive_service.services.actor import Actor
from archive_service.services.scope import Scope
from archive_service.services.student_page_shelves import shelves


@dataclass(frozen=True)
class DossierLine:
    """A dossier in a list; without custodian none has been opened."""

    custodian: str | None
    records: int
    gaps: int


def dossier_lines(archive: Archive, student_ids: Iterable[str], *, actor: Actor) -> dict[str, DossierLine]:
    """Dossiers of students in scope, by student."""
    ids = set(student_ids)
    with archive.read() as session:
        scope = Scope.of(session, actor)
        wanted = select(Student.id, Organisation.profile, Dossier.custodian_id).join(Organisation, Organisation.id == Student.school_id)
        wanted = wanted.outerjoin(Dossier, Dossier.student_id == Student.id).where(Student.id.in_(ids), scope.students())
        people = session.execute(wanted).all()
        seen = _seen(session, scope, ids)
        kept = _kept(session, ids)
        units = scope.tree.units
    return {
        student_id: DossierLine(
            custodian=units[custodian_id].name if custodian_id in units else None,
            records=seen.get(student_id, 0),
            gaps=sum(len(shelf.gaps) for shelf in shelves(archive, profile, (), kept.get(student_id, []))),
        )
        for student_id, profile, custodian_id in people
    }


def _seen(session: Session, scope: Scope, ids: set[str]) -> dict[str, int]:
    counted = select(Record.student_id, func.count()).where(Record.student_id.in_(ids), scope.records()).group_by(Record.student_id)
    return {str(student_id): number for student_id, number in session.execute(counted)}


def _kept(session: Session, ids: set[str]) -> dict[str, list[tuple[str | None, Carrier]]]:
    """Series and carrier of all records, the hidden ones too: a hidden paper is not a missing one."""
    found: dict[str, list[tuple[str | None, Carrier]]] = {}
    different = select(Record.student_id, Record.series, Record.carrier).where(Record.student_id.in_(ids)).distinct()
    for student_id, series, carrier in session.execute(different):
        found.setdefault(str(student_id), []).append((series, carrier))
    return found
