"""The matrix of the API: every call × caller × thing, looked through for what the caller must not learn; made from the URL map.

Whatever somebody may not see is answered as an id that never was: same status, body and headers, nothing written. Whoever may, gets it.
Not here: the land, the people, the calls, the expectation (tests/matrix), screens (test_matrix_pages), lists (test_matrix_lists).
"""

import re
from pathlib import Path

import pytest

from tests.matrix.entitled import PAPERS
from tests.matrix.judging import Figures, walk
from tests.matrix.routes import API, ELSEWHERE, ROUTES
from tests.matrix.setting import settled
from tests.matrix.world import PLACES

AUTOMATIC = {"HEAD", "OPTIONS"}
FIGURES = Figures()
pytestmark = pytest.mark.timeout(600)  # a shared machine may be slow; alone each test takes seconds


@pytest.fixture(scope="module")
def land(tmp_path_factory, sqlite_template):
    with settled(tmp_path_factory.mktemp("land"), sqlite_template) as land:
        yield land


def test_no_route_is_left_out(land):
    """HEAD and OPTIONS that Flask adds run the same view; where a call declares them itself they are routes like others."""
    declared = {(method, rule.rule) for rule in land.app.url_map.iter_rules() for method in rule.methods}
    assert {route for route in declared if route[0] not in AUTOMATIC} <= set(ROUTES)
    assert set(ROUTES) <= declared


def test_what_the_walk_does_not_put_another_test_does():
    """The named test puts the very route."""
    assert {route for route, asks in ROUTES.items() if not asks} == set(ELSEWHERE)
    for (method, path), node in ELSEWHERE.items():
        file, _, name = node.partition("::")
        bodies = re.findall(rf"^def {name}\(.*?(?=^\S|\Z)", (Path(__file__).parent / file).read_text("utf-8"), re.MULTILINE | re.DOTALL)
        assert [body for body in bodies if f'{method.lower()}("{path}"' in body], node


def test_everybody_and_every_place_is_in_the_table(land):
    assert set(land.callers) == set(PAPERS) | {"signed_out"}
    assert {place for places in PAPERS.values() for place in places} == set(PLACES)


@pytest.mark.parametrize("route", sorted((method, f"/api/v1{path}") for method, path in API), ids=" ".join)
def test_nobody_sees_what_is_not_theirs(land, route):
    found = walk(land, route, ROUTES[route])
    FIGURES.add(found)
    assert found.faults == []


def test_the_figures(say):
    say(f"calls: {FIGURES}")
    assert FIGURES.faults == []
