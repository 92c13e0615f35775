"""What an actor may see and do, decided on rows: the one door between a request and the tables.

Lives here: the organisation tree, the units a right reaches, SQL conditions for lists, and the checked fetch of one thing.
Not here: the table of rights (`rules.access`). Out of scope and unknown are the same NotFound; a right missing inside one's scope is
Denied. Each list of records, students or cases uses the condition from here; no other module compares units.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive_service.errors import Denied, NotFound, Refused
from archive_service.models.batch import Batch
from archive_service.models.case import Case
from archive_service.models.organisation import Organisation
from archive_service.models.record import Record
from archive_service.models.student import Student
from archive_service.rules import access
from archive_service.rules.access import Right, Standing
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services import sensitivity
from archive_service.services.actor import Actor
from archive_service.services.scope_parties import SUBMITTED, cases_of, children_of, is_relied_on, on_chain, papers_of, party_to, walked

Row = TypeVar("Row")
OTHER_STUDENT = "所述业务不是这份材料所属学生的业务，不能作为查阅依据。请换本人的业务，或写明查阅事由。"
LOOKING_ON = frozenset({Right.READ_PAPER, Right.READ_STATISTICS})  # what an assisting department may do (HN-3.4)


class Unit(NamedTuple):
    """An organisation as the tree needs it; a tuple, since each request makes all of them."""

    id: str
    number: int
    code: str
    name: str
    level: str
    parent_id: str | None
    authority_id: str | None
    assisting_id: str | None


_UNITS = select(*(Organisation.__table__.c[column] for column in Unit._fields))


@dataclass(frozen=True)
class Tree:
    """All units with their superiors."""

    units: dict[str, Unit]

    @classmethod
    def load(cls, session: Session) -> "Tree":
        rows = session.connection().execute(_UNITS)  # as plain rows: making objects of them cost more than fetching them
        return cls({unit.id: unit for unit in map(Unit._make, rows)})

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

    def below(self, roots: frozenset[str]) -> frozenset[str]:
        """The units that have one of these among what is above them; each is walked over once."""
        known: dict[str | None, bool] = {}
        for unit_id in self.units:
            path: list[str | None] = []
            at: str | None = unit_id
            while at in self.units and at not in known:
                unit = self.units[at]
                path.append(at)
                known[at] = at in roots or unit.authority_id in roots
                at = at if known[at] else unit.parent_id
            known.update(dict.fromkeys(path, known.get(at, False)))
        return frozenset(unit_id for unit_id in self.units if known[unit_id])


@dataclass(frozen=True)
class Scope:
    """An actor before the tree, for one transaction."""

    actor: Actor
    tree: Tree
    _held: dict[Right, frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _reached: dict[Right, frozenset[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, session: Session, actor: Actor) -> "Scope":
        return cls(actor, Tree.load(session))

    @cached_property
    def own_units(self) -> frozenset[str]:
        """Units at which the actor stands, not those below."""
        return frozenset(grant.unit_id for grant in self.actor.viewer.grants)

    def units(self, right: Right) -> frozenset[str]:
        """Every unit whose things the right reaches; worked out once, since it walks all of the tree."""
        if right not in self._reached:
            holding = self.own_units_with(right)
            assisted = {unit.id for unit in self.tree.units.values() if unit.assisting_id in holding} if right in LOOKING_ON else set()
            self._reached[right] = self.tree.below(holding) | assisted
        return self._reached[right]

    def _reaches(self, unit: Unit, right: Right) -> bool:
        holding = self.own_units_with(right)
        return not holding.isdisjoint(self.tree.above(unit.id)) or (right in LOOKING_ON and unit.assisting_id in holding)

    def _holds_at(self, unit_id: str, right: Right) -> bool:
        return access.may(self.actor.viewer, right, access.Subject(frozenset({unit_id}))).allowed

    def records(self) -> ColumnElement[bool]:
        """Which records the actor may read: a condition on Record."""
        return or_(false(), *self._grounds_of_records(is_relied_on(self.own_units_with(Right.READ_PAPER))))

    def grounds_of_records(self) -> list[ColumnElement[bool]]:
        """The same for a list: one condition a ground where each leads to few records, else the whole, met walking."""
        if not self.is_led:
            return [self.records()]
        return self._grounds_of_records(Record.id.in_(papers_of(self.own_units_with(Right.READ_PAPER))))

    def _grounds_of_records(self, rests_on: ColumnElement[bool]) -> list[ColumnElement[bool]]:
        account, reading, mine = self.actor.account_id, self.units(Right.READ_PAPER), self.own_units_with(Right.READ_PAPER)
        if account is None:
            return []
        takes_part = [Record.received_by == account] if self.own_units_with(Right.CAPTURE) else []
        looks_on = [Record.organisation_id.in_(reading) & sensitivity.may_be_relied_on(mine)] if reading else []
        takes_part += [Record.received_unit_id.in_(mine), rests_on] if reading else []
        return [*_open(Standing.LOOKS_ON, looks_on), *_open(Standing.TAKES_PART, takes_part)]

    def own_units_with(self, right: Right) -> frozenset[str]:
        """Units at which the actor itself holds a right."""
        if right not in self._held:
            self._held[right] = frozenset(unit for unit in self.own_units if self._holds_at(unit, right))
        return self._held[right]

    @property
    def is_led(self) -> bool:
        """How a list is found: who has one unit is led from it to its few rows, who has many meets theirs walking along the order."""
        return len(self.units(Right.READ_PAPER)) == 1

    def _takes_part(self) -> ColumnElement[bool]:
        return party_to(self.own_units_with(Right.READ_PAPER))

    def students(self, *, in_list: bool = False) -> ColumnElement[bool]:
        """Which students the actor may see: a condition on Student. Those of other schools only in a case that was submitted.

        `in_list`: asked of all students, not of some that are known by id or name.
        """
        reading, mine = self.units(Right.READ_PAPER), self.own_units_with(Right.READ_PAPER)
        if not reading:
            return false()
        if in_list and self.is_led:
            return Student.school_id.in_(reading) | Student.id.in_(children_of(mine))
        school_id = walked(Student.school_id) if in_list else Student.school_id
        in_case = select(Case.id).where(Case.student_id == Student.id, self._takes_part(), Case.state.in_(SUBMITTED))
        return school_id.in_(reading) | in_case.correlate_except(Case).exists()

    def named_students(self) -> ColumnElement[bool]:
        """Students whose names and numbers the actor needs: of their own unit, and in a case their unit takes part in.

        A student a school wants to take over is known to it by name and number before anything else is shown.
        """
        mine = self.own_units_with(Right.READ_PAPER)
        in_case = select(Case.id).where(Case.student_id == Student.id, self._takes_part()).correlate_except(Case)
        return Student.school_id.in_(mine) | in_case.exists()

    def cases(self, *, in_list: bool = False) -> ColumnElement[bool]:
        """Which cases the actor may see: a condition on Case. `in_list`: asked of all cases, not of some that are known."""
        reading, mine = self.units(Right.READ_PAPER), self.own_units_with(Right.READ_PAPER)
        if not reading:
            return false()
        if not in_list:
            return Case.organisation_id.in_(reading) | self._takes_part()
        if self.is_led:
            return Case.organisation_id.in_(reading) | Case.id.in_(cases_of(mine))
        return walked(Case.organisation_id).in_(reading) | on_chain(mine)

    def sees_case(self, case_id: ColumnElement[str] | InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
        """Whether the case that another row names may be seen, looked up row by row."""
        return select(Case.id).where(Case.id == case_id, self.cases()).correlate_except(Case).exists()

    def sees_record(self, record_id: ColumnElement[str] | InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
        """Whether the record that another row names may be read, looked up row by row."""
        return select(Record.id).where(Record.id == record_id, self.records()).correlate_except(Record).exists()

    def readable_among(self, session: Session, record_ids: Collection[str]) -> set[str]:
        """Those of some records that the actor may read: before one record names another, in one statement."""
        return set(session.scalars(select(Record.id).where(Record.id.in_(record_ids), self.records()))) if record_ids else set()

    def batches(self) -> ColumnElement[bool]:
        """Which batches the actor may see: a condition on Batch."""
        takes_in = bool(self.own_units_with(Right.CAPTURE))  # as for the papers themselves: who has left the post has left the batch
        own = Batch.opened_by == self.actor.account_id if takes_in else false()
        return own | walked(Batch.organisation_id).in_(self.units(Right.READ_PAPER))  # the newest are wanted, or one by its id

    def record(self, session: Session, record_id: str, right: Right = Right.READ_PAPER, *, lock: bool = False) -> Record:
        """One record the actor may see, and do this to.

        Raises:
            NotFound: unknown or out of scope, the case it is looked at under too.
            Refused: that case is another student's: the ledger takes no false ground.
            Denied: in scope, but the right is missing.
        """
        wanted = select(Record).where(Record.id == record_id, self.records())
        record = session.scalars(wanted.with_for_update(of=Record) if lock else wanted).first()
        if record is None:
            raise NotFound
        self.check_ground(session, record.student_id)
        if right is not Right.READ_PAPER:
            self.require(right, record.organisation_id)
        return record

    def check_ground(self, session: Session, student_id: str | None) -> None:
        """Hold the case that is named as the ground against the student the act or the look is about, before anything is done.

        Raises: NotFound (the case is out of scope), Refused (it is another student's).
        """
        about = self.case(session, self.actor.case_id).student_id if self.actor.case_id else None
        if about and student_id and about != student_id:
            raise Refused(OTHER_STUDENT, code="case_of_other_student")

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


def _open(standing: Standing, any_of: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    """Papers that fulfil one of the conditions and are open in that standing: the rows' side of `access.reads`.

    Each by itself, so that each can be led by its own index.
    """
    levels = [level.value for level in Sensitivity if access.reads(standing, level)]
    return [each & Record.sensitivity.in_(levels) for each in any_of]


def _one(session: Session, wanted: Select[Row]) -> Row:
    found = session.scalars(wanted).first()
    if found is None:
        raise NotFound
    return found
