"""One server for all pytest workers and runs of a user, started by the first and stopped by the last.

Lives here: the file locks that count users without a list of process ids, where servers keep their data, free ports.
Not here: any particular server (`postgres`, `ceph`).
"""

import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def service_folder(name: str) -> Path:
    """Kept between runs, because a restart takes a fraction of the first start; short, because it holds sockets."""
    folder = Path(tempfile.gettempdir()) / f"xueji-test-services-{os.getuid()}" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def shared(folder: Path, start: Callable[[], object], stop: Callable[[], object]) -> Iterator[None]:
    """Keep a server up while anybody uses it.

    `start` does nothing when the server is up already. Every user holds a shared lock that the kernel drops with the
    process, so whoever can take it alone is the last, also after some have been killed.
    """
    with (folder / "gate.lock").open("w") as gate, (folder / "users.lock").open("w") as users:
        fcntl.flock(gate, fcntl.LOCK_EX)
        start()
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(gate, fcntl.LOCK_EX)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                stop()


def free_port() -> int:
    """A loopback port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def need(programs: list[str], packages: str) -> None:
    """Fail the test, never skip it, where a program is missing."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        pytest.fail(f"missing: {', '.join(missing)}. Run `make setup` or: apt-get install {packages}", pytrace=False)
