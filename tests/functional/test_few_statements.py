"""A screen asks the database as often for fifty rows as for five: no list looks its lines up one by one.

Only on SQLite: the service asks, whatever answers. What a statement costs in a county, and by which plan, is in tests/scale.
"""

from collections import Counter

import pytest

from archive_service.models.record import Match, MatchState, Page
from archive_service.rules.lifecycle import CaseAction
from archive_service.services import batches, indexing
from tests.conftest import NOON
from tests.functional.case_steps import Office
from tests.functional.web_client import signed_in
from tests.scale.watching import watched

pytestmark = pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
FEW, PAGE, MANY = 5, 30, 50  # a page of hits asks once more, for what lies beyond it
AT_SCHOOL = (
    "/", "/cases", "/students", "/students/{student}", "/students/{student}?tab=cases", "/tray", "/capture", "/capture/batches/{batch}",
    "/capture/batches/{batch}/cards", "/search?q=肺炎", "/api/v1/cases", "/api/v1/records", "/api/v1/students",
    "/api/v1/students/{student}/dossier", "/api/v1/batches/{batch}", "/api/v1/search?q=肺炎", "/api/v1/changes",
)  # fmt: skip
AT_COUNTY = ("/", "/review", "/review?due=week", "/cases", "/students", "/search?q=肺炎", "/api/v1/cases?mine=true", "/api/v1/records")


class Rows:
    """A school whose lists grow: each step adds a child with a case that waits at the county, a paper in doubt, and one of a full dossier."""

    def __init__(self, office: Office) -> None:
        self.office, self.make = office, office.make
        self.batch = batches.open_batch(office.archive, label="", source="web", actor=office.registrar)
        self.full = self.make.student(office.school)
        self.rows = 0

    def grow(self, rows: int) -> None:
        """As many rows in each list, all of them in the index."""
        while self.rows < rows:
            self._step()
            self.rows += 1
        indexing.rebuild(self.office.archive)

    def _step(self) -> None:
        student = self.make.student(self.office.school)
        case, _ = self.office.illness_case(student)
        self.office.act(case.id, CaseAction.SUBMIT, self.office.registrar)
        self._text(self.office.paper(self.full, "diagnosis_certificate", sensitivity="M", batch_id=self.batch.id).id)
        doubtful = self.office.paper(student, None, match_state=MatchState.PROPOSED, student_id=None, batch_id=self.batch.id)
        one = {"student_id": student.id, "score": 0.8, "grounds": ["姓名相同"]}
        self.make._add(
            Match(record_id=doubtful.id, first_page=1, last_page=1, state="proposed", candidates=[one], disagreements=[], decided_at=NOON)
        )

    def _text(self, record_id: str) -> None:
        page = Page(
            record_id=record_id, no=1, width_px=10, height_px=10, rotation=0, skew_deg=0, blank=False, text="诊断：肺炎", text_version=1
        )
        self.make._add(page)


def test_fifty_rows_take_as_many_statements_as_five(archive, app, make):
    office = Office(archive, make)
    rows = Rows(office)
    names = {"student": rows.full.id, "batch": rows.batch.id}
    browsers = [(signed_in(app, archive, office.registrar), AT_SCHOOL), (signed_in(app, archive, office.reviewer), AT_COUNTY)]
    asked = {}
    for size in (FEW, PAGE, MANY):
        rows.grow(size)
        asked[size] = _asked(archive, browsers, names)
    more = {path: many - asked[PAGE if "/search" in path else FEW][path] for path, many in asked[MANY].items()}
    assert {path: dict(statements) for path, statements in more.items() if statements} == {}


def _asked(archive, browsers, names) -> dict[str, Counter[str]]:
    found = {}
    for browser, paths in browsers:
        for path in paths:
            with watched(archive.engine) as watch:
                browser.get(path.format_map(names))
            found[f"{paths is AT_SCHOOL} {path}"] = watch.shapes
    return found
