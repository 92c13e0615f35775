"""Functions the sandbox tests call in a child: well-behaved, slow, greedy, crashing, hostile."""

import ctypes
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Look:
    no: int
    colour: Colour
    on: date
    picture: bytes


class Unreadable(Exception):
    """Declared; its `__init__` does not fit its `args`, as with many."""

    def __init__(self, page, *, advice):
        super().__init__(f"page {page}")
        self.advice = advice


def look(no, picture):
    return Look(no, Colour.RED, date(2026, 9, 1), picture * 2)


def who():
    return os.getpid()


def environment():
    return dict(os.environ)


def declared():
    raise Unreadable(3, advice="重新扫描")


def undeclared():
    raise KeyError("x")


def noisy():
    sys.stdout.write("to standard output\n")
    sys.stdout.flush()
    os.write(1, b"and below it\n")
    return "heard"


def sleep(seconds):
    time.sleep(seconds)
    return "slept"


def hold_the_interpreter(seconds):
    ctypes.PyDLL(None).sleep(seconds)  # PyDLL keeps the lock while it sleeps


def segfault():
    ctypes.string_at(0)


def leave():
    os._exit(7)


def take(megabytes):
    held = bytearray(megabytes << 20)
    for place in range(0, len(held), 4096):
        held[place] = 1
    time.sleep(0.2)
    return len(held)


def take_in_small_bites(megabytes):
    held = []
    for _ in range(megabytes):
        held.append(os.urandom(1 << 20))
        time.sleep(0.001)
    return len(held)


def grandchild_that_takes(megabytes):
    code = f"import os, time; x = os.urandom({megabytes} << 20); time.sleep(30)"
    return subprocess.run(["python3", "-c", code], check=True).returncode


def grandchild(pid_file):
    process = subprocess.Popen(["sleep", "60"])
    pid_file.write_text(str(process.pid))
    process.wait()


def kill_self():
    os.kill(os.getpid(), signal.SIGKILL)


class Evil:
    """Comes back as a call to whatever an attacker likes."""

    def __reduce__(self):
        return os.system, ("touch /tmp/should-not-be",)


def evil():
    return Evil()


def foreign():
    return pickle.PickleBuffer, ctypes.c_int(3).__class__
