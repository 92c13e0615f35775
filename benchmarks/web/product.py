"""The product, started by its command line as it is installed, and the processor time of each of its roles.

Lives here: loading a part of the county, starting and stopping. Not here: who uses it (crowd).
Two settings differ from the defaults, since a hundred people share fewer accounts here: sessions of an account, requests of an account.
"""

import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from archive_service.settings import ROOT, Settings, load

READY_SECONDS, END_SECONDS = 120, 60
TICKS = os.sysconf("SC_CLK_TCK")
ROLES = {"gunicorn": "web", "keeper": "keeper", "gate": "gate", "reader": "reader", "postgres:": "database"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Product:
    """An instance; `database_url` empty: SQLite."""

    home: Path
    database_url: str
    port: int = field(default_factory=free_port)

    @property
    def settings(self) -> Settings:
        return load(self.environment)

    @property
    def environment(self) -> dict[str, str]:
        shared = {"XUEJI_ACCOUNTS__SESSIONS_AT_MOST": "20", "XUEJI_API__REQUESTS_PER_MINUTE": "100000"}
        return {
            **os.environ,
            **shared,
            "XUEJI_HOME": str(self.home),
            "XUEJI_PORT": str(self.port),
            "XUEJI_DATABASE__URL": self.database_url,
        }

    def run(self, *command: str) -> subprocess.Popen[bytes]:
        """A command of its command line."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "benchmark.log").open("ab") as log:
            line = [sys.executable, "-m", "archive_service.cli", *command]
            return subprocess.Popen(line, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def answers(self) -> bool:
        with suppress(URLError, OSError), urlopen(f"http://127.0.0.1:{self.port}/api/v1/health", timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def cpu_seconds(self) -> dict[str, float]:
        """Processor seconds so far by role, of all processes that serve this instance."""
        used: dict[str, float] = defaultdict(float)
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                role = next((role for mark, role in ROLES.items() if mark in command), None)
                if role and self._serves(folder, role):
                    used[role] += sum(map(int, (folder / "stat").read_text().rpartition(")")[2].split()[11:13])) / TICKS
        return dict(used)

    def _serves(self, folder: Path, role: str) -> bool:
        if role == "database":
            return "benchmark_web" in (folder / "cmdline").read_text("utf-8", "replace")
        return f"XUEJI_HOME={self.home}\0".encode() in (folder / "environ").read_bytes()


def load_part(product: Product, share: float) -> None:
    """Fill an empty instance with a part of the county, by the product's own command."""
    for command in (("init",), ("demo", "load", "--scale", str(share))):
        if product.run(*command).wait():
            raise SystemExit(f"{command[0]} failed:\n{_tail(product)}")


@contextmanager
def running(product: Product) -> Iterator[None]:
    """Up inside the block."""
    up = product.run("up", "--verbose")
    try:
        until = time.monotonic() + READY_SECONDS
        while not product.answers():
            if up.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"the instance does not come up:\n{_tail(product)}")
            time.sleep(0.2)
        yield
    finally:
        up.terminate()
        up.wait(END_SECONDS)


def _tail(product: Product) -> str:
    return (product.home / "benchmark.log").read_text("utf-8", "replace")[-2_000:]
