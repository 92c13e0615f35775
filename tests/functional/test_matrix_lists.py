"""Lists, counts, facets, suggestions, totals and cursors say nothing of what one does not see.

Every GET is asked twice: of the whole land, and of the land from which everything the caller does not see was taken out. Both answers
must be the same, letter by letter. Not here: single things and writing (test_matrix_*).
"""

import pytest

from archive_service.services import indexing
from tests.matrix.asking import ask, value_of
from tests.matrix.entitled import PAPERS, sees
from tests.matrix.routes import ROUTES, Ask
from tests.matrix.setting import settled
from tests.matrix.without import take_out
from tests.matrix.world import SHARED_WORD

# What the whole instance is, without names: figures of its administrators, and the places of the chain.
OF_THE_INSTANCE = {("GET", path) for path in ("/operations", "/ledger", "/api/v1/jobs", "/api/v1/metrics")}
DAILY = ("registrar", "teacher", "county", "next_county", "city")  # one of each standing; everybody else in the longer set
SMALL_PAGES = {
    ("GET", "/api/v1/records"): ({"size": "1"}, {"size": "3"}),
    ("GET", "/api/v1/students"): ({"size": "1"}, {"name": "张"}),
    ("GET", "/api/v1/cases"): ({"size": "1"}, {"mine": "true"}, {"state": "in_review"}),
    ("GET", "/api/v1/search"): ({"q": SHARED_WORD, "size": "1"}, {"q": SHARED_WORD, "sort": "date"}, {"q": "休学"}, {"q": ""}),
    ("GET", "/search"): ({"q": SHARED_WORD, "status": "pending"}, {"q": SHARED_WORD, "kind": "hukou_page"}),
    ("GET", "/students"): ({"grade": "七年级"}, {"state": "ENROLLED"}, {"school": "all"}),
    ("GET", "/cases"): ({"mine": "1"}, {"q": "G52"}),
    ("GET", "/review"): ({"due": "week"}, {"q": "2026"}),
}


pytestmark = pytest.mark.timeout(600)  # a shared machine may be slow; alone each test takes seconds


@pytest.fixture(scope="module")
def land(tmp_path_factory, sqlite_template):
    with settled(tmp_path_factory.mktemp("land"), sqlite_template) as land:
        yield land


def questions(land, caller):
    """Every GET a caller may put: lists in full and in small pages, and one thing of each kind and level of their own."""
    for route, asks in ROUTES.items():
        if route[0] != "GET" or route in OF_THE_INSTANCE:
            continue
        for how in (*asks, *(Ask(query=query) for query in SMALL_PAGES.get(route, ()))):
            yield from ((route, how, value) for value in own_values(land, caller, how))


def own_values(land, caller, how):
    if not how.kind:
        return ["-"]
    places = list(PAPERS[caller])[:2]
    seen = [one for one in land.of(how.kind) if one.place in places and sees(caller, one.kind, one.place, one.level)]
    return list({(one.place, one.level): value_of(one, how) for one in seen}.values())


def asked(land, caller):
    """All answers, and behind each page of a list the one that follows."""
    told = {}
    for route, how, value in questions(land, caller.name):
        answer = ask(land, caller, route, how, value)
        told[(*route, str(how.query), value)] = f"{answer.status}\n{answer.text}"
    return told


def compare(land, caller):
    land.restore()
    whole = asked(land, land.callers[caller])
    land.restore()
    hidden = take_out(land, caller)
    indexing.rebuild(land.archive)
    apart = asked(land, land.callers[caller])
    land.restore()
    indexing.rebuild(land.archive)
    assert hidden > 10
    assert len(whole) > 30
    assert {key: (whole[key], apart[key]) for key in whole if whole[key] != apart[key]} == {}


@pytest.mark.parametrize("caller", DAILY)
def test_the_others_data_change_no_answer(land, caller):
    compare(land, caller)


@pytest.mark.slow
@pytest.mark.parametrize("caller", sorted(set(PAPERS) - set(DAILY)))
def test_the_others_data_change_nobodys_answer(land, caller):
    compare(land, caller)
