"""An upgrade of the tables killed in its midst, from the first schema on: the next start finishes it, and every row is still there.

The rows are those of a real instance, brought into the first schema column by column. Killed are `xueji init` before and after the upgrade,
and after one of the statements that the migrations run, told by its number; the number of the schema is among them.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, select

from archive_service import migrations, models
from archive_service.db import Base, open_engine, writer
from archive_service.ids import new_id
from archive_service.services import indexing, intake, ledger
from archive_service.settings import ROOT
from archive_service.worker import Worker
from tests.faults.halts import Halts
from tests.faults.points import Point
from tests.faults.waiting import wait_for
from tests.functional.case_steps import Office
from tests.papers import hukou, jpeg

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

FIRST = "0001"
INIT = [sys.executable, "-m", "archive_service.cli", "init"]
REACHED_SECONDS = 60
STATEMENT = Point("statement-run", "init", "after", "alembic.ddl.impl:DefaultImpl._exec")
AROUND = (
    Point("putting-aside", "init", "before", "archive_service.instance:_put_aside"),
    Point("put-aside", "init", "before", "archive_service.migrations:upgrade"),
    Point("upgraded", "init", "after", "archive_service.migrations:upgrade"),
)
OFTEN = (1, 14)
SELDOM = sorted({*range(1, 25)} - {*OFTEN})  # all statements of an upgrade from the first schema; a later one adds its own
KILLS = [
    *(pytest.param(STATEMENT, number, id=f"statement {number}") for number in OFTEN),
    *(pytest.param(STATEMENT, number, id=f"statement {number}", marks=pytest.mark.slow) for number in SELDOM),
    *(pytest.param(point, 1, id=point.name, marks=pytest.mark.slow) for point in AROUND),
]
BOTH = ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.slow])]


@pytest.fixture(params=BOTH)
def kind_of_database(request):
    """PostgreSQL in the longer set."""
    return request.param


@pytest.fixture
def old(archive, make, kind_of_database, tmp_path, request):
    """A database of the first schema with the rows of an instance that has worked; its url."""
    fill(archive, make)
    if kind_of_database == "sqlite":
        (tmp_path / "old").mkdir()
        url, drop = f"sqlite:///{tmp_path / 'old' / 'archive.db'}", lambda: None
    else:
        server, name = request.getfixturevalue("postgres_server"), f"old_{new_id()}"
        url, drop = server.create_database(name), lambda: server.drop_database(name)
    engine = open_engine(url)
    command.upgrade(migrations.configuration(engine), FIRST)
    pour(archive.engine, engine)
    engine.dispose()
    yield url
    drop()


def fill(archive, make):
    """A case on its way, a paper that was read and found, the ledger of it all."""
    office = Office(archive, make)
    child = make.student(office.school, name="张三")
    office.illness_case(child)
    paper = intake.Incoming(jpeg(hukou("张三", child.id_no)), "a.jpg", student_id=child.id, kind="hukou_page")
    intake.receive(archive, paper, actor=office.registrar)
    Worker(archive).drain()
    indexing.rebuild(archive)
    ledger.seal(archive)


def tables_of(engine):
    described = MetaData()
    described.reflect(engine, only=lambda name, _: name != "alembic_version")
    return described


def pour(source, target):
    """The rows of a database into one of an earlier schema, as far as that has tables and columns for them."""
    there = tables_of(source).tables
    with source.connect() as giving, writer(target)() as taking:
        for table in tables_of(target).sorted_tables:
            columns = [there[table.name].c[column.name] for column in table.columns]
            rows = [dict(row) for row in giving.execute(select(*columns)).mappings()]
            if rows:
                taking.execute(table.insert(), rows)


def rows_of(url, described):
    """What stands in the tables and columns described, whatever else there is now."""
    engine = open_engine(url)
    with engine.connect() as connection:
        found = {table.name: sorted(map(repr, connection.execute(select(*table.columns)))) for table in described.sorted_tables}
    engine.dispose()
    return found


def described_at(url):
    engine = open_engine(url)
    described = tables_of(engine)
    engine.dispose()
    return described


def environment(url, folder, home):
    return {**os.environ, "XUEJI_HOME": str(home), "XUEJI_DATABASE__URL": url, "PYTHONPATH": str(folder)}


def killed_at(point, number, environ, halts):
    """Run the command until it has come to the point that many times, and kill it as it stands."""
    halts.arm(point)
    running = subprocess.Popen(INIT, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
    for left in range(number - 1, -1, -1):
        pid = halts.met(point, within_seconds=REACHED_SECONDS) if running.poll() is None else None
        if pid is None:
            break
        assert pid == running.pid
        if left:
            assert wait_for(lambda: is_stopped(running.pid), REACHED_SECONDS)
            halts.arm(point)
            running.send_signal(signal.SIGCONT)
    running.kill()
    return running.wait()


def is_stopped(pid):
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "T"


def schema_of(url):
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return migrations.current(engine), compare_metadata(context, Base.metadata)
    finally:
        engine.dispose()


@pytest.mark.parametrize(("point", "number"), KILLS)
def test_a_killed_upgrade_is_finished_and_loses_no_row(old, tmp_path, point, number):
    assert models.__all__
    described = described_at(old)
    before = rows_of(old, described)
    assert sum(map(len, before.values())) > 50
    halts = Halts(tmp_path / "halts", [point])
    environ = environment(old, halts.folder, tmp_path / "home2")
    assert killed_at(point, number, environ, halts) == -signal.SIGKILL, "it was done before it could be killed"
    assert schema_of(old)[0] in {revision.revision for revision in every_revision(old)}
    assert rows_of(old, described) == before, "as it lies there after the kill"
    finished = subprocess.run(INIT, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert schema_of(old) == (migrations.head(), [])
    assert rows_of(old, described) == before


def every_revision(url):
    engine = open_engine(url)
    script = migrations.ScriptDirectory.from_config(migrations.configuration(engine))
    engine.dispose()
    return script.walk_revisions()
