"""A new index built beside the serving one.

Lives here: `EmbeddedRebuild`, from the empty directory to the switch of the pointer. Serving goes on meanwhile.
Not here: the order of work (pages from rows, then jobs above the snapshot, then the switch: `services/search.py`).
"""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archive_service.adapters.search_index.embedded.cache import ByteCache
from archive_service.adapters.search_index.embedded.layout import (
    REBUILD_LOCK,
    locked,
    new_directory,
    remove_others,
    switch_to,
)
from archive_service.adapters.search_index.embedded.manifest import Manifest, read_manifest, write_manifest
from archive_service.adapters.search_index.embedded.snapshot import open_snapshot
from archive_service.adapters.search_index.embedded.writer import commit
from archive_service.adapters.search_index.interface import Batch

if TYPE_CHECKING:
    from archive_service.adapters.search_index.entries import PageEntry

SEGMENT_PAGES = 20_000  # at up to 20 kB a page, 400 MB while one is written


class EmbeddedRebuild:
    """Collects batches and writes them as few large segments. One at a time in an installation."""

    def __init__(self, root: Path, fingerprint: str) -> None:
        self._fingerprint = fingerprint
        self._pending: dict[int, PageEntry] = {}
        self._deleted: set[int] = set()
        self.job_id = 0
        self._held = ExitStack()
        self._held.enter_context(locked(root, REBUILD_LOCK, wait_seconds=0))
        remove_others(root)
        self._directory = new_directory(root)
        write_manifest(self._directory, Manifest(fingerprint))

    def add(self, batch: Batch) -> None:
        for entry in batch.upserts:
            known = self._pending.get(entry.page_id)
            if known is None or entry.version >= known.version:
                self._pending[entry.page_id] = entry
                self._deleted.discard(entry.page_id)
        for page_id in batch.deletes:
            self._pending.pop(page_id, None)
            self._deleted.add(page_id)
        self.job_id = max(self.job_id, batch.job_id)
        if len(self._pending) >= SEGMENT_PAGES:
            self.flush()

    def serve(self, *, after: int) -> None:
        """Switches the pointer, with a later generation than the one before. The caller holds the writer lock."""
        self.flush()
        manifest = read_manifest(self._directory, self._fingerprint)
        write_manifest(self._directory, replace(manifest, generation=max(manifest.generation, after + 1), job_id=self.job_id))
        switch_to(self._directory)
        self._held.close()

    def abandon(self) -> None:
        self._pending.clear()
        remove_others(self._directory.parent)
        self._held.close()

    def flush(self) -> None:
        """Writes what has been collected."""
        if not (self._pending or self._deleted):
            return
        before = open_snapshot(self._directory, self._fingerprint, ByteCache(0))
        commit(before, Batch(tuple(self._pending.values()), tuple(self._deleted), self.job_id))
        self._pending.clear()
        self._deleted.clear()
