"""The doctor's quick checks for whoever asks often: looked at once a minute at most in each process, without a write.

Lives here: `QuickLook`. Not here: the checks (doctor), the figures made of them (metrics). Several threads that ask at once wait for the
one that looks, and get what it found.
"""

import threading
import time
from collections.abc import Callable

from archive_service.archive import Archive
from archive_service.services.doctor import examine
from archive_service.services.doctor_model import Finding

KEPT_SECONDS = 60.0


class QuickLook:
    """What the quick checks found last; a look that fails is not kept."""

    def __init__(self, archive: Archive, *, seconds: float = KEPT_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._archive, self._seconds, self._clock = archive, seconds, clock
        self._lock = threading.Lock()
        self._found: tuple[Finding, ...] = ()
        self._stale_at = float("-inf")

    def findings(self) -> tuple[Finding, ...]:
        """Of now, or of at most a minute ago."""
        with self._lock:
            if self._clock() >= self._stale_at:
                self._found = tuple(examine(self._archive, is_running=True, thorough=False, may_write=False))
                self._stale_at = self._clock() + self._seconds
            return self._found
