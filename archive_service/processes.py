"""The processes of a running instance, and the one that watches over them.

Lives here: what each role runs, `Supervisor` (starts them, starts again what dies, ends all on a signal).
Not here: the work (worker, app). The supervisor is the only process a person starts; when it is killed outright its
children end too, so that no port and no lease stays taken.
"""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import structlog

from archive_service import logs
from archive_service.archive import opened
from archive_service.keeper import Keeper
from archive_service.settings import ROOT, Settings, environment, load
from archive_service.worker import GATE, READING, Worker

log = structlog.get_logger()
PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 10  # a page being read is given up after this; its job is taken over at the next start
HEARTBEAT_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir()  # noqa: S108 (gunicorn makes files of its own there)
HEALTHY_SECONDS = 30  # a child that lived this long is started again at once


@dataclass(frozen=True)
class Role:
    """A kind of process and how many of it run.

    `once`: it ends by itself when its work is done, and is started again only when it was killed.
    `speaks`: what it says is for the person at the terminal, not for the log.
    """

    name: str
    command: Sequence[str]
    number: int = 1
    once: bool = False
    speaks: bool = False


def roles(settings: Settings) -> list[Role]:
    """The processes of an instance: web, gate (opening and judging), readers, keeper."""
    service = settings.service
    web = [
        sys.executable, "-m", "gunicorn", "--bind", f"{service.host}:{service.port}", "--workers", str(service.web_processes),
        "--threads", str(service.web_threads), "--worker-class", "gthread", "--timeout", "120", "--graceful-timeout", "15",
        "--worker-tmp-dir", HEARTBEAT_FOLDER, "--log-level", "warning", "--no-control-socket", "archive_service.app:wsgi()",
    ]  # fmt: skip
    this = [sys.executable, "-m", "archive_service.processes"]
    return [
        Role("web", web),
        Role("keeper", [*this, "keeper"]),
        Role("gate", [*this, "gate"]),
        Role("reader", [*this, "reader"], service.workers),
    ]


@dataclass
class Child:
    """A running process of a role."""

    role: Role
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    again_at: float | None = None  # when one that has ended is started again


@dataclass
class Supervisor:
    """Runs all roles, and `helpers` beside them, until told to stop.

    What the processes write goes to `log` where one is given, and to this process's own output otherwise.
    """

    settings: Settings
    helpers: Sequence[Role] = ()
    log: Path | None = None
    children: list[Child] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._told_by: str | None = None

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Start every process; call it from the thread that stays, since children end with the thread that started them."""
        self._note("service started", pid=os.getpid())  # without a stop before it, the run before was killed
        for role in (*roles(self.settings), *self.helpers):
            self.children += [self._started(role) for _ in range(role.number)]

    def has_died(self, name: str) -> bool:
        """Whether every process of a role has ended, for whoever waits for it to come up."""
        return all(child.process.poll() is not None for child in self.children if child.role.name == name)

    def watch(self) -> None:
        """Start again what dies, until `stop`; then end everything."""
        while not self._stopping.wait(0.2):
            for child in list(self.children):
                if child.process.poll() is not None:
                    self._ended(child)
        self._note("service stopping", signal=self._told_by)
        self.end_all()
        self._note("service stopped")

    def stop(self, signal_number: int | None = None, *_: object) -> None:
        """Begin to end; safe in a signal handler."""
        self._told_by = signal.Signals(signal_number).name if signal_number else None
        self._stopping.set()

    def _note(self, event: str, **facts: object) -> None:
        if self.log:
            logs.note(self.log, self.settings.log, event, **facts)

    def _ended(self, child: Child) -> None:
        if child.role.once and child.process.returncode >= 0:
            self.children.remove(child)
            return
        now = time.monotonic()
        if child.again_at is None:
            child.failures = 0 if now - child.started > HEALTHY_SECONDS else child.failures + 1
            child.again_at = now + min(2**child.failures - 1, 30)  # each waits for itself: one that flaps holds up no other
            log.warning("process ended", role=child.role.name, status=child.process.returncode, failures=child.failures)
            self._note("process ended", role=child.role.name, status=child.process.returncode, failures=child.failures)
        if now >= child.again_at:
            fresh = self._started(child.role)
            child.process, child.started, child.again_at = fresh.process, fresh.started, None

    def _started(self, role: Role) -> Child:
        with self._output(role) as output:
            process = subprocess.Popen(
                role.command,
                cwd=ROOT,  # modules are looked for there first: never run what happens to lie where the person stood
                env=environment(self.settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 (one prctl call, no lock)
                start_new_session=True,
            )
        return Child(role, process, time.monotonic())

    def _output(self, role: Role) -> AbstractContextManager[BinaryIO | None]:
        return self.log.open("ab") if self.log and not role.speaks else nullcontext()

    def end_all(self) -> None:
        """End every process, the unwilling ones by force."""
        for child in self.children:
            child.process.terminate()
        limit = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            try:
                child.process.wait(max(limit - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run_role(name: str, settings: Settings) -> None:
    """Be a worker or the keeper until a signal comes."""
    with opened(settings) as archive:
        makers: dict[str, Callable[[], Worker | Keeper]] = {
            "gate": lambda: Worker(archive, GATE, role="gate"),
            "reader": lambda: Worker(archive, READING, role="reader"),
            "keeper": lambda: Keeper(archive),
        }
        running = makers[name]()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: running.stop())
        running.run()


def _end_process(fault: threading.ExceptHookArgs) -> None:
    """Let an unexpected fault of any thread end the whole process, so that the supervisor starts it again.

    Ending at once is safe: it is what a kill does, and every act survives that.
    """
    log.error("thread ended", thread=fault.thread.name if fault.thread else None, exc_info=fault.exc_value)
    os._exit(1)


def main() -> None:
    """Entry of `python -m archive_service.processes ROLE`, started by the supervisor."""
    settings = load()
    logs.configure(settings.log)
    threading.excepthook = _end_process
    run_role(sys.argv[1], settings)


if __name__ == "__main__":
    main()
