"""Killing a command while it works. Not a test itself."""

import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence

from archive_service.settings import ROOT
from tests.faults.waiting import wait_for

REACHED_SECONDS, LOOK_SECONDS = 60, 0.005


def kill_when(reached: Callable[[], bool], command: Sequence[str], environ: Mapping[str, str]) -> None:
    """Start a command and kill it with SIGKILL once it has come so far; one that was done before fails the test."""
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
    wait_for(lambda: process.poll() is not None or reached(), REACHED_SECONDS, every_seconds=LOOK_SECONDS)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it was done before it could be killed"
