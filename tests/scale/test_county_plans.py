"""The plan of each statement that a screen or a call asks in the county: no growing table is gone through, none is sorted whole.

On SQLite as the service runs it; on PostgreSQL the question is whether an index can serve at all.
"""

import pytest
from sqlalchemy import text

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
        ("ix_case_evidence__record_id", "{registrar} /students/{student}"),
        ("ix_registry_case__due_on_id", "guangshan-reviewer /cases"),
        ("ix_event__act_id", "henan-sysadmin /operations"),
    ],
)
def test_a_lost_index_is_seen(both, index, name):
    """The guard of the guard: without the index the same statements are faults."""
    wanted, county = EVERY[name], both[1]
    statements = asked(county, wanted).reads
    with county.engine.begin() as connection:
        made = (
            "SELECT sql FROM sqlite_master WHERE name = :n"
            if county.engine.dialect.name == "sqlite"
            else "SELECT indexdef FROM pg_indexes WHERE indexname = :n"
        )
        again = connection.execute(text(made), {"n": index}).scalar_one()
        connection.execute(text(f"DROP INDEX {index}"))
    try:
        assert list(faults(county.engine, statements, wanted.sorts)) != []
    finally:
        with county.engine.begin() as connection:
            connection.execute(text(again))
