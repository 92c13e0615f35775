"""One service a data folder, one service a port: the two things `xueji up` makes sure of before it touches anything."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from archive_service.errors import Conflict
from archive_service.settings import Settings

RUNNING = "{home} 的服务已在运行（进程号 {pid}）；要重新启动，先在那个终端按 Ctrl-C。"
TAKEN = "端口 {port} 已被别的程序占用；停止那个程序，或换一个端口：XUEJI_PORT={next_port} xueji up"


@contextmanager
def only_one(settings: Settings) -> Iterator[str | None]:
    """Hold the data folder as long as the block runs; gives the process that held it last, if that was killed.

    Raises: Conflict (another process holds it).
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.home / "running.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(RUNNING.format(home=settings.home, pid=holder(settings) or "?"), code="running") from error
        file.seek(0)
        killed = file.read().strip() or None  # a clean end empties the file
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield killed
        finally:
            file.truncate(0)


def holder(settings: Settings) -> str | None:
    """The process that holds the data folder, if any."""
    path = settings.home / "running.lock"
    if not path.exists():
        return None
    with path.open("r", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read().strip()
    return None


def free_port(settings: Settings) -> None:
    """Insist that nobody listens at the address of the web. Raises Conflict."""
    service = settings.service
    family = socket.AF_INET6 if ":" in service.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((service.host, service.port))
        except OSError as error:
            raise Conflict(TAKEN.format(port=service.port, next_port=service.port + 1), code="port_taken") from error
