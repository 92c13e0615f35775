"""No screen and no call of the API asks more of the database because there are more rows that it does not show.

The same request is made in a county and in one three times as large: as many statements, and about the same work for each of them.
Nor does a plan go through a growing table or sort it whole: on SQLite as the service runs it, on PostgreSQL as far as an index can serve.
"""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from archive_service.http.guard import COOKIE
from archive_service.services.sign_in import open_session
from tests.scale.calls import CALLS, ELSEWHERE, SCREENS, Call
from tests.scale.county import PASSWORD, County
from tests.scale.plans import faults
from tests.scale.watching import Watch, plan, watched, work

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # a busy machine takes minutes to fill a county
EVERY = (*SCREENS, *CALLS)
BY_NAME = {f"{each.login} {each.path}": each for each in EVERY}
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
@pytest.mark.parametrize("both", ["sqlite"], indirect=True)  # PostgreSQL chooses by size, and a few thousand rows it merges or walks
def test_a_larger_county_costs_no_more(both, wanted):
    small, large = (asked(county, wanted) for county in both)
    assert not large.asked_more_often_than(small)
    for shape in small.shapes.keys() & large.shapes.keys():
        pairs = zip(small.of_shape(shape), large.of_shape(shape), strict=False)
        for one, other in pairs:
            less, more = work(both[0].engine, one), work(both[1].engine, other)
            assert not more.grown_from(less, slack=SLACK), f"{less} → {more}: {other.sql}\n{plan(both[1].engine, other)}"


@pytest.mark.parametrize("name", BY_NAME)
def test_nothing_is_gone_through_and_nothing_long_is_sorted(both, name):
    wanted, county = BY_NAME[name], both[1]
    assert list(faults(county.engine, asked(county, wanted).reads, wanted.sorts)) == []


@pytest.mark.parametrize(
    ("index", "name"),
    [
        ("ix_page_field__record_id_name", "{registrar} /records/{record}"),
        ("ix_student_number__student_id", "{registrar} /students/{student}"),
        ("ix_registry_case__due_on_id", "guangshan-reviewer /cases"),
    ],
)
@pytest.mark.parametrize("both", ["sqlite"], indirect=True)  # PostgreSQL walks another index to the end instead, and its plan hides that
def test_a_lost_index_is_seen(both, index, name):
    """The guard of the guard: without the index the same statements are faults."""
    wanted, county = BY_NAME[name], both[1]
    statements = asked(county, wanted).reads
    again = _definition(county.engine, index)
    _do(county.engine, f"DROP INDEX {index}")
    try:
        assert list(faults(county.engine, statements, wanted.sorts)) != []
    finally:
        _do(county.engine, again)


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


def _definition(engine: Engine, index: str) -> str:
    with engine.connect() as connection:
        return connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": index}).scalar_one()


def _do(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()  # a connection keeps statements prepared, and SQLite explains those as they were
