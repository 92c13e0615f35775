"""The child's side of a sandbox: `python -m archive_service.adapters.sandbox_child`, started by `sandbox_process` only.

Lives here: limits the child puts on itself, dying with the parent, and the loop that answers calls.
Not here: time limits and restarts, which are the parent's. It knows no settings, secrets, rows or stores.
"""

import fcntl
import importlib
import os
import resource
import select
import sys
import traceback
from multiprocessing.connection import Connection

from archive_service.adapters.sandbox_wire import Answer, Broke, Raised, Returned, decode_call, encode, is_trusted


def main(arguments: list[str]) -> None:
    """Arguments: descriptor of the channel, descriptor of the lifeline, memory in bytes, trusted packages."""
    channel, lifeline, memory_bytes, trusted = int(arguments[0]), int(arguments[1]), int(arguments[2]), arguments[3:]
    die_with_parent(lifeline)
    limit_self(memory_bytes)
    with Connection(channel) as connection:
        connection.send_bytes(b"ready")
        while True:
            try:
                request = connection.recv_bytes()
            except EOFError:
                return
            connection.send_bytes(encode(answer(request, trusted)))


def die_with_parent(lifeline: int) -> None:
    """Ask the kernel to end this process group when the parent's end of the pipe closes, however it closes.

    SIGIO's default is to end the process, so this works while a library holds the interpreter, and takes along what
    the child has started. (PR_SET_PDEATHSIG would fire when the thread that started us ends, not the process.)
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:
        sys.exit("the parent has gone")


def limit_self(memory_bytes: int) -> None:
    """A brake on allocations too sudden for the parent's watch; twice the limit, because much is reserved, never used."""
    resource.setrlimit(resource.RLIMIT_DATA, (2 * memory_bytes, 2 * memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold a child's papers


def load(module: str) -> None:
    """Import a module before the first call of one of its functions, so that importing does not count as its time."""
    importlib.import_module(module)


def answer(request: bytes, trusted: list[str]) -> Answer:
    """Do one call. What the function declares goes back as it is, anything else as text."""
    call = decode_call(request)
    module, _, name = call.target.partition(":")
    try:
        value = getattr(importlib.import_module(module), name)(*call.arguments)
    except Exception as error:  # noqa: BLE001 - handed to the parent, which raises it or replaces this process
        if is_trusted(type(error).__module__, trusted):
            return Raised(type(error), error.args, error.__dict__)
        return Broke(f"{type(error).__name__}: {error}", traceback.format_exc())
    return Returned(value)


if __name__ == "__main__":
    os.dup2(2, 1)  # what libraries print belongs with the messages
    main(sys.argv[1:])
