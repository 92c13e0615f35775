"""What an actor may see and do, decided on rows: the one door between a request and the tables.

Lives here: the organisation tree, the units a right reaches, SQL conditions for lists, and the checked fetch of one thing.
Not here: the table of rights (`rules.access`). Out of scope and unknown are the same NotFound; a right missing inside one's scope is
Denied. Each list of records, students or cases uses the condition from here; no other module compares units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from archive_service.errors import Denied, NotFound, Refused
from archive_service.models.batch import Batch
from archive_service.models.case import Case, CaseEvidence, CaseStep
from archive_service.models.organisation import Organisation
from archive_service.models.record import Record
from archive_service.models.student import Student
from archive_service.rules import access
from archive_service.rules.access import Right, Standing
from archive_service.rules.lifecycle import CaseState
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services import sensitivity
from archive_service.services.actor import Actor

Row = TypeVar("Row")
_LIVING = tuple(state.value for state in CaseState if state is not CaseState.WITHDRAWN)
_SUBMITTED = tuple(state for state in _LIVING if state != CaseState.DRAFT.value)
OTHER_STUDENT = "所述业务不是这份材料所属学生的业务，不能作为查阅依据。请换本人的业务，或写明查阅事由。"
LOOKING_ON = frozenset({Right.READ_PAPER, Right.READ_STATISTICS})  # what an assisting department may do (HN-3.4)


@dataclass(frozen=True)
class Unit:
    """An organisation as the tree needs it."""

    id: str
    number: int
    name: str
    level: str
    parent_id: str | None
    authority_id: str | None
    assisting_id: str | None


@dataclass(frozen=True)
class Tree:
    """All units with their superiors."""

    units: dict[str, Unit]

    @classmethod
    def load(cls, session: Session) -> "Tree":
        columns = ("id", "number", "name", "level", "parent_id", "authority_id", "assisting_id")
        rows = session.execute(select(*(getattr(Organisation, column) for column in columns)))
        return cls({row.id: Unit(**row._mapping) for row in rows})  # noqa: SLF001 (the row's public mapping has this name)

    def above(self, unit_id: str | None) -> frozenset[str]:
        """The unit, all its superiors and the registry authority of each."""
        found: set[str] = set()
        walked: set[str] = set()  # an authority is often the parent too, so it must not stop the walk
        while unit_id and unit_id not in walked and unit_id in self.units:
            walked.add(unit_id)
            unit = self.units[unit_id]
            found |= {unit.id} | ({unit.authority_id} if unit.authority_id else set())
            unit_id = unit.parent_id
        return frozenset(found)


@dataclass(frozen=True)
class Scope:
    """An actor before the tree, for one transaction."""

    actor: Actor
    tree: Tree

    @classmethod
    def of(cls, session: Session, actor: Actor) -> "Scope":
        return cls(actor, Tree.load(session))

    @cached_property
    def own_units(self) -> frozenset[str]:
        """Units at which the actor stands, not those below."""
        return frozenset(grant.unit_id for grant in self.actor.viewer.grants)

    def units(self, right: Right) -> frozenset[str]:
        """Every unit whose things the right reaches."""
        return frozenset(unit.id for unit in self.tree.units.values() if self._reaches(unit, right))

    def _reaches(self, unit: Unit, right: Right) -> bool:
        if access.may(self.actor.viewer, right, access.Subject(self.tree.above(unit.id))).allowed:
            return True
        assisting = unit.assisting_id
        return right in LOOKING_ON and assisting is not None and self._holds_at(assisting, right)

    def _holds_at(self, unit_id: str, right: Right) -> bool:
        return access.may(self.actor.viewer, right, access.Subject(frozenset({unit_id}))).allowed

    def records(self) -> ColumnElement[bool]:
        """Which records the actor may read: a condition on Record."""
        account, reading = self.actor.account_id, self.units(Right.READ_PAPER)
        if account is None:
            return false()
        takes_part = [Record.received_by == account] if self.own_units_with(Right.CAPTURE) else []
        relied_on = sensitivity.may_be_relied_on(self.own_units_with(Right.READ_PAPER))
        looks_on = [Record.organisation_id.in_(reading) & relied_on] if reading else []
        if reading:
            takes_part.append(self._is_party())
        return or_(_open(Standing.LOOKS_ON, looks_on), _open(Standing.TAKES_PART, takes_part))

    def own_units_with(self, right: Right) -> frozenset[str]:
        """Units at which the actor itself holds a right."""
        return frozenset(unit for unit in self.own_units if self._holds_at(unit, right))

    def _is_party(self) -> ColumnElement[bool]:
        """The actor's unit took the paper in, or takes part in a case that rests on it and is about the paper's own student."""
        standing = (
            select(CaseEvidence.id)
            .join(Case, Case.id == CaseEvidence.case_id)
            .where(CaseEvidence.record_id == Record.id, CaseEvidence.replaced_at.is_(None), Case.student_id == Record.student_id)
            .where(self._takes_part())
        )
        return Record.received_unit_id.in_(self.own_units_with(Right.READ_PAPER)) | standing.exists()

    def _takes_part(self) -> ColumnElement[bool]:
        """Cases the actor's units are party to: a condition on Case.

        The unit that opened it while it lives, the others of its chain once it was submitted, nobody after it was withdrawn.
        Source: HN-24.1, PIPL-6.
        """
        mine = self.own_units_with(Right.READ_PAPER)
        on_chain = select(CaseStep.case_id).where(CaseStep.unit_id.in_(mine))
        opened = Case.organisation_id.in_(mine) & Case.state.in_(_LIVING)
        return opened | (Case.id.in_(on_chain) & Case.state.in_(_SUBMITTED))

    def students(self) -> ColumnElement[bool]:
        """Which students the actor may see: a condition on Student. Those of other schools only in a case that was submitted."""
        reading = self.units(Right.READ_PAPER)
        if not reading:
            return false()
        in_case = select(Case.student_id).where(self._takes_part(), Case.state.in_(_SUBMITTED))
        return Student.school_id.in_(reading) | Student.id.in_(in_case)

    def named_students(self) -> ColumnElement[bool]:
        """Students whose names and numbers the actor needs: of their own unit, and in a case their unit takes part in.

        A student a school wants to take over is known to it by name and number before anything else is shown.
        """
        mine = self.own_units_with(Right.READ_PAPER)
        return Student.school_id.in_(mine) | Student.id.in_(select(Case.student_id).where(self._takes_part()))

    def cases(self) -> ColumnElement[bool]:
        """Which cases the actor may see: a condition on Case."""
        reading = self.units(Right.READ_PAPER)
        if not reading:
            return false()
        return Case.organisation_id.in_(reading) | self._takes_part()

    def case_ids(self) -> Select[str]:
        """The ids of those cases, for use inside another condition."""
        return select(Case.id).where(self.cases())

    def batches(self) -> ColumnElement[bool]:
        """Which batches the actor may see: a condition on Batch."""
        own = Batch.opened_by == (self.actor.account_id or "")
        return own | Batch.organisation_id.in_(self.units(Right.READ_PAPER))

    def record(self, session: Session, record_id: str, right: Right = Right.READ_PAPER, *, lock: bool = False) -> Record:
        """One record the actor may see, and do this to.

        Raises:
            NotFound: unknown or out of scope, the case it is looked at under too.
            Refused: that case is another student's: the ledger takes no false ground.
            Denied: in scope, but the right is missing.
        """
        case = self.case(session, self.actor.case_id) if self.actor.case_id else None
        wanted = select(Record).where(Record.id == record_id, self.records())
        record = session.scalars(wanted.with_for_update(of=Record) if lock else wanted).first()
        if record is None:
            raise NotFound
        if case and record.student_id and record.student_id != case.student_id:
            raise Refused(OTHER_STUDENT, code="case_of_other_student")
        if right is not Right.READ_PAPER:
            self.require(right, record.organisation_id)
        return record

    def student(self, session: Session, student_id: str) -> Student:
        """One student the actor may see. Raises NotFound."""
        return _one(session, select(Student).where(Student.id == student_id, self.students()))

    def sees(self, session: Session, student_id: str) -> bool:
        """Whether the actor may see a student whole, not only know them by name and number."""
        return session.scalars(select(Student.id).where(Student.id == student_id, self.students())).first() is not None

    def filed_with(self, session: Session, student_id: str) -> Student:
        """One student the actor may file papers with: seen, or named in a draft of their own unit. Raises NotFound."""
        return _one(session, select(Student).where(Student.id == student_id, self.students() | self.named_students()))

    def case(self, session: Session, case_id: str, *, lock: bool = False) -> Case:
        """One case the actor may see. Raises NotFound."""
        wanted = select(Case).where(Case.id == case_id, self.cases())
        return _one(session, wanted.with_for_update(of=Case) if lock else wanted)

    def batch(self, session: Session, batch_id: str) -> Batch:
        """One batch the actor may see. Raises NotFound."""
        return _one(session, select(Batch).where(Batch.id == batch_id, self.batches()))

    def require(self, right: Right, unit_id: str | None) -> None:
        """Insist on a right over a unit.

        Raises:
            NotFound: the unit is out of scope.
            Denied: in scope, but the right is missing.
        """
        decision = access.may(self.actor.viewer, right, access.Subject(self.tree.above(unit_id)))
        if decision.allowed:
            return
        unit = self.tree.units.get(unit_id or "")
        if unit and self._reaches(unit, right):
            return
        if decision.in_scope or (unit and self._reaches(unit, Right.READ_PAPER)):
            raise Denied(decision.reason)
        raise NotFound

    def require_anywhere(self, right: Right) -> None:
        """Insist on a right at some unit, for screens that belong to a role. Raises Denied."""
        if not any(grant.gives(right) for grant in self.actor.viewer.grants) or not self.units(right):
            raise Denied


def _open(standing: Standing, any_of: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Papers that fulfil one of the conditions and are open in that standing: the rows' side of `access.reads`."""
    levels = [level.value for level in Sensitivity if access.reads(standing, level)]
    return and_(or_(*any_of), Record.sensitivity.in_(levels)) if any_of else false()


def _one(session: Session, wanted: Select[Row]) -> Row:
    found = session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found
