"""How many requests one caller may make a minute, counted in this process.

Lives here: the counting. Not here: who counts as a caller (guard).
"""

import time
from collections import OrderedDict
from threading import Lock

from archive_service.errors import TooMany

WINDOW_SECONDS = 60
CALLERS_KEPT = 10_000


class RateLimit:
    """A fixed window a caller, counted in this process; several processes allow a little more, which does no harm."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = Lock()

    def take(self, caller: str) -> None:
        """Count one request. Raises TooMany."""
        window = int(time.monotonic() // WINDOW_SECONDS)
        with self._lock:
            began, count = self._counts.pop(caller, (window, 0))
            count = count + 1 if began == window else 1
            self._counts[caller] = (window, count)
            if len(self._counts) > CALLERS_KEPT:
                self._counts.popitem(last=False)
        if count > self._most:
            raise TooMany("请求过于频繁，请一分钟后再试。")
