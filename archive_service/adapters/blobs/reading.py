"""A stored blob as a file that checks itself.

Lives here: `VerifyingStream`, plain bytes read in order, compared with the recorded digest where they end.
Not here: opening the cipher (`store`). The web streams from it, so a page never waits for a whole blob.
"""

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from archive_service.adapters.blobs.digests import Digests

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class VerifyingStream(io.RawIOBase):
    """Reads an iterator of chunks; `check` is called with what was counted before the end is reported.

    Bytes are handed out before they could be checked: whoever must not act on damaged bytes reads to the end first.
    """

    def __init__(self, chunks: Iterator[bytes], check: Callable[[Digests], None]) -> None:
        self._chunks = chunks
        self._check = check
        self._counted = Digests(with_sm3=False)
        self._held = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        if not self._held:
            self._held = memoryview(self._next())
        room = memoryview(buffer).cast("B")
        size = min(len(room), len(self._held))
        room[:size] = self._held[:size]
        self._held = self._held[size:]
        return size

    def _next(self) -> bytes:
        for chunk in self._chunks:
            if chunk:
                self._counted.add(chunk)
                return chunk
        self._check(self._counted)
        return b""

    def close(self) -> None:
        close = getattr(self._chunks, "close", None)  # a generator holding a file or a connection
        if close:
            close()
        super().close()
