"""A throwaway PostgreSQL cluster from the system's own binaries.

Lives here: making, starting and stopping it, and databases inside it. Nothing of it is durable: fsync is off.
It listens on loopback only and trusts whoever connects. PostgreSQL refuses to run as root, so root runs it as `postgres`.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.services.sharing import free_port, service_folder, shared

_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


@dataclass(frozen=True)
class PostgresServer:
    """A running cluster."""

    port: int

    def url(self, database: str = "postgres") -> str:
        """The address of a database as SQLAlchemy writes it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """A database in UTF-8, empty or a copy of one nobody is connected to; returns its url."""
        statement = "create database {} template {} encoding 'UTF8' strategy file_copy"
        self._run(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database and whoever is still connected to it."""
        self._run(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(_address(self.port), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A cluster that is up inside the block, shared with other users of it."""
    cluster = _Cluster(service_folder("postgres"))
    with shared(cluster.folder, cluster.start, cluster.stop):
        yield PostgresServer(int(cluster.port_file.read_text()))


class _Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port_file = folder / "port"
        self._data = folder / "cluster" / "data"
        self._log = folder / "cluster" / "log"

    def start(self) -> None:
        if self._answers():
            return
        self.stop()
        (self._data / "postmaster.pid").unlink(missing_ok=True)  # a killed one's would stand in the way
        if not self._start():
            shutil.rmtree(self.folder / "cluster", ignore_errors=True)  # a cluster without fsync may not survive a kill
            if not self._start():
                pytest.fail(f"PostgreSQL does not start:\n{self._log.read_text()[-2000:]}", pytrace=False)

    def stop(self) -> None:
        if self._data.exists():
            self._pg("pg_ctl", "stop", "-m", "fast", "-w", "-t", "10")

    def _answers(self) -> bool:
        """By asking it: to `pg_ctl status` a killed server that nobody has waited for is still running."""
        if not self.port_file.exists():
            return False
        try:
            psycopg.connect(_address(int(self.port_file.read_text())), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _start(self) -> bool:
        if not (self._data / "PG_VERSION").exists():
            self._make()
        port = free_port()
        options = {**_OPTIONS, "port": str(port), "unix_socket_directories": str(self._data.parent)}
        flags = " ".join(f"-c {name}={value}" for name, value in options.items())
        started = self._pg("pg_ctl", "start", "-w", "-l", str(self._log), "-o", flags).returncode == 0
        self.port_file.write_text(str(port))
        return started

    def _make(self) -> None:
        self._data.parent.mkdir(mode=0o700, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(self._data.parent, "postgres", "postgres")
        made = self._pg("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        if made.returncode:
            pytest.fail(f"initdb failed:\n{made.stdout}", pytrace=False)

    def _pg(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*as_postgres, str(_binaries() / program), "-D", str(self._data), *arguments]
        # Output goes to a file: the server inherits it, and a pipe would never end.
        with (self.folder / "last-output").open("w+") as output:
            done = subprocess.run(command, stdout=output, stderr=output, cwd="/", check=False)
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read())


def _address(port: int) -> str:
    return f"host=127.0.0.1 port={port} user=postgres dbname=postgres"


def _binaries() -> Path:
    """Debian keeps the server's programs out of the path, by version; the newest is taken."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    in_path = shutil.which("initdb")
    if not in_path:
        pytest.fail("missing: PostgreSQL. Run `make setup` or: apt-get install postgresql", pytrace=False)
    return Path(in_path).parent
