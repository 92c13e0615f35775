"""One record as people and programs see it, and lists of them.

Lives here: `view`, `listed`, and the values both give. Not here: bytes (papers), decisions on a record (matching, corrections, review).
Everything about a page of records is fetched with a fixed number of statements.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from archive_service.archive import Archive
from archive_service.models.case import CaseEvidence
from archive_service.models.record import (
    Match,
    MatchState,
    Page,
    PageCode,
    PageField,
    PageFinding,
    PageSeal,
    Record,
    RecordState,
    Rendition,
    RenditionRole,
)
from archive_service.models.student import Student
from archive_service.rules import access
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.ledger import Subject
from archive_service.services.likeness_told import NOTHING, Earlier, earlier
from archive_service.services.scope import Scope
from archive_service.services.students import current_number
from archive_service.services.totals import counted_together

Row = TypeVar("Row", Page, PageField, PageFinding, PageSeal, PageCode, Match)


@dataclass(frozen=True)
class RecordView:
    """A record with all that was found on it; `match` is the outcome that counts now."""

    record: Record
    kind_label: str | None
    school: str
    student: Student | None
    supersedes: str | None
    superseded_by: str | None
    case_ids: tuple[str, ...]
    engine: str | None
    pages: tuple[Page, ...]
    fields: tuple[PageField, ...]
    findings: tuple[PageFinding, ...]
    seals: tuple[PageSeal, ...]
    codes: tuple[PageCode, ...]
    matches: tuple[Match, ...]
    candidates: dict[str, Student]  # students named in the matches that the actor may see
    earlier: Earlier = NOTHING  # of what was here before, what the actor may read

    @property
    def student_no(self) -> str | None:
        """The number in force."""
        return current_number(self.student.numbers) if self.student else None

    @property
    def match(self) -> Match | None:
        """What is known of whose paper it is."""
        return self.matches[-1] if self.matches else None


@dataclass(frozen=True)
class Filter:
    """Which records are wanted; absent means any."""

    batch_id: str | None = None
    state: str | None = None
    match: str | None = None
    student_id: str | None = None
    kind: str | None = None
    case_id: str | None = None
    school_id: str | None = None
    only_doubtful: bool = False

    @property
    def is_narrow(self) -> bool:
        """One child, one batch or one case: few papers on any ground, and found by what is asked, not by who asks."""
        return bool(self.student_id or self.batch_id or self.case_id)


@dataclass(frozen=True)
class Listed:
    """A page of a list; `next` is the cursor of the following page, absent at the end."""

    items: tuple[RecordView, ...]
    next: str | None
    total: int


DOUBTFUL = (MatchState.PROPOSED, MatchState.UNMATCHED, MatchState.CONFLICT)
SETTLED = (RecordState.READ, RecordState.UNREADABLE)


def view(archive: Archive, record_id: str, *, actor: Actor) -> RecordView:
    """One record; the look is on the ledger. Raises NotFound."""
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        record = scope.record(session, record_id)
        subject = Subject("record", record.id, record.student_id, record.id)
        ledger.write(session, "record.viewed", subject, actor=actor, now=archive.clock.now())
        return views(archive, session, scope, [record])[0]


def listed(archive: Archive, wanted: Filter, *, actor: Actor, cursor: str | None = None, size: int = 50) -> Listed:
    """Records in scope, newest first; which of them were shown is on the ledger."""
    with archive.begin() as session:
        scope = Scope.of(session, actor)
        conditions = _conditions(wanted, scope)
        rows = select(Record).where(scope.records(), *conditions)
        grounds = [scope.records()] if wanted.is_narrow else scope.grounds_of_records()
        known = [select(Record.id).where(ground, *conditions) for ground in grounds]
        total = counted_together(session, known)
        if cursor:
            rows = rows.where(Record.id < cursor)
        found = list(session.scalars(rows.order_by(Record.id.desc()).limit(size + 1)))
        items = views(archive, session, scope, found[:size])
        if items:
            detail = {"records": [record.id for record in found[:size]]}
            ledger.write(session, "records.listed", Subject("record"), actor=actor, now=archive.clock.now(), detail=detail)
    return Listed(tuple(items), found[size - 1].id if len(found) > size else None, total)


def views(archive: Archive, session: Session, scope: Scope, records: Sequence[Record]) -> list[RecordView]:
    """Records with everything around them, in the same order; the caller has checked the scope of each."""
    ids = [record.id for record in records]
    pages, fields = _by_record(session, Page, ids), _by_record(session, PageField, ids)
    findings, seals = _by_record(session, PageFinding, ids), _by_record(session, PageSeal, ids)
    codes, matches = _by_record(session, PageCode, ids), _by_record(session, Match, ids)
    named = {str(candidate["student_id"]) for match in _all(matches) for candidate in match.candidates}
    students = _students(session, scope, named | {record.student_id for record in records if record.student_id})
    later = _later(session, scope, ids)
    replaced = scope.readable_among(session, [record.supersedes_id for record in records if record.supersedes_id])
    cases, engines = _cases(session, scope, ids), _engines(session, ids)
    before = earlier(session, scope, records)
    for shut in _shut(session, scope, records):
        fields[shut], seals[shut], codes[shut], matches[shut] = [], [], [], []
    return [
        RecordView(
            record=record,
            kind_label=kind.label if (kind := archive.kinds.get(record.kind)) else None,
            school=scope.tree.units[record.organisation_id].name,
            student=students.get(record.student_id or ""),
            supersedes=record.supersedes_id if record.supersedes_id in replaced else None,
            superseded_by=later.get(record.id),
            case_ids=cases.get(record.id, ()),
            engine=engines.get(record.id),
            pages=tuple(sorted(pages.get(record.id, []), key=lambda page: page.no)),
            fields=tuple(fields.get(record.id, [])),
            findings=tuple(findings.get(record.id, [])),
            seals=tuple(seals.get(record.id, [])),
            codes=tuple(codes.get(record.id, [])),
            matches=tuple(matches.get(record.id, [])),
            candidates=students,
            earlier=before[record.id],
        )
        for record in records
    ]


def may_show(record: Record, actor: Actor) -> bool:
    """Whether what stands on the paper may be told: of a sensitive one only for a purpose or under a case of its student.

    That the case is its student's, `Scope.record` has checked; of a paper that is nobody's yet no case is the ground.
    """
    has_ground = bool(actor.purpose or (actor.case_id and record.student_id))
    return has_ground or not access.needs_ground(Sensitivity(record.sensitivity))


def _shut(session: Session, scope: Scope, records: Sequence[Record]) -> list[str]:
    """Papers that tell nothing: no ground was given, or a case that is another student's."""
    about = scope.case(session, scope.actor.case_id).student_id if scope.actor.case_id else None
    without_case = replace(scope.actor, case_id=None)
    return [record.id for record in records if not may_show(record, scope.actor if record.student_id == about else without_case)]


def _conditions(wanted: Filter, scope: Scope) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    pairs = (
        (Record.batch_id, wanted.batch_id),
        (Record.state, wanted.state),
        (Record.match_state, wanted.match),
        (Record.student_id, wanted.student_id),
        (Record.kind, wanted.kind),
        (Record.organisation_id, wanted.school_id),
    )
    conditions += [column == value for column, value in pairs if value]
    if wanted.case_id:
        evidence = select(CaseEvidence.record_id).where(CaseEvidence.case_id == wanted.case_id, CaseEvidence.replaced_at.is_(None))
        conditions.append(Record.id.in_(evidence.where(scope.sees_case(CaseEvidence.case_id))))
    if wanted.only_doubtful:
        conditions += [Record.match_state.in_(DOUBTFUL), Record.state.in_(SETTLED)]
    return conditions


def _by_record(session: Session, table: type[Row], ids: Collection[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in session.scalars(select(table).where(table.record_id.in_(ids)).order_by(table.id)):
        found.setdefault(row.record_id, []).append(row)
    return found


def _all(matches: dict[str, list[Match]]) -> list[Match]:
    return [match for group in matches.values() for match in group]


def _later(session: Session, scope: Scope, ids: Collection[str]) -> dict[str | None, str]:
    """What took the place of papers, as far as the actor may read it: a paper may be told to fewer than the one before it."""
    return dict(session.execute(select(Record.supersedes_id, Record.id).where(Record.supersedes_id.in_(ids), scope.records())).all())


def _students(session: Session, scope: Scope, ids: Collection[str]) -> dict[str, Student]:
    wanted = select(Student).where(Student.id.in_(ids), scope.students() | scope.named_students()).options(selectinload(Student.numbers))
    return {row.id: row for row in session.scalars(wanted)}


def _cases(session: Session, scope: Scope, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    from_case = select(CaseEvidence.record_id, CaseEvidence.case_id).where(
        CaseEvidence.record_id.in_(ids), CaseEvidence.replaced_at.is_(None), scope.sees_case(CaseEvidence.case_id)
    )
    found: dict[str, tuple[str, ...]] = {}
    for record_id, case_id in session.execute(from_case.distinct().order_by(CaseEvidence.case_id)):
        found[str(record_id)] = (*found.get(str(record_id), ()), case_id)
    return found


def _engines(session: Session, ids: Collection[str]) -> dict[str, str]:
    wanted = select(Rendition.record_id, Rendition.engine).where(
        Rendition.record_id.in_(ids), Rendition.role == RenditionRole.TRANSCRIPT, Rendition.engine.is_not(None)
    )
    return {record_id: str(engine) for record_id, engine in session.execute(wanted.order_by(Rendition.id))}
