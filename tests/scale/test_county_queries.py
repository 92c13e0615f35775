"""No screen and no call of the API asks more of the database because there are more rows that it does not show.

The same request is made in a county and in one four times as large: as many statements, and about the same work for each of them.
"""

import pytest
from flask.testing import FlaskClient

from archive_service.http.guard import COOKIE
from archive_service.services.sign_in import open_session
from tests.scale.calls import CALLS, ELSEWHERE, SCREENS, Call
from tests.scale.county import PASSWORD, County
from tests.scale.watching import Watch, plan, watched, work

pytestmark = pytest.mark.slow
EVERY = (*SCREENS, *CALLS)
SLACK = 1000  # steps or rows: what a page of lines may differ by


def test_every_reading_route_is_in_the_table(both):
    app = both[0].app
    reading = {rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert reading - {each.rule for each in EVERY} - set(ELSEWHERE) == set()
    assert {each.rule for each in EVERY} <= reading


@pytest.mark.parametrize("wanted", EVERY, ids=lambda each: f"{each.login} {each.path}")
def test_a_call_takes_few_statements(both, wanted):
    assert len(asked(both[1], wanted).asked) <= wanted.most


@pytest.mark.parametrize("wanted", [each for each in EVERY if not each.grows], ids=lambda each: f"{each.login} {each.path}")
def test_a_larger_county_costs_no_more(both, wanted):
    small, large = (asked(county, wanted) for county in both)
    assert not large.asked_more_often_than(small)
    for shape in small.shapes.keys() & large.shapes.keys():
        pairs = zip(small.of_shape(shape), large.of_shape(shape), strict=False)
        for one, other in pairs:
            less, more = work(both[0].engine, one), work(both[1].engine, other)
            assert not more.grown_from(less, slack=SLACK), f"{less} → {more}: {other.sql}\n{plan(both[1].engine, other)}"


def asked(county: County, wanted: Call) -> Watch:
    """What the second of two equal requests asks; the first fills caches of the process."""
    client = signed_in(county, wanted.login.format_map(county.names))
    path = wanted.path.format_map(county.names)
    client.get(path)
    with watched(county.engine) as watch:
        answer = client.get(path)
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:2000]}"
    return watch


def signed_in(county: County, login: str) -> FlaskClient:
    """A browser of this person."""
    client = county.app.test_client()
    client.set_cookie(COOKIE, open_session(county.archive, login, PASSWORD, "127.0.0.1").token)
    return client
