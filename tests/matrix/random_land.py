"""Random trees of units, with people, students and papers in them; the same for the same seed.

Lives here: rows, and the plain values the oracle judges by. Not here: asking, judging.
"""

import random
from dataclasses import dataclass, field
from datetime import date

from archive_service.models.organisation import Level, Organisation
from archive_service.models.record import KindState, Page, Record, ReviewState
from archive_service.models.student import Student
from archive_service.rules.access import Role, Viewer, grants_of
from archive_service.services.actor import Actor
from archive_service.services.search import Query
from tests.factories import Make
from tests.functional.case_steps import Office
from tests.matrix.search_oracle import Paper, Place, Post

WORDS = ("蓼蓝", "菖蒲", "苜蓿", "紫菀", "茯苓", "芍药")  # no two share a character, so that one word never makes another
NAMES = ("王小雨", "李大川", "赵青禾", "钱半夏")
KINDS = ("award_certificate", "hukou_page", "diagnosis_certificate", None)
READING = (Role.SCHOOL_REGISTRAR, Role.SCHOOL_LEADER, Role.ARCHIVIST, Role.COUNTY_REVIEWER, Role.CITY_REVIEWER, Role.PROVINCE_REVIEWER)
NOT_READING = (Role.HOMEROOM_TEACHER, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN)


@dataclass
class RandomLand:
    """A land drawn from a seed."""

    make: Make
    dice: random.Random
    units: list[Organisation] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    people: list[tuple[Actor, list[Post]]] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    shared: int = 70  # papers

    def draw(self) -> "RandomLand":
        """Fill it."""
        self._tree()
        self._people()
        students = [self._student() for _ in range(12)]
        taker = self.make.actor(Role.SCHOOL_REGISTRAR, self.units[0])
        office = Office.__new__(Office)
        office.archive, office.make, office.registrar = self.make.archive, self.make, taker
        for _ in range(self.shared):
            self._paper(office, self.dice.choice(students))
        return self

    def _tree(self) -> None:
        for level, number in ((Level.PROVINCE, 2), (Level.CITY, 2), (Level.COUNTY, 4), (Level.SCHOOL, 7)):
            above = [unit for unit in self.units if unit.level is not Level.SCHOOL and unit.level is not level]
            for _ in range(number):
                parent = self.dice.choice(above) if above else None
                values: dict[str, object] = {}
                if parent and self.dice.random() < 0.3:
                    values["authority_id"] = self.dice.choice(above).id
                if parent and self.dice.random() < 0.3:
                    values["assisting_id"] = self.dice.choice(above).id
                unit = self.make.organisation(level, parent=parent, **values)
                self.units.append(unit)
                self.places[unit.id] = Place(unit.id, unit.parent_id, unit.authority_id, unit.assisting_id)

    def _people(self) -> None:
        for _ in range(9):
            posts, grants = [], []
            for _ in range(self.dice.choice((1, 1, 2))):
                unit, reads = self.dice.choice(self.units), self.dice.random() < 0.85
                role = self.dice.choice(READING if reads else NOT_READING)
                posts.append(Post(unit.id, reads))
                grants += grants_of(role, unit.id)
            account = self.make.account(Role.ARCHIVIST, unit)
            viewer = Viewer(account.id, tuple(dict.fromkeys(grants)))
            self.people.append((Actor(account.name, account.id, unit.id, "archivist", "127.0.0.1", viewer=viewer), posts))

    def _student(self) -> Student:
        return self.make.student(self.dice.choice(self.units), name=self.dice.choice(NAMES))

    def _paper(self, office: Office, student: Student) -> None:
        at = student.school_id if self.dice.random() < 0.8 else self.dice.choice(self.units).id
        taken_in_at = at if self.dice.random() < 0.6 else self.dice.choice(self.units).id
        values = {
            "organisation_id": at, "received_unit_id": taken_in_at, "sensitivity": self.dice.choice("LMMMHJ"),
            "kind_state": self.dice.choice((KindState.SURE, KindState.CONFIRMED, KindState.UNSURE)),
            "review_state": self.dice.choice(list(ReviewState)), "received_on": date(2026, self.dice.randint(1, 8), 1),
        }  # fmt: skip
        record = office.paper(student, self.dice.choice(KINDS), **values)
        self.records[record.id] = record
        for no in range(1, self.dice.choice((2, 2, 3))):
            text = " ".join(self.dice.sample(WORDS, self.dice.randint(1, 3)))
            page = Page(record_id=record.id, no=no, text=text, width_px=9, height_px=9, rotation=0, skew_deg=0, blank=False)
            self.make._add(page)
            self.papers.append(self._plain(page, record, student))

    def _plain(self, page: Page, record: Record, student: Student) -> Paper:
        codes = {unit.id: unit.code for unit in self.units}
        return Paper(
            page=page.id, record=record.id, at=record.organisation_id, taken_in_at=record.received_unit_id, sensitivity=record.sensitivity,
            is_settled=record.kind_state is not KindState.UNSURE, text=str(page.text), names=(student.name,),
            numbers=(str(student.id_no), f"G{student.id_no}"), school=codes[record.organisation_id], kind=record.kind or "",
            status=record.review_state.value, on=int(record.received_on.strftime("%Y%m%d")),
        )  # fmt: skip

    def query(self) -> tuple[Query, list[str]]:
        """A question, and the words it asks for."""
        words = self.dice.choice([[word] for word in WORDS] + [list(WORDS[:2]), [], [self.dice.choice(NAMES)], [self._number()]])
        asked = {"text": " ".join(words)}
        if self.dice.random() < 0.3:
            asked["school"] = self.dice.choice(self.units).code
        if self.dice.random() < 0.2:
            asked["kind"] = self.dice.choice(KINDS[:3])
        if self.dice.random() < 0.2:
            asked["status"] = self.dice.choice(list(ReviewState)).value
        first = date(2026, 4, 1) if self.dice.random() < 0.2 else None
        return Query(**asked, first_on=first, size=50), words

    def _number(self) -> str:
        return self.dice.choice(self.papers).numbers[0]
