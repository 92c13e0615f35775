"""A real instance in processes of its own, started by its command line, that can be killed in part or whole.

Lives here: starting, finding and killing its processes, and the registrar who hands papers in. Not here: handing in (`sender`),
counting what is left (`tally`). Kills are SIGKILL: nobody gets to tidy up. Reading is canned; everything else is the product.
"""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from archive_service import instance as instances
from archive_service.adapters.reader import LocalReader
from archive_service.archive import Archive, open_archive
from archive_service.rules.access import Role
from archive_service.services import tokens
from archive_service.services.tokens import NewToken
from archive_service.settings import ROOT, Settings, load
from tests.factories import Make
from tests.faults.halts import Halts
from tests.faults.points import Point
from tests.faults.waiting import wait_for
from tests.services.sharing import free_port

READY_SECONDS, END_SECONDS = 90, 30
ROLES = {"web": ["gunicorn"], "gate": ["archive_service.processes", "gate"], "reader": ["archive_service.processes", "reader"],
         "keeper": ["archive_service.processes", "keeper"]}  # fmt: skip
QUICK = {  # so that what was killed is taken over in seconds; the proportions are those of the defaults
    "XUEJI_READING__ENGINE": "canned",
    "XUEJI_JOBS__LEASE_SECONDS": "4",
    "XUEJI_JOBS__HEARTBEAT_SECONDS": "1",
    "XUEJI_JOBS__POLL_SECONDS": "0.1",
    "XUEJI_JOBS__BACKOFF_SECONDS": "0.5",
    "XUEJI_SERVICE__WEB_PROCESSES": "1",
    "XUEJI_API__REQUESTS_PER_MINUTE": "1000000",
    "XUEJI_INTAKE__SNIFF_SECONDS": "20",  # a busy machine is not what is tested
}


class Instance:
    """One instance and the registrar of a school in it."""

    def __init__(self, home: Path, *, database_url: str = "", points: Sequence[Point] = (), **more: str) -> None:
        """Make its folder and people. `points`: where its processes may be stopped; `more`: settings, as in the environment."""
        self.home, self.port = home, free_port()
        self.halts = Halts(home.with_name(f"{home.name}-halts"), points)
        chosen = {"XUEJI_HOME": str(home), "XUEJI_PORT": str(self.port), "XUEJI_DATABASE__URL": database_url, **more}
        self.environ = {**os.environ, **QUICK, **chosen, "PYTHONPATH": str(self.halts.folder)}
        self._up: subprocess.Popen[bytes] | None = None
        self.settings: Settings = load(self.environ)
        instances.prepare(self.settings)
        self.archive: Archive = open_archive(self.settings, paper_reader=LocalReader(self.settings))
        make = Make(self.archive)
        school = make.tree()[3]
        self.student = make.student(school, name="张三")
        self.registrar = make.actor(Role.SCHOOL_REGISTRAR, school)
        self.token = tokens.create(self.archive, str(self.registrar.account_id), NewToken("faults"), self.registrar).text

    @property
    def log(self) -> str:
        """What its processes have written so far."""
        path = self.home / "up.log"
        return path.read_text("utf-8", errors="replace") if path.exists() else ""

    def start(self, *, file_bytes: int | None = None) -> None:
        """Start it and wait until it answers; no file may grow beyond `file_bytes`, as on a disk that is nearly full."""
        self.launch(file_bytes=file_bytes)
        self.await_answers()

    def launch(self, *, file_bytes: int | None = None) -> None:
        """Start it without waiting, for what is killed while it starts."""
        with (self.home / "up.log").open("ab") as log:
            self._up = subprocess.Popen(
                [sys.executable, "-m", "archive_service.cli", "up", "--verbose"],
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=None if file_bytes is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes)),  # noqa: PLW1509 (one call, no lock)
            )

    def await_answers(self) -> None:
        """Wait until the web is up."""
        assert wait_for(self.answers, READY_SECONDS), self.log[-3000:]

    def answers(self) -> bool:
        """Whether the web is up."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/api/v1/health")
            return connection.getresponse().status < 400
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def set(self, **more: str) -> None:
        """Change settings for the next start."""
        self.environ |= more

    def kill(self, role: str) -> None:
        """Kill a role's processes; the supervisor starts them again."""
        assert wait_for(lambda: any(self._of(role)), READY_SECONDS), f"no {role} to kill\n{self.log[-3000:]}"
        for pid in list(self._of(role)):
            _kill_group(pid)

    def kill_one(self, pid: int) -> None:
        """Kill one process, wherever it stands; whoever started it starts another."""
        os.kill(pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """Kill everything at once, as a power cut does."""
        assert self._up
        everyone = list(_family(self._up.pid))
        for pid in everyone:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._up.wait(END_SECONDS)
        assert wait_for(lambda: not any(map(_is_alive, everyone)), END_SECONDS)

    def kill_supervisor(self, *, stopped: int | None = None) -> None:
        """Kill the supervisor alone, and one that is stopped; its children end by themselves, or a port and leases would stay taken."""
        assert self._up
        everyone = list(_family(self._up.pid))
        self._up.kill()
        if stopped:
            self.kill_one(stopped)
        self._up.wait(END_SECONDS)
        assert wait_for(lambda: not any(map(_is_alive, everyone)), END_SECONDS), "children outlive their supervisor"

    def ended(self) -> int:
        """Wait until it ends by itself; its exit status."""
        assert self._up
        return self._up.wait(END_SECONDS)

    def stop(self) -> None:
        """End it the way an operator does."""
        if self._up and self._up.poll() is None:
            self._up.terminate()
            self._up.wait(END_SECONDS)

    def close(self) -> None:
        """Leave nothing running."""
        if self._up and self._up.poll() is None:
            self.kill_all()
        self.archive.close()

    def _of(self, role: str) -> Iterator[int]:
        assert self._up
        for pid in _children(self._up.pid):
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
                if all(word in words for word in ROLES[role]):
                    yield pid


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # each role's process leads a group of its own


def _children(pid: int) -> Iterator[int]:
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            yield from map(int, listing.read_text().split())


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in _children(pid):
        yield from _family(child)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
