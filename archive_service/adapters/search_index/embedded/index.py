"""The embedded engine behind the seam: the nine calls of `SearchIndex`.

Lives here: `open_index` and the adapter, which turns every doubt about the files into `IndexUnavailable`.
Not here: how pages are found (`rows.py`, `evaluate.py`) and written (`writer.py`).
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from archive_service.adapters.search_index.embedded.cache import ByteCache
from archive_service.adapters.search_index.embedded.layout import WRITER_LOCK, locked
from archive_service.adapters.search_index.embedded.manifest import BadIndex, Manifest, check_files, condemn
from archive_service.adapters.search_index.embedded.postings import LIBRARY
from archive_service.adapters.search_index.embedded.rebuild import EmbeddedRebuild
from archive_service.adapters.search_index.embedded.rows import Found, Rows, count_values, find
from archive_service.adapters.search_index.embedded.snapshot import Reader, Snapshot
from archive_service.adapters.search_index.embedded.writer import commit, tidy
from archive_service.adapters.search_index.entries import COLUMNS, FoldedPage, Scope
from archive_service.adapters.search_index.interface import NEAR_BELOW, Batch, Health, Hits, Rebuild, State, Window
from archive_service.adapters.search_index.plan import LabelField, Plan, strict
from archive_service.adapters.search_index.tokens import TOKENS_VERSION
from archive_service.errors import IndexUnavailable
from scanners.cjk_text import fold_digest

FORMAT_VERSION = 1
"""Raise when the files change their layout."""

MOST_SEGMENTS = 60
"""Beyond it a commit tidies up by itself; until then tidying waits for an idle moment (`apply` of an empty batch)."""

CACHE_BYTES = 100_000_000
LOCK_WAIT_SECONDS = 30.0

_NO_ROOM = "检索索引读写失败（磁盘可能已满），本次更新没有写入；已保存的材料不受影响。"
_NOT_NOW = "检索索引不存在或已损坏，正等待重建；已保存的材料不受影响。"


def open_index(root: Path, *, cache_bytes: int = CACHE_BYTES, lock_wait_seconds: float = LOCK_WAIT_SECONDS) -> "EmbeddedIndex":
    """Opens an installation, sound or not: `health` tells, and an unsound one answers nothing until rebuilt.

    `cache_bytes`: decoded lists and answers kept at most.
    """
    return EmbeddedIndex(root, ByteCache(cache_bytes), lock_wait_seconds)


def _fingerprint() -> str:
    facts = (FORMAT_VERSION, TOKENS_VERSION, fold_digest(), LIBRARY, COLUMNS)
    return hashlib.blake2b(repr(facts).encode(), digest_size=16).hexdigest()


class EmbeddedIndex:
    """A `SearchIndex` in a directory. One process writes at a time, any number reads; threads may share it."""

    def __init__(self, root: Path, cache: ByteCache, lock_wait_seconds: float) -> None:
        self._root = root
        self._lock_wait_seconds = lock_wait_seconds
        self._cache = cache
        self._fingerprint = _fingerprint()
        self._reader = Reader(root, self._fingerprint, self._cache)
        self._closed = False

    def fingerprint(self) -> str:
        return self._fingerprint

    def apply(self, batch: Batch) -> int:
        with locked(self._root, WRITER_LOCK, self._lock_wait_seconds):
            self._reader.look()
            with self._answering() as before:
                after = self._write(before, batch)
            self._reader.look()
            return after.generation

    def generation(self) -> int:
        with self._answering() as snapshot:
            return snapshot.manifest.generation

    def candidates(self, plan: Plan, scope: Scope, window: Window) -> Hits:
        if scope.is_empty:
            return Hits()
        exactly = strict(plan)
        with self._answering() as snapshot:
            exact = self._find(snapshot, exactly, scope)
            total = _count(exact)
            near: list[Found] = []
            if exactly != plan and total < NEAR_BELOW:
                near = [_beyond(found, sure) for found, sure in zip(self._find(snapshot, plan, scope), exact, strict=True)]
            hits = Rows.of(exact, near, window.sort).window(window)
        return Hits(hits, total, _count(near), exact=True, generation=snapshot.manifest.generation)

    def facets(self, plan: Plan, scope: Scope, fields: Sequence[LabelField]) -> dict[LabelField, dict[int, int]]:
        if scope.is_empty:
            return {field: {} for field in fields}
        with self._answering() as snapshot:
            found = self._find(snapshot, strict(plan), scope)
            return {field: count_values(found, field) for field in fields}

    def held(self) -> Iterator[FoldedPage]:
        with self._answering() as snapshot:
            for live in snapshot.segments:
                yield from live.segment.pages.pages(np.flatnonzero(live.alive).astype(np.int32))

    def begin_rebuild(self) -> Rebuild:
        return EmbeddedRebuild(self._root, self._fingerprint)

    def finish_rebuild(self, rebuild: Rebuild) -> bool:
        if not isinstance(rebuild, EmbeddedRebuild):
            raise TypeError("the rebuild was begun by another adapter")
        rebuild.flush()  # seconds of work that need no lock
        with locked(self._root, WRITER_LOCK, self._lock_wait_seconds):
            serving = self._serving()
            if rebuild.job_id < serving.job_id:
                return False
            rebuild.serve(after=serving.generation)
        self._reader.look()
        return True

    def health(self, *, deep: bool = False) -> Health:
        self._reader.look()
        try:
            snapshot = self._reader.snapshot()
            if deep:
                self._read_all(snapshot)
        except FileNotFoundError:
            return Health(State.MISSING, "检索索引不存在或不完整，需要重建")
        except BadIndex as error:
            return Health(error.state, f"{error}，需要重建")
        manifest = snapshot.manifest
        return Health(
            State.READY,
            generation=manifest.generation,
            pages=manifest.pages,
            job_id=manifest.job_id,
            segments=len(manifest.segments),
            size_bytes=manifest.size_bytes,
        )

    def close(self) -> None:
        self._closed = True
        self._reader.forget()
        self._cache.clear()

    def _write(self, before: Snapshot, batch: Batch) -> Manifest:
        if not batch.upserts and not batch.deletes and batch.job_id <= before.manifest.job_id:
            return tidy(before)
        after = commit(before, batch)
        if len(after.segments) <= MOST_SEGMENTS:
            return after
        self._reader.look()
        return tidy(self._reader.snapshot())

    def _read_all(self, snapshot: Snapshot) -> None:
        try:
            check_files(snapshot.directory, snapshot.manifest, trusted={}, read_up_to=math.inf)
        except BadIndex:
            condemn(snapshot.directory)
            raise

    def _serving(self) -> Manifest:
        self._reader.look()
        try:
            return self._reader.snapshot().manifest
        except (FileNotFoundError, BadIndex):
            return Manifest(self._fingerprint)  # nothing sound serves: whatever was built is better

    @contextmanager
    def _answering(self) -> Iterator[Snapshot]:
        """The snapshot to work on. Whatever is wrong with its files becomes the one answer: not now, nothing is lost."""
        if self._closed:
            raise IndexUnavailable("检索索引已关闭。")
        try:
            snapshot = self._reader.snapshot()
        except (OSError, BadIndex) as error:
            raise IndexUnavailable(_NOT_NOW) from error
        try:
            yield snapshot
        except BadIndex as error:
            condemn(snapshot.directory)
            self._reader.forget()
            raise IndexUnavailable(_NOT_NOW) from error
        except OSError as error:
            raise IndexUnavailable(_NO_ROOM) from error

    def _find(self, snapshot: Snapshot, plan: Plan, scope: Scope) -> list[Found]:
        return [find(live, plan, scope, self._cache) for live in snapshot.segments]


def _count(group: Sequence[Found]) -> int:
    return sum(len(found.docs) for found in group)


def _beyond(found: Found, sure: Found) -> Found:
    """The part of what was found that is not found exactly."""
    fresh = ~np.isin(found.docs, sure.docs, assume_unique=True)
    return Found(found.live, found.docs[fresh], found.rank[fresh])
