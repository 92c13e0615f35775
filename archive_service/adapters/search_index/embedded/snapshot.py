"""One generation of an index, open for reading; and the watch for a newer one.

Lives here: `Snapshot` (segments with the pages still alive) and `Reader`, which any process uses and which looks for a
new generation at most every 200 ms. A query keeps the snapshot it began with; segments that stay are not opened again.
Not here: writing (`writer.py`), answering (`rows.py`).
"""

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archive_service.adapters.search_index.embedded.cache import ByteCache
from archive_service.adapters.search_index.embedded.evaluate import Mask
from archive_service.adapters.search_index.embedded.layout import POINTER, current_directory
from archive_service.adapters.search_index.embedded.manifest import (
    CONDEMNED,
    MANIFEST,
    Manifest,
    SegmentEntry,
    check_files,
    read_manifest,
)
from archive_service.adapters.search_index.embedded.segment import Segment

LOOK_EVERY_SECONDS = 0.2
TRIES = 5  # a writer may remove old files between our reading the manifest and opening them
PAUSE_SECONDS = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class LiveSegment:
    """A segment and which of its pages are still there."""

    segment: Segment
    entry: SegmentEntry
    alive: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All of an index at one generation."""

    directory: Path
    manifest: Manifest
    segments: tuple[LiveSegment, ...]


def open_snapshot(directory: Path, fingerprint: str, cache: ByteCache, before: Snapshot | None = None) -> Snapshot:
    """Opens the index in a directory, taking over segments that are open already.

    Raises:
        FileNotFoundError: there is none, or a file of it is missing.
        BadIndex: it is damaged or foreign.
    """
    manifest = read_manifest(directory, fingerprint)
    same = before if before and before.directory == directory else None
    check_files(directory, manifest, trusted=same.manifest.files if same else {})
    opened = {live.segment.name: live for live in same.segments} if same else {}
    segments = tuple(_open_segment(directory, entry, cache, opened) for entry in manifest.segments)
    return Snapshot(directory, manifest, segments)


def _open_segment(directory: Path, entry: SegmentEntry, cache: ByteCache, opened: dict[str, LiveSegment]) -> LiveSegment:
    known = opened.get(entry.name)
    if known and known.entry == entry:
        return known
    alive = np.ones(entry.count, bool)
    if entry.gone_file:
        alive[np.fromfile(directory / entry.gone_file, np.int32)] = False
    segment = known.segment if known else Segment(directory, entry.name, cache)
    return LiveSegment(segment, entry, alive)


class Reader:
    """The newest snapshot of the index that the pointer in `root` names."""

    def __init__(self, root: Path, fingerprint: str, cache: ByteCache) -> None:
        self._root, self._fingerprint, self._cache = root, fingerprint, cache
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._process = os.getpid()
        self._seen: object = None
        self.look()

    def look(self) -> None:
        """Lets the next call look for a newer generation, however short a time ago the last look was."""
        self._looked_at = float("-inf")

    def snapshot(self) -> Snapshot:
        """The snapshot to answer from.

        Raises:
            FileNotFoundError: there is no index.
            BadIndex: it is damaged or foreign.
        """
        with self._lock:
            if os.getpid() != self._process:  # a forked child shares read positions with its parent: open anew
                self._process, self._snapshot = os.getpid(), None
            known = self._snapshot
            if known is None or time.monotonic() - self._looked_at > LOOK_EVERY_SECONDS:
                known = self._snapshot = self._look(known)
                self._looked_at = time.monotonic()
            return known

    def forget(self) -> None:
        """Lets go of the snapshot; queries under way keep theirs."""
        with self._lock:
            self._snapshot = None

    def _look(self, known: Snapshot | None) -> Snapshot:
        self._snapshot = None  # until the files have proved sound
        for pause in [PAUSE_SECONDS] * TRIES:
            try:
                return self._newest(known)
            except FileNotFoundError:
                if not (self._root / POINTER).exists():
                    raise
                time.sleep(pause)
        return self._newest(None)

    def _newest(self, known: Snapshot | None) -> Snapshot:
        directory = current_directory(self._root)
        facts = (directory / MANIFEST).stat()
        seen = (directory, facts.st_ino, facts.st_mtime_ns, (directory / CONDEMNED).exists())
        if known is None or seen != self._seen:
            known = open_snapshot(directory, self._fingerprint, self._cache, known)
            self._seen = seen
        return known
