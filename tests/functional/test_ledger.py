"""The chain tells every edit, removal, insertion and reordering made behind the service's back, and names the place."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from archive_service.migrations import guards
from archive_service.services import ledger, ledger_verify
from archive_service.services.actor import SERVICE
from archive_service.services.ledger import Subject

NUMBER = 12
NEW_EVENT = "insert into event (id, at, act, account_name, address, subject, detail) values ({id}, '{at}', 'record.viewed', '某人', '-', 'record', '{{}}')"
ELSEWHERE = "0" * 64


@dataclass(frozen=True)
class Tampering:
    """Statements somebody with the database's password could run, and the words that must name the place."""

    what: str
    statements: tuple[str, ...]
    named: tuple[str, ...]


def swapped(table: str, column: str, one: int, other: int) -> tuple[str, ...]:
    """Two rows change places in a column that allows no two alike."""
    return tuple(f"update {table} set {column} = {new} where {column} = {old}" for old, new in ((one, 900), (other, one), (900, other)))


def edited(column: str, value: str) -> Tampering:
    return Tampering(f"event's {column} edited", (f"update event set {column} = {value} where id = 5",), ("第 5 环（事件 5，",))


REMOVED = ("delete from event_link where event_id = 5", "delete from event where id = 5")
TAMPERINGS = (
    *(edited(column, "'x'") for column in ("act", "account_id", "account_name", "unit_id", "address", "subject", "subject_id")),
    *(edited(column, "'x'") for column in ("student_id", "record_id", "case_id", "purpose")),
    edited("detail", """'{"页": 99}'"""),
    edited("at", "'2026-08-31 04:00:00+00:00'"),  # moved to the day before
    edited("at", "'2026-09-01 04:00:00.000001+00:00'"),
    Tampering("event removed with its seal", REMOVED, ("缺第 5 环",)),
    Tampering("event removed, its seal left", ("delete from event where id = 5",), ("第 5 环所指事件 5 已不在台账中",)),
    Tampering("seal removed", ("delete from event_link where seq = 5",), ("缺第 5 环",)),
    Tampering("three seals removed", ("delete from event_link where seq between 5 and 7",), ("缺第 5–7 环",)),
    Tampering("first event removed with its seal", ("delete from event_link where seq = 1", "delete from event where id = 1"), ("缺第 1 环",)),
    Tampering("seal's digest edited", (f"update event_link set digest = '{ELSEWHERE}' where seq = 5",), ("第 5 环（事件 5，", "第 6 环（事件 6，")),
    Tampering("last seal's digest edited", (f"update event_link set digest = '{ELSEWHERE}' where seq = 12",), ("第 12 环（事件 12，",)),
    Tampering("seal points at another event", ("update event_link set event_id = 900 where seq = 5",), ("第 5 环所指事件 900",)),
    Tampering("two seals in other order", swapped("event_link", "seq", 3, 4), ("第 3 环（事件 4，", "第 4 环（事件 3，")),
    Tampering("two seals change events", swapped("event_link", "event_id", 3, 9), ("第 3 环（事件 9，", "第 9 环（事件 3，")),
    Tampering("two events change numbers", swapped("event", "id", 3, 9), ("第 3 环（事件 3，", "第 9 环（事件 9，")),
    Tampering(
        "event removed and its successors moved up",
        (*REMOVED, *(f"update event_link set seq = {seq - 1} where seq = {seq}" for seq in range(6, NUMBER + 1))),
        ("第 5 环（事件 6，",),
    ),
    Tampering(
        "event put in and sealed in the middle",
        (
            *(f"update event_link set seq = {seq + 1} where seq = {seq}" for seq in range(NUMBER, 4, -1)),
            NEW_EVENT.format(id=900, at="2026-09-01 04:00:00+00:00"),
            f"insert into event_link (seq, event_id, digest, sealed_at) values (5, 900, '{ELSEWHERE}', '2026-09-01 04:00:00+00:00')",
        ),
        ("第 5 环（事件 900，", "第 6 环（事件 5，"),
    ),
    Tampering("event of an earlier day put in under a free number", (NEW_EVENT.format(id=-1, at="2026-08-20 04:00:00+00:00"),), ("事件 -1 不在链上",)),
    Tampering("two events edited", ("update event set act = 'x' where id in (2, 11)",), ("第 2 环（事件 2，", "第 11 环（事件 11，")),
)  # fmt: skip


def happen(archive, number=1):
    """Events, one transaction each."""
    for at in range(number):
        with archive.begin() as session:
            ledger.write(session, "record.viewed", Subject("record", f"r{at}"), actor=SERVICE, now=archive.clock.now(), detail={"页": at})


def tamper(archive, *statements):
    """Change tables behind the service's back, as somebody with the database's password could."""
    with archive.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("rollback")
            connection.exec_driver_sql("pragma foreign_keys = off")
            connection.exec_driver_sql("begin immediate")
            for table in ("event", "event_link"):
                for act in ("update", "delete"):
                    connection.execute(text(f"drop trigger if exists {table}_no_{act}"))
        else:
            connection.execute(text("set session_replication_role = replica"))
        for statement in statements:
            connection.exec_driver_sql(statement)
        if connection.dialect.name == "sqlite":  # whoever knows what he does leaves no trigger missing
            for table in ("event", "event_link"):
                guards.put_back(connection, table)
    archive.engine.dispose()  # the connection's own settings must not outlive it


@pytest.fixture
def chain(archive):
    """Twelve events in the chain."""
    happen(archive, NUMBER)
    assert ledger.seal(archive) == NUMBER
    return archive


def test_an_untouched_chain_holds(chain):
    verdict = ledger_verify.verify(chain)
    assert (verdict.events, verdict.sealed, verdict.unsealed, verdict.faults, verdict.doubts) == (NUMBER, NUMBER, 0, (), ())


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.what.replace(" ", "-"))
def test_a_tampering_is_named(chain, tampering):
    tamper(chain, *tampering.statements)
    faults = ledger_verify.verify(chain).faults
    for words in tampering.named:
        assert any(words in fault for fault in faults), faults


def test_faults_apart_from_each_other_are_all_named_and_nothing_else(chain):
    tamper(chain, "update event set act = 'x' where id in (2, 7)", "delete from event_link where seq = 11")
    faults = ledger_verify.verify(chain).faults
    assert [fault[:5] for fault in faults] == ["第 2 环", "第 7 环", "链上缺第 "]


def test_a_backdated_event_that_got_sealed_is_doubted(chain):
    earlier = chain.clock.now() - timedelta(hours=5)
    tamper(chain, NEW_EVENT.format(id=900, at=earlier.isoformat(" ")))
    assert ledger.seal(chain) == 1
    verdict = ledger_verify.verify(chain)
    assert verdict.faults == ()
    [doubt] = verdict.doubts
    assert "第 13 环（事件 900，" in doubt


def test_sealing_twice_adds_nothing(chain):
    assert ledger.seal(chain) == ledger.seal(chain, sweeping=True) == 0


def test_a_tail_that_waits_is_reported(chain):
    happen(chain)
    assert ledger_verify.verify(chain).unsealed == 1


def test_an_event_that_became_visible_late_is_sealed_whatever_its_number(archive):
    """A long import on PostgreSQL takes numbers, others take ten thousand more and are sealed, then it commits."""
    happen(archive, 1)
    tamper(archive, f"update event set id = {ledger.LATE_EVENTS * 2} where id = 1")
    ledger.seal(archive)
    happen_at = archive.clock.now().isoformat(" ")
    tamper(archive, NEW_EVENT.format(id=5, at=happen_at))
    assert ledger.seal(archive) == 0  # beyond what a usual turn looks at
    assert ledger_verify.verify(archive).faults == ()  # it waits, nobody put it in
    assert ledger.seal(archive, sweeping=True) == 1
    assert ledger_verify.verify(archive).unsealed == 0
