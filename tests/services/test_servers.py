"""The servers the tests start: shared by all who use them, stopped by the last, and missed aloud."""

import os
import shutil
import signal
import subprocess
import sys
from uuid import uuid4

import psycopg
import pytest

from tests.services import postgres, sharing
from tests.services.sharing import need, shared


@pytest.mark.postgres
def test_databases_are_made_in_utf_8_and_dropped(postgres_server):
    name = f"probe_{uuid4().hex}"
    url = postgres_server.create_database(name).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        assert connection.execute("show server_encoding").fetchone() == ("UTF8",)
    postgres_server.drop_database(name)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


@pytest.mark.faults
@pytest.mark.postgres
def test_a_killed_cluster_comes_up_again(monkeypatch):
    folder = sharing.service_folder(f"postgres-{os.getpid()}")
    monkeypatch.setattr(postgres, "service_folder", lambda _: folder)
    with postgres.running_postgres():
        pid = int((folder / "cluster" / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        with postgres.running_postgres() as again:
            assert again.create_database("after").endswith("/after")
    shutil.rmtree(folder)


def test_the_last_user_stops_it_and_a_killed_one_does_not_count(tmp_path):
    log = tmp_path / "log"
    use = (
        "import pathlib, sys, time\n"
        "from tests.services.sharing import shared\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "def note(what):\n"
        "    with (folder / 'log').open('a') as log:\n"
        "        log.write(what)\n"
        "with shared(folder, lambda: note('<'), lambda: note('>')):\n"
        "    print('up', flush=True)\n"
        "    sys.stdin.readline()\n"
    )

    def user():
        process = subprocess.Popen(
            [sys.executable, "-c", use, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_env()
        )
        process.stdout.readline()
        return process

    first, second, third = user(), user(), user()
    second.kill()
    for process in (second, first, third):
        assert log.read_text() == "<<<"
        process.communicate("\n")
    assert log.read_text() == "<<<>"


def test_what_fails_to_start_is_not_held(tmp_path):
    def fail():
        raise RuntimeError

    for _ in range(2):
        with pytest.raises(RuntimeError), shared(tmp_path, fail, fail):
            pass


def test_a_missing_program_fails_the_test_and_says_what_to_install():
    with pytest.raises(pytest.fail.Exception, match="apt-get install the-package"):
        need(["no-such-program"], "the-package")


def _env():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
