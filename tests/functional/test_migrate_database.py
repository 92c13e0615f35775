"""Moving the rows between SQLite and PostgreSQL by the command line: every table proved, kills in the middle, nobody else's data touched."""

import io
import json
import os
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from datetime import timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import create_engine, delete, func, insert, inspect, select, text

from archive_service import instance as instances
from archive_service.adapters.reader import LocalReader
from archive_service.archive import open_archive
from archive_service.cli import main
from archive_service.cli.single import only_one
from archive_service.db import Base
from archive_service.errors import Refused
from archive_service.ids import new_id
from archive_service.models.account import Account
from archive_service.models.job import Job, Lease
from archive_service.models.ledger import Event
from archive_service.models.record import Record
from archive_service.rules.access import Role
from archive_service.services import intake, ledger, ledger_verify
from archive_service.services.actor import SERVICE
from archive_service.services.intake import Incoming
from archive_service.services.migrate_rows import digest_of
from archive_service.services.migrate_target import MARK
from archive_service.settings import load
from archive_service.worker import Worker
from tests.factories import Make
from tests.functional.killing import kill_when
from tests.papers import hukou, jpeg

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
EVENTS = 6_000
ODD = {"text": "汉字 \u2028 emoji \U0001f4dc \\ \" '", "number": 0.1, "big": 2**53 + 1, "nested": {"b": [1, None, True], "a": {}}}


class Instance:
    """An instance on SQLite with papers, cases of odd values and many events, and the command line over it."""

    def __init__(self, home, *, events=40):
        self.environ = {**os.environ, "XUEJI_HOME": str(home), "XUEJI_READING__ENGINE": "canned"}
        self.home, self.settings = home, load(self.environ)
        instances.prepare(self.settings)
        with closing(self.opened()) as archive:
            make = Make(archive)
            school = make.tree()[3]
            student, self.registrar = make.student(school), make.actor(Role.SCHOOL_REGISTRAR, school)
            for name in ("一张.jpg", "二张.jpg"):
                intake.receive(archive, Incoming(jpeg(hukou(student.name, student.id_no)), name), actor=self.registrar)
            Worker(archive).drain()
            with archive.begin() as session:
                records = session.scalars(select(Record).order_by(Record.id)).all()
                records[0].supersedes_id = records[1].id  # names one with a later key
                event = {"at": archive.clock.now(), "act": "search.made", "account_name": "某", "address": "-", "subject": "search"}
                session.execute(insert(Event), [{**event, "detail": {**ODD, "no": number}} for number in range(events)])
            while ledger.seal(archive):
                pass

    def opened(self, url=""):
        settings = load(self.environ, database={"url": url}) if url else self.settings
        return open_archive(settings, paper_reader=LocalReader(settings))

    def command(self, url):
        return [sys.executable, "-m", "archive_service.cli", "migrate-database", "--to", url, "--json"]

    def used(self):
        """A paper comes in and is read: rows are added, and changed that were there."""
        with closing(self.opened()) as archive:
            intake.receive(archive, Incoming(jpeg("此后收的"), "三张.jpg"), actor=self.registrar)
            Worker(archive).drain()
            with archive.begin() as session:
                session.scalars(select(Account).order_by(Account.id)).first().name = "改了名"
            ledger.seal(archive)

    def move(self, url, *options, **environ):
        out, err = io.StringIO(), io.StringIO()
        with patch.dict(os.environ, {**self.environ, **environ}), redirect_stdout(out), redirect_stderr(err):
            status = main(["migrate-database", "--to", url, "--json", *options])
        return status, json.loads(out.getvalue()), err.getvalue()

    def sums(self, url=""):
        with closing(self.opened(url)) as archive:
            return {name: digest_of(archive.engine, table) for name, table in Base.metadata.tables.items()}


@pytest.fixture
def target(postgres_server):
    """The url of an empty database."""
    name = f"moved_{new_id()}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture
def inside(target):
    """Statements inside the target, past the service."""
    engine = create_engine(target)

    def run(statement):
        with engine.begin() as connection:
            done = connection.execute(text(statement))
            return done.all() if done.returns_rows else None

    yield run
    engine.dispose()


def insist_all_there(instance, target, moved):
    assert moved["faults"] == []
    assert instance.sums(target) == instance.sums()
    assert moved["rows"] == sum(each.rows for each in instance.sums().values())
    with closing(instance.opened(target)) as there, closing(instance.opened()) as here:
        found = ledger_verify.verify(there)
        assert (found.fault, found.head) == (None, ledger_verify.verify(here).head)
        assert not inspect(there.engine).has_table(MARK.name)
        wanted = {key.name for table in Base.metadata.tables.values() for key in table.foreign_key_constraints}
        assert {key["name"] for keys in inspect(there.engine).get_multi_foreign_keys().values() for key in keys} == wanted


def test_to_postgresql_where_work_goes_on(tmp_path, target):
    instance = Instance(tmp_path / "home")
    status, moved, err = instance.move(target)
    assert status == 0
    assert "切换" in err
    insist_all_there(instance, target, moved)
    with closing(instance.opened(target)) as there:  # counters stand behind the rows: whatever is written next gets a fresh number
        intake.receive(there, Incoming(jpeg("搬家以后"), "三张.jpg"), actor=instance.registrar)
        Worker(there).drain()
        ledger.seal(there)
        assert ledger_verify.verify(there).fault is None
        with there.read() as session:
            assert session.scalar(select(func.count()).select_from(Record)) == 3
            assert not session.scalars(select(Job).where(Job.last_error.is_not(None))).all()
            assert session.scalar(select(func.count()).select_from(Event).where(Event.act == "database.moved")) == 1


def test_and_back_to_sqlite(tmp_path, target):
    instance = Instance(tmp_path / "home")
    assert instance.move(target)[0] == 0
    back = f"sqlite:///{tmp_path / 'back.db'}"
    status, moved, _ = instance.move(back, XUEJI_DATABASE__URL=target)
    assert (status, moved["faults"]) == (0, [])
    assert instance.sums(back) == instance.sums(target)
    with closing(instance.opened(back)) as there:
        intake.receive(there, Incoming(jpeg("回来以后"), "四张.jpg"), actor=instance.registrar)
        assert ledger_verify.verify(there).fault is None


def test_two_kills_in_the_middle(tmp_path, target, inside):
    instance = Instance(tmp_path / "home", events=EVENTS)
    first = kill_after(instance, target, inside, events=1_000)
    second = kill_after(instance, target, inside, events=first + 1_000)
    assert first < second < EVENTS
    with pytest.raises(Refused, match="还没有搬完"):  # a service started there by mistake
        instances.prepare(load(instance.environ, database={"url": target}))
    status, moved, _ = instance.move(target)
    assert status == 0
    assert moved["copied"] < moved["rows"] - second, "it goes on where it was killed"
    insist_all_there(instance, target, moved)
    again = instance.move(target)[1]
    assert (again["was_done_before"], again["copied"], again["faults"]) == (True, 0, [])


def test_a_database_with_other_data_is_left_alone(tmp_path, target, inside):
    instance = Instance(tmp_path / "home")
    inside("create table payroll (id integer)")
    assert refused(instance, target) == "not_empty"
    inside("drop table payroll")
    instances.prepare(load(instance.environ, database={"url": target}))
    inside("insert into index_label (number, code) values (900, 'x')")
    assert refused(instance, target) == "not_empty"
    assert inside("select number, code from index_label") == [(900, "x")]
    assert inside("select count(*) from event") == [(0,)]


def test_nothing_moves_while_somebody_works(tmp_path, target):
    instance = Instance(tmp_path / "home")
    with only_one(instance.settings):
        assert refused(instance, target) == "running"
    with closing(instance.opened()) as archive, archive.begin() as session:  # on another machine
        session.add(Lease(name="sealer", held_by="elsewhere", held_until=archive.clock.now() + timedelta(minutes=1)))
    assert refused(instance, target) == "running"
    assert refused(instance, instance.settings.database_url) == "same_database"


def test_an_edited_row_at_the_target_is_named(tmp_path, target, inside):
    """What a move cut short has brought is not believed: each table is read again at the end."""
    instance = Instance(tmp_path / "home", events=EVENTS)
    kill_after(instance, target, inside, events=1_000)
    assert inside("update account set name = '别人' where id = (select min(id) from account) returning id")
    status, moved, err = instance.move(target)
    assert status == 1
    assert [fault for fault in moved["faults"] if "account" in fault and "内容不同" in fault]
    assert "不能切换" in err
    with pytest.raises(Refused, match="还没有搬完"):
        instances.prepare(load(instance.environ, database={"url": target}))


@pytest.mark.slow
def test_an_edited_event_at_the_target_breaks_its_chain(tmp_path, target, inside):
    instance = Instance(tmp_path / "home", events=EVENTS)
    kill_after(instance, target, inside, events=1_000)
    inside("alter table event disable trigger user")
    inside("update event set account_name = '别人' where id = 5")
    moved = instance.move(target)[1]
    assert [fault for fault in moved["faults"] if "台账" in fault]


@pytest.mark.slow
def test_used_after_a_move_that_was_killed(tmp_path, target, inside):
    instance = Instance(tmp_path / "home", events=EVENTS)
    came = kill_after(instance, target, inside, events=1_000)
    instance.used()
    assert refused(instance, target) == "used_since"
    assert "--again" in instance.move(target)[1]["error"]["detail"]
    assert events_in(inside) == came, "nothing was written"
    status, moved, _ = instance.move(target, "--again")
    assert status == 0
    insist_all_there(instance, target, moved)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_used_after_a_move_that_was_done(tmp_path, target, kind):
    url = target if kind == "postgresql" else f"sqlite:///{tmp_path / 'other.db'}"
    instance = Instance(tmp_path / "home")
    assert instance.move(url)[0] == 0
    instance.used()
    assert refused(instance, url) == "used_since"
    status, moved, _ = instance.move(url, "--again")
    assert (status, moved["faults"], moved["was_done_before"]) == (0, [], False)
    assert instance.sums(url) == instance.sums()
    assert instance.move(url)[1]["was_done_before"]


def test_a_target_that_was_worked_on_is_never_emptied(tmp_path, target, inside):
    instance = Instance(tmp_path / "home")
    assert instance.move(target)[0] == 0
    with closing(instance.opened(target)) as there, there.begin() as session:
        session.add(Lease(name="sealer", held_by="a service there", held_until=there.clock.now() + timedelta(minutes=1)))
    assert refused(instance, target, "--again") == "running"
    with closing(instance.opened(target)) as there:
        intake.receive(there, Incoming(jpeg("在新库收的"), "三张.jpg"), actor=instance.registrar)
        with there.begin() as session:
            session.execute(delete(Lease))
    before = events_in(inside)
    assert refused(instance, target, "--again") == "not_empty"
    assert refused(instance, target) == "not_empty"
    assert events_in(inside) == before
    inside("create table payroll (id integer)")
    assert refused(instance, target, "--again") == "not_empty"


@pytest.mark.slow
def test_what_writes_an_event_alone_does_not_overtake_a_move(tmp_path, target, inside):
    instance = Instance(tmp_path / "home", events=EVENTS)
    came = kill_after(instance, target, inside, events=1_000)
    with closing(instance.opened()) as archive, archive.begin() as session:
        ledger.write(session, "backup.made", ledger.Subject("instance"), actor=SERVICE, now=archive.clock.now())
    status, moved, _ = instance.move(target)
    assert (status, moved["faults"]) == (0, [])
    assert moved["copied"] < moved["rows"] - came, "it goes on"


def refused(instance, url, *options):
    status, answer, _ = instance.move(url, *options)
    assert status == 1
    return answer["error"]["code"]


def kill_after(instance, target, inside, *, events):
    """Start the move, wait until so many events are over, and kill it with SIGKILL; returns how many there are."""
    kill_when(lambda: events_in(inside) >= events, instance.command(target), instance.environ)
    return events_in(inside)


def events_in(inside):
    there = inside("select to_regclass('event')")[0][0]
    return inside("select count(*) from event")[0][0] if there else 0


def test_the_sum_sees_every_edit(tmp_path):
    instance = Instance(tmp_path / "home")
    before = instance.sums()["job"]
    with closing(instance.opened()) as archive:
        with archive.begin() as session:
            session.scalars(select(Job)).first().priority = 7
        assert digest_of(archive.engine, Base.metadata.tables["job"]).rows == before.rows
        assert digest_of(archive.engine, Base.metadata.tables["job"]).digest != before.digest
