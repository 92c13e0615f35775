"""Waiting for something to hold, within a time."""

import time
from collections.abc import Callable


def wait_for(holds: Callable[[], bool], seconds: float, *, every_seconds: float = 0.1) -> bool:
    """Wait until something holds; false when it did not in time."""
    limit = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > limit:
            return False
        time.sleep(every_seconds)
    return True
