"""The matrix of the screens: every page and form × caller × thing, looked through for what the caller must not learn.

Whatever somebody may not see is answered as an id that never was: same status, body and headers, nothing written. Whoever may, gets it.
Not here: the land, the people, the calls, the expectation (tests/matrix), calls of programs (test_matrix_api), lists (test_matrix_lists).
"""

import pytest

from tests.matrix.judging import Figures, walk
from tests.matrix.routes import PAGES
from tests.matrix.setting import settled

FIGURES = Figures()


pytestmark = pytest.mark.timeout(600)  # a shared machine may be slow; alone each test takes seconds


@pytest.fixture(scope="module")
def land(tmp_path_factory, sqlite_template):
    with settled(tmp_path_factory.mktemp("land"), sqlite_template) as land:
        yield land


@pytest.mark.parametrize("route", sorted(PAGES), ids=" ".join)
def test_nobody_sees_what_is_not_theirs(land, route):
    found = walk(land, route, PAGES[route])
    FIGURES.add(found)
    assert found.faults == []


def test_the_figures(say):
    say(f"screens: {FIGURES}")
    assert FIGURES.faults == []
