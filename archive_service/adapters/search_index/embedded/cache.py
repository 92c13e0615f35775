"""A cache bounded by bytes: the least recently used goes first. Shared by threads."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class ByteCache:
    """Keeps values up to a sum of bytes; a value of more than a quarter of it is not kept."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._held = 0
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:  # noqa: ANN401 - holds arrays and rows alike
        """The value, or None."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: object, size_bytes: int) -> None:
        if size_bytes > self._limit // 4:
            return
        with self._lock:
            self._held += size_bytes - self._values.pop(key, (None, 0))[1]
            self._values[key] = (value, size_bytes)
            while self._held > self._limit:
                self._held -= self._values.popitem(last=False)[1][1]

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self._held = 0
