"""`xueji up` on whatever folder it finds: it says what was left and what it did, and refuses what it does not know untouched."""

import hashlib
import os
import sqlite3
import time

import pytest
from alembic import command

from archive_service import migrations
from tests.faults.points import READING, UPLOAD
from tests.faults.sender import paper, send
from tests.faults.tally import count, settled
from tests.faults.waiting import wait_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

DRAFTED, LEASED = UPLOAD[2], READING[0]
A_WHILE_AGO_SECONDS = 120
EVENT = "insert into event (at, act, account_name, address, subject, detail) values ('2026-09-01 00:00:00', 'unit.made', '-', '-', 'unit', '{}')"


@pytest.fixture
def instance(make_instance):
    return make_instance(points=[DRAFTED, LEASED])


def hand_in(instance, number=1):
    return send(instance.port, instance.token, number, paper(number, instance.student.id_no))


def again(instance):
    """Start again; what it says of what it found."""
    before = len(instance.log)
    instance.start()
    return instance.log[before:].partition("正在启动")[0]


def test_after_a_clean_stop_nothing_is_told(instance):
    instance.start()
    sent = [hand_in(instance)]
    assert settled(instance)
    instance.stop()
    assert again(instance) == ""
    assert count(instance, sent).faults() == []


def test_after_a_kill_it_takes_back_what_was_in_hand(instance, say):
    instance.start()
    instance.halts.arm(LEASED)
    sent = [hand_in(instance)]
    assert instance.halts.met(LEASED, within_seconds=60)
    instance.kill_all()
    told = again(instance)
    say(told.replace("\n", " "))
    assert "上次没有正常停止（进程号" in told
    assert "1 件工作正在办理，已收回" in told
    assert "项值守（台账封存、检索更新、定时清理）没有交还，已收回" in told
    assert settled(instance)
    assert count(instance, sent).faults() == []


@pytest.mark.slow
def test_after_a_kill_while_a_paper_was_being_stored(instance):
    instance.start()
    instance.halts.arm(DRAFTED)
    sending = os.fork()
    if not sending:
        hand_in(instance)
        os._exit(0)
    assert instance.halts.met(DRAFTED, within_seconds=60)
    instance.kill_all()
    os.waitpid(sending, 0)
    (draft,) = (instance.settings.store_folder / "drafts").iterdir()
    long_ago = time.time() - A_WHILE_AGO_SECONDS
    os.utime(draft, (long_ago, long_ago))
    assert "清除 1 份写到一半、从未登记的内容" in again(instance)
    assert not draft.exists()


@pytest.mark.slow
def test_a_lost_index_is_told_and_built_again(instance):
    instance.start()
    sent = [hand_in(instance)]
    assert settled(instance)
    instance.stop()
    for manifest in instance.settings.index_folder.rglob("manifest.json"):
        manifest.write_text("{", "utf-8")
    assert "启动后自动重建" in again(instance)
    assert wait_for(lambda: not instance.archive.index.health().needs_rebuild, 30)
    assert count(instance, sent).faults() == []


def test_a_full_disk_is_told(make_instance):
    instance = make_instance(XUEJI_INTAKE__FREE_BYTES=str(1 << 60))
    told = again(instance)
    assert "暂不接收新材料，已有材料不受影响" in told
    assert (hand_in(instance).status, hand_in(instance).code) == (503, "store_full")


def test_a_database_of_a_newer_version_is_refused_untouched(instance):
    database = instance.settings.home / "archive.db"
    _execute(database, "update alembic_version set version_num = '9999'")
    before = _left(instance)
    instance.launch()
    assert instance.ended() == 1
    assert "数据库结构是 9999，由更新版本的程序建立" in instance.log
    assert "没有改动任何内容" in instance.log
    assert "Traceback" not in instance.log
    assert _left(instance) == before


def test_a_database_of_an_older_version_is_put_aside_and_brought_up(instance):
    """As the first release made it, with an event on its ledger."""
    database, oldest = instance.settings.home / "archive.db", "0001"
    instance.archive.engine.dispose()
    for file in instance.settings.home.glob("archive.db*"):
        file.unlink()
    command.upgrade(migrations.configuration(instance.archive.engine), oldest)
    instance.archive.engine.dispose()
    _execute(database, EVENT)
    told = again(instance)
    aside = database.with_suffix(f".{oldest}.db")
    assert f"升级前的数据库另存为 {aside}" in told
    assert f"升级数据库结构 {oldest} → {migrations.head()}" in told
    assert _execute(aside, "select version_num from alembic_version") == [(oldest,)]
    assert _execute(aside, "select act from event") == _execute(database, "select act from event where id = 1") == [("unit.made",)]


def _execute(database, statement):
    connection = sqlite3.connect(database)
    with connection:
        found = connection.execute(statement).fetchall()
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    return found


def _left(instance):
    """What is in the data folder, by digest, but for the mark of who runs it, the log, and SQLite's own helpers."""
    passing = {"running.lock", "up.log", "archive.db-wal", "archive.db-shm"}
    files = [path for path in instance.settings.home.rglob("*") if path.is_file() and path.name not in passing]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
