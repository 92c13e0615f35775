"""Calling a function in a child process that may be killed: for everything that opens bytes from outside.

Lives here: `Sandbox` (one lasting child with limits on memory and time) and `InProcess` (the same without a child, for
tests). Not here: the process (`sandbox_process`), its own side (`sandbox_child`), what is called (`reader`).
A child serves one call at a time and is replaced when it dies, hangs, grows, or has served long enough.
"""

import importlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Protocol, Self

from archive_service.adapters.sandbox_process import Child, Crashed, SandboxError, TimedOut
from archive_service.adapters.sandbox_wire import Broke, Call, NotTrusted, Raised, decode_answer, encode

_LOAD = "archive_service.adapters.sandbox_child:load"

__all__ = ["Caller", "Crashed", "InProcess", "Sandbox", "SandboxError", "TimedOut"]


class Caller(Protocol):
    """Calls `package.module:function`; what it returns and raises passes through."""

    def call(self, target: str, *arguments: object, timeout_seconds: float) -> Any: ...  # noqa: ANN401 - whatever the named function returns

    def close(self) -> None: ...


class Sandbox:
    """A child process that starts at the first call. Thread-safe; once started, not to be carried across a fork."""

    def __init__(
        self,
        *,
        memory_bytes: int,
        peak_bytes: int | None = None,
        recycle_calls: int = 1_000,
        start_seconds: float = 60,
        trusted: Sequence[str] = ("scanners",),
    ) -> None:
        """Set the limits; nothing is started yet.

        Args:
            memory_bytes: A child above this is replaced after its call. Counts what it has started, too.
            peak_bytes: A child above this is killed in the middle of its call; twice `memory_bytes` unless given.
            recycle_calls: A child is replaced after so many calls.
            start_seconds: Time to start a child, which does not count against the call.
            trusted: Packages whose classes and exceptions may come back. A child that has opened a hostile file is not
                to be believed, so nothing else is unpickled.
        """
        self._memory_bytes = memory_bytes
        self._peak_bytes = peak_bytes or 2 * memory_bytes
        self._recycle_calls = recycle_calls
        self._start_seconds = start_seconds
        self._trusted = tuple(trusted)
        self._child: Child | None = None
        self._lock = threading.Lock()

    def call(self, target: str, *arguments: object, timeout_seconds: float) -> Any:  # noqa: ANN401 - whatever the named function returns
        """Call the function in the child; waiting for an earlier call and starting a child do not count as its time.

        Raises:
            TimedOut: the child was killed.
            Crashed: it died, was killed for its memory, or the function raised something from outside `trusted`.
            Exception: from `trusted`, as the function raised it.
        """
        request = encode(Call(target, arguments))
        with self._lock, self._dropping_child_on_error():
            child = self._ready_child(target.partition(":")[0])
            answer = decode_answer(child.ask(request, timeout_seconds), self._trusted)
            if isinstance(answer, Broke):
                raise _crashed(answer)
            if child.calls >= self._recycle_calls or child.resident_bytes() > self._memory_bytes:
                self._drop_child()
        if isinstance(answer, Raised):
            raise answer.rebuilt()
        return answer.value

    def close(self) -> None:
        """End the child; a later call starts a new one."""
        with self._lock:
            self._drop_child()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _ready_child(self, module: str) -> Child:
        if self._child and not self._child.is_alive():
            self._drop_child()
        if self._child is None:
            self._child = Child(self._peak_bytes, self._trusted, self._start_seconds)
            self._child.ask(encode(Call(_LOAD, (module,))), self._start_seconds)
            self._child.calls = 0
        return self._child

    def _drop_child(self) -> None:
        if self._child:
            self._child.end()
            self._child = None

    @contextmanager
    def _dropping_child_on_error(self) -> Iterator[None]:
        """After anything out of the ordinary, an interrupt included, the child may be in any state: start afresh."""
        done = False
        try:
            yield
            done = True
        except NotTrusted as error:
            raise Crashed(f"子进程的答复不可信：{error}") from error
        finally:
            if not done:
                self._drop_child()


class InProcess:
    """Calls the function where it is called from, without limits; for tests that are not about limits."""

    def call(self, target: str, *arguments: object, timeout_seconds: float) -> Any:  # noqa: ANN401, ARG002 - part of the protocol
        module, _, name = target.partition(":")
        return getattr(importlib.import_module(module), name)(*arguments)

    def close(self) -> None:
        """Nothing to end."""


def _crashed(broke: Broke) -> Crashed:
    error = Crashed(broke.summary)
    error.add_note(broke.traceback)
    return error
