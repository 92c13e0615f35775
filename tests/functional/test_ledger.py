"""The chain tells every edit, removal, insertion and reordering, and names the place."""

import pytest
from sqlalchemy import text

from archive_service.services import ledger
from archive_service.services.actor import SERVICE
from archive_service.services.ledger import Subject

NUMBER = 12


@pytest.fixture
def chain(archive):
    """Twelve events in the chain."""
    for at in range(NUMBER):
        with archive.begin() as session:
            ledger.write(session, "record.viewed", Subject("record", f"r{at}"), actor=SERVICE, now=archive.clock.now(), detail={"页": at})
    assert ledger.seal(archive) == NUMBER
    return archive


def tamper(archive, *statements):
    """Change tables behind the service's back, as somebody with the database's password could."""
    tables = ("event", "event_link")
    with archive.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("pragma defer_foreign_keys = on")
            for table in tables:
                for act in ("update", "delete"):
                    connection.execute(text(f"drop trigger if exists {table}_no_{act}"))
        else:
            connection.execute(text("set session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))


def test_an_untouched_chain_holds(chain):
    verdict = ledger.verify(chain)
    assert (verdict.events, verdict.sealed, verdict.unsealed, verdict.fault) == (NUMBER, NUMBER, 0, None)


@pytest.mark.parametrize("column", ["act", "account_name", "subject_id", "address", "detail", "at"])
def test_an_edited_event_is_named(chain, column):
    value = {"detail": "'{}'", "at": "'2020-01-01 00:00:00+00:00'"}.get(column, "'x'")
    tamper(chain, f"update event set {column} = {value} where id = 5")
    assert "事件 5" in ledger.verify(chain).fault


def test_a_removed_event_is_named(chain):
    tamper(chain, "delete from event_link where event_id = 5", "delete from event where id = 5")
    assert "缺第 5 环" in ledger.verify(chain).fault


def test_a_removed_event_with_its_successors_moved_up_is_named(chain):
    tamper(
        chain,
        "delete from event_link where event_id = 5",
        "delete from event where id = 5",
        *(f"update event_link set seq = {seq - 1} where seq = {seq}" for seq in range(6, NUMBER + 1)),
    )
    assert "第 5 环" in ledger.verify(chain).fault


def test_two_links_in_other_order_are_named(chain):
    tamper(
        chain,
        "update event_link set seq = 100 where seq = 3",
        "update event_link set seq = 3 where seq = 4",
        "update event_link set seq = 4 where seq = 100",
    )
    assert "第 3 环" in ledger.verify(chain).fault


def test_sealing_twice_adds_nothing(chain):
    assert ledger.seal(chain) == 0


def test_a_tail_that_waits_is_reported(chain):
    with chain.begin() as session:
        ledger.write(session, "record.viewed", Subject("record", "late"), actor=SERVICE, now=chain.clock.now())
    assert ledger.verify(chain).unsealed == 1
