"""The triggers that keep rows from being edited: each way to be rid of them is seen, and `xueji init` puts them back."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from archive_service import instance
from archive_service.migrations import guards
from archive_service.services import ledger, ledger_verify
from tests.functional.test_ledger import happen
from tests.functional.test_ledger_anchors import xueji

__all__ = ["xueji"]
HOLLOW = {
    "sqlite": ("drop trigger event_no_update", "create trigger event_no_update before update on event begin select 1; end"),
    "postgresql": ("create or replace function event_append_only() returns trigger language plpgsql as $$ begin return null; end $$",),
}
ONE_ACT = {
    "sqlite": ("drop trigger event_no_delete",),
    "postgresql": (
        "drop trigger event_append_only on event",
        "create trigger event_append_only before update on event for each statement execute function event_append_only()",
    ),
}
OFF = {"sqlite": ("drop trigger event_no_update",), "postgresql": ("alter table event disable trigger user",)}


def run(archive, *statements):
    with archive.engine.execution_options(writes=True).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def drop_guards(archive):
    """All of them, as somebody with the database's password could."""
    if archive.engine.dialect.name == "sqlite":
        run(archive, *(f"drop trigger {table}_no_{act}" for table in guards.TABLES for act in ("update", "delete")))
    else:
        run(archive, *(f"drop trigger {table}_append_only on {table}" for table in guards.TABLES))


def missing(archive):
    with archive.read() as session:
        return guards.missing(session.connection())


def test_the_tables_are_those_the_migrations_guard(archive):
    """No trigger is made that is not known here, and none is known that is not made."""
    assert missing(archive) == []
    drop_guards(archive)
    assert missing(archive) == list(guards.TABLES)
    left = {
        "sqlite": "select count(*) from sqlite_master where type = 'trigger'",
        "postgresql": "select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid "
        "where not t.tgisinternal and c.relnamespace = current_schema()::regnamespace",
    }
    with archive.read() as session:
        assert session.scalar(text(left[archive.engine.dialect.name])) == 0


@pytest.mark.parametrize("way", [OFF, ONE_ACT, HOLLOW], ids=["switched off", "one act", "hollow"])
def test_a_guard_that_does_not_guard_is_missing_until_it_is_put_back(archive, way):
    happen(archive)
    run(archive, *way[archive.engine.dialect.name])
    assert missing(archive) == ["event"]
    assert "event" in ledger_verify.unguarded(archive)
    [told] = [line for line in instance.prepare(archive.settings) if "触发器" in line]
    assert "event" in told
    assert ledger_verify.unguarded(archive) is None
    assert not [line for line in instance.prepare(archive.settings) if "触发器" in line]
    for edit in ("update event set act = 'x'", "delete from event"):
        with pytest.raises(DBAPIError, match="append-only"):
            run(archive, edit)


def test_all_guards_dropped_are_a_fault_of_the_ledger_and_come_back(archive, xueji):
    happen(archive)
    ledger.seal(archive)
    assert xueji("verify-ledger")[0] == 0
    drop_guards(archive)
    status, told = xueji("verify-ledger")
    assert status != 0
    assert "event_link" in str(told)
    instance.prepare(archive.settings)
    assert missing(archive) == []
    assert xueji("verify-ledger")[0] == 0
