"""The plan of each statement that a screen or a call asks in the county: no growing table is gone through, none is sorted whole.

On SQLite as the service runs it; on PostgreSQL the question is whether an index can serve at all.
"""

import pytest
from sqlalchemy import Engine, text

from tests.scale.calls import CALLS, SCREENS
from tests.scale.plans import faults
from tests.scale.test_county_queries import asked

pytestmark = pytest.mark.slow
EVERY = {f"{each.login} {each.path}": each for each in (*SCREENS, *CALLS)}


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_gone_through_and_nothing_long_is_sorted(both, name):
    wanted, county = EVERY[name], both[1]
    assert list(faults(county.engine, asked(county, wanted).reads, wanted.sorts)) == []


@pytest.mark.parametrize(
    ("index", "name"),
    [
        ("ix_page_field__record_id_name", "{registrar} /records/{record}"),
        ("ix_student_number__student_id", "{registrar} /students/{student}"),
        ("ix_registry_case__due_on_id", "guangshan-reviewer /cases"),
    ],
)
def test_a_lost_index_is_seen(both, index, name):
    """The guard of the guard: without the index the same statements are faults."""
    wanted, county = EVERY[name], both[1]
    statements = asked(county, wanted).reads
    again = _definition(county.engine, index)
    _do(county.engine, f"DROP INDEX {index}")
    try:
        assert list(faults(county.engine, statements, wanted.sorts)) != []
    finally:
        _do(county.engine, again)


def _definition(engine: Engine, index: str) -> str:
    of_sqlite = "SELECT sql FROM sqlite_master WHERE name = :name"
    of_postgres = "SELECT indexdef FROM pg_indexes WHERE indexname = :name"
    with engine.connect() as connection:
        return connection.execute(text(of_sqlite if engine.dialect.name == "sqlite" else of_postgres), {"name": index}).scalar_one()


def _do(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()  # a connection keeps statements prepared, and SQLite explains those as they were
