"""One child process of a sandbox: starting it, asking it, watching it, ending it.

Lives here: the process and its watch. Not here: when a child is replaced (`sandbox`), what it does (`sandbox_child`).
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path

_CHILD = "archive_service.adapters.sandbox_child"
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_LOOK_SECONDS = 0.05
_END_SECONDS = 5

# The child needs none of the service's secrets. One thread: the machine's cores are shared out by number of workers.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")
_ADDED = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}


class SandboxError(Exception):
    """The call brought no answer; what the child was doing is gone, nothing else is touched."""


class TimedOut(SandboxError):
    """The call took longer than it was given; the child was killed."""


class Crashed(SandboxError):
    """The child died, took too much memory, or raised what nobody declared; the text says which, for the operator."""


class Child:
    """A running child process. Not thread-safe: the sandbox asks one thing at a time."""

    def __init__(self, peak_bytes: int, trusted: Sequence[str], start_seconds: float) -> None:
        """Start the process and wait until it is ready. Raises: TimedOut, Crashed."""
        self.calls = 0
        self._peak_bytes = peak_bytes
        self._channel, far_channel = Pipe()
        far_lifeline, self._lifeline = os.pipe()
        descriptors = far_channel.fileno(), far_lifeline
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _CHILD, *map(str, descriptors), str(peak_bytes), *trusted],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            pass_fds=descriptors,
            start_new_session=True,
        )
        far_channel.close()  # or the end of the child would not be seen
        os.close(far_lifeline)
        self._exchange(None, start_seconds)

    def ask(self, request: bytes, timeout_seconds: float) -> bytes:
        """Send a request and wait for the answer. Raises: TimedOut, Crashed; the child has then ended."""
        self.calls += 1
        return self._exchange(request, timeout_seconds)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def resident_bytes(self) -> int:
        """Memory in use by the child and all it has started."""
        return sum(map(_resident_bytes, _family(self._process.pid)))

    def kill(self) -> None:
        """Stop the child and what it has started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> int:
        """Leave nothing behind, not even a zombie; returns the exit code. Calling it again is fine."""
        if self._process.returncode is None:
            self.kill()
            self._process.wait(_END_SECONDS)
            self._channel.close()
            os.close(self._lifeline)
        return self._process.returncode

    def _exchange(self, request: bytes | None, timeout_seconds: float) -> bytes:
        watch = _Watch(self, timeout_seconds, self._peak_bytes)
        try:
            with watch:
                if request is not None:
                    self._channel.send_bytes(request)
                answer = self._channel.recv_bytes()
        except (EOFError, OSError) as error:
            raise watch.verdict or Crashed(_exit_reason(self.end())) from error
        finally:
            if watch.verdict:
                self.end()
        if watch.verdict:  # the answer came just when the child was killed
            raise watch.verdict
        return answer


class _Watch:
    """Kills a child that takes too long or too much memory while the caller waits for its answer."""

    def __init__(self, child: Child, timeout_seconds: float, peak_bytes: int) -> None:
        self.verdict: SandboxError | None = None
        self._child, self._timeout_seconds, self._peak_bytes = child, timeout_seconds, peak_bytes
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="sandbox-watch", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        deadline = time.monotonic() + self._timeout_seconds
        while not self._over.wait(max(0, min(_LOOK_SECONDS, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                self.verdict = TimedOut(f"超过 {self._timeout_seconds:g} 秒")
            elif self._child.resident_bytes() > self._peak_bytes:
                self.verdict = Crashed(f"内存超过 {self._peak_bytes >> 20} MB")
            if self.verdict:
                self._child.kill()
                return


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**kept, **_ADDED, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _exit_reason(code: int) -> str:
    if code >= 0:
        return f"退出码 {code}"
    return f"信号 {signal.Signals(-code).name}"


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):  # whoever has just ended has no children
        for listing in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in listing.read_text().split():
                yield from _family(int(child))


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError):  # has just ended
        return 0
