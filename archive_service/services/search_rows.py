"""What the rows say of the pages the index proposed: whatever is not among them was not to be proposed.

Lives here: `not_allowed`, the scope condition held over proposed pages; `shown_rows`, one statement for pages, papers, students and how
they may be named, with numbers and transcripts. Columns, not entities: twenty of each cost more to make than to fetch.
Not here: the condition itself (search_scope), making hits (search).
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.models.record import Page, Record, Rendition
from archive_service.models.student import Student, StudentNumber
from archive_service.services.scope import Scope
from archive_service.services.search_scope import readable
from archive_service.services.students import current_number
from archive_service.services.transcripts import newest_transcripts


class Row(NamedTuple):
    """A page with its paper and its student, in the order of `_COLUMNS`."""

    page_id: int
    no: int
    text: str | None
    width_px: int
    height_px: int
    record_id: str
    kind: str | None
    received_on: date
    sensitivity: str
    organisation_id: str
    student_id: str | None
    name: str | None
    is_named: bool | None  # the student needs no mask

    @property
    def is_masked(self) -> bool:
        return self.student_id is not None and not self.is_named


_COLUMNS = (
    *(Page.id, Page.no, Page.text, Page.width_px, Page.height_px),
    *(Record.id, Record.kind, Record.received_on, Record.sensitivity, Record.organisation_id),
    *(Student.id, Student.name),
)


@dataclass(frozen=True)
class Shown:
    """Pages of an answer, by page id; numbers in force by student, transcripts by record."""

    rows: dict[int, Row]
    numbers: dict[str, str | None]
    transcripts: dict[str, Rendition]


def not_allowed(session: Session, scope: Scope, page_ids: Collection[int]) -> frozenset[int]:
    """Those of the proposed pages that the rows do not allow, whether they are to be shown or only counted."""
    if not page_ids:
        return frozenset()
    stands = select(Page.id).join(Record, Record.id == Page.record_id).where(Page.id.in_(page_ids), readable(scope))
    return frozenset(page_ids) - frozenset(session.scalars(stands))


def shown_rows(session: Session, scope: Scope, page_ids: Collection[int]) -> Shown:
    """What is told of pages that `not_allowed` left, in the same transaction: the scope is not asked again."""
    if not page_ids:
        return Shown({}, {}, {})
    wanted = select(*_COLUMNS, scope.named_students()).select_from(Page).join(Record, Record.id == Page.record_id)
    found = session.execute(wanted.outerjoin(Student, Student.id == Record.student_id).where(Page.id.in_(page_ids)))
    rows = {row.page_id: row for row in map(Row._make, found)}
    students = {row.student_id for row in rows.values() if row.student_id}
    return Shown(rows, _numbers(session, students), newest_transcripts(session, {row.record_id for row in rows.values()}))


def _numbers(session: Session, student_ids: Collection[str]) -> dict[str, str | None]:
    numbers: dict[str, list[StudentNumber]] = defaultdict(list)
    for row in session.scalars(select(StudentNumber).where(StudentNumber.student_id.in_(student_ids)).order_by(StudentNumber.id)):
        numbers[row.student_id].append(row)
    return {student: current_number(of_student) for student, of_student in numbers.items()}
