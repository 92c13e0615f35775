"""A list and a look at one thing go by the same rule, though they ask the database in different shapes: over random lands with cases."""

import random

import pytest
from sqlalchemy import false, or_, select

from archive_service.clock import today
from archive_service.ids import new_id
from archive_service.models.case import Case, CaseEvidence, CaseStep
from archive_service.models.record import Record
from archive_service.models.student import Student
from archive_service.rules.lifecycle import CaseState
from archive_service.services.scope import Scope
from tests.matrix.random_land import RandomLand

LISTED = {"records": Record, "students": Student, "cases": Case}
CASES = 60


class Cases:
    """Cases drawn over a land: in every state, passing through any units, resting on papers of anybody."""

    def __init__(self, archive, land):
        self.archive, self.land, self.dice, self.now = archive, land, land.dice, archive.clock.now()

    def draw(self):
        with self.archive.begin() as session:
            self.students = list(session.scalars(select(Student.id).order_by(Student.id_no)))
            for serial in range(CASES):
                session.add(self._case(serial))
                session.flush()
                session.add_all([*self._steps(), *self._evidence()])

    def _unit(self):
        return self.dice.choice(self.land.units).id

    def _case(self, serial):
        self.id, self.student = new_id(), self.dice.choice(self.students)
        return Case(
            id=self.id, case_no=f"c{serial}", year=2026, serial=serial, procedure="suspend", profile="HN", rules_version="1",
            student_id=self.student, organisation_id=self._unit(), facts={}, claim={}, warnings=[],
            state=self.dice.choice(list(CaseState)).value, opened_by=self._account(), opened_at=self.now,
            due_on=self.dice.choice((None, today(self.archive.clock))),
        )  # fmt: skip

    def _steps(self):
        for seq in range(1, self.dice.randint(2, 4)):
            state = self.dice.choice(("done", "open", "waiting"))
            yield CaseStep(case_id=self.id, seq=seq, act="approve", actor="x", label="x", unit_id=self._unit(), state=state)

    def _evidence(self):
        own = [record.id for record in self.land.records.values() if record.student_id == self.student]
        for _ in range(self.dice.randint(1, 4)):
            paper = self.dice.choice(own if own and self.dice.random() < 0.7 else list(self.land.records))
            replaced_at = self.now if self.dice.random() < 0.3 else None
            yield CaseEvidence(case_id=self.id, code="x", record_id=paper, set_by=self._account(), set_at=self.now, replaced_at=replaced_at)

    def _account(self):
        return self.dice.choice(self.land.people)[0].account_id


def found(session, model, condition):
    return set(session.scalars(select(model.id).where(condition)))


def in_list(scope, kind):
    """The condition a list goes by."""
    return or_(false(), *scope.grounds_of_records()) if kind == "records" else getattr(scope, kind)(in_list=True)


@pytest.mark.parametrize("seed", range(4))
def test_lists_hold_what_may_be_looked_at_and_nothing_else(archive, make, seed):
    """Who stands at one unit is led from it, others are not: both shapes must occur, and both find something."""
    land = RandomLand(make, random.Random(seed)).draw()  # noqa: S311 (a drawn land is no secret)
    Cases(archive, land).draw()
    seen = {True: 0, False: 0}
    with archive.read() as session:
        for actor, posts in land.people:
            scope = Scope.of(session, actor)
            for kind, model in LISTED.items():
                wanted = found(session, model, getattr(scope, kind)())
                assert found(session, model, in_list(scope, kind)) == wanted, (seed, kind, posts)
                seen[scope.is_led] += len(wanted)
    assert all(seen.values()), "a shape in which nobody sees anything proves nothing"
