"""The schema made by migrations is the one the models describe, on both databases, and there is one way forward."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from archive_service import migrations, models
from archive_service.db import Base, open_engine
from archive_service.ids import new_id


@pytest.fixture
def empty(kind_of_database, tmp_path, request):
    """A database with nothing in it."""
    if kind_of_database == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    else:
        engine = open_engine(request.getfixturevalue("postgres_server").create_database(f"test_{new_id()}"))
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty):
    """A database brought up from nothing."""
    migrations.upgrade(empty)
    return empty


def test_one_head(engine):
    script = ScriptDirectory.from_config(migrations.configuration(engine))
    assert len(script.get_heads()) == 1
    assert migrations.current(engine) == migrations.head()


def test_schema_equals_models(engine):
    assert models.__all__
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_second_upgrade_does_nothing(engine):
    before = sorted(inspect(engine).get_table_names())
    migrations.upgrade(engine)
    assert sorted(inspect(engine).get_table_names()) == before


@pytest.mark.parametrize("act", ["update event set act = 'x'", "delete from event"])
def test_events_cannot_be_touched(engine, act):
    insert = (
        "insert into event (at, act, account_name, address, subject, detail) "
        "values ('2026-09-01 00:00:00+00:00', 'record.received', '某人', '-', 'record', '{}')"
    )
    with engine.begin() as connection:
        connection.execute(text(insert))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(act))


def test_an_older_instance_learns_when_accounts_last_signed_in(empty):
    """The column comes with what the ledger knows already."""
    command.upgrade(migrations.configuration(empty), "0001")
    with empty.begin() as connection:
        account = "insert into account (id, login, name, state, must_change_password, created_at, version) values ('{0}', '{0}', '{0}', 'active', false, '2026-09-01 00:00:00+00:00', 1)"
        event = "insert into event (at, act, account_id, account_name, address, subject, detail) values ('2026-09-0{} 00:00:00+00:00', '{}', 'one', '某人', '-', 'account', '{{}}')"
        for statement in (
            account.format("one"),
            account.format("two"),
            event.format(2, "session.opened"),
            event.format(3, "session.opened"),
            event.format(4, "session.closed"),
        ):
            connection.execute(text(statement))
    migrations.upgrade(empty)
    with empty.connect() as connection:
        found = dict(connection.execute(text("select id, signed_in_at from account")).all())
    assert "2026-09-03" in str(found["one"])
    assert found["two"] is None
