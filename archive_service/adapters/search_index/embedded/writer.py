"""Changing an index: one batch is one new segment, some pages gone from older ones, and one commit.

Lives here: `commit` and `tidy` (small segments of like size become one).
Not here: locks and the choice of directory (`index.py`, `rebuild.py`). Callers hold the lock of the directory.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from archive_service.adapters.search_index.embedded.manifest import (
    MANIFEST,
    FileEntry,
    Manifest,
    SegmentEntry,
    seal,
    write_manifest,
)
from archive_service.adapters.search_index.embedded.segment import build_segment
from archive_service.adapters.search_index.embedded.snapshot import LiveSegment, Snapshot
from archive_service.adapters.search_index.entries import FoldedPage, PageEntry
from archive_service.adapters.search_index.interface import Batch

TIER_GROWTH = 10  # so many segments of one tier become one of the next
LOWEST_TIER_PAGES = 20
MOST_PAGES_TIDIED = 4_000  # some three seconds of work; larger segments wait for a rebuild


def commit(before: Snapshot, batch: Batch) -> Manifest:
    """Writes the batch; what is there in a newer version stays. A page both given and deleted is deleted."""
    deleted = set(batch.deletes)
    newest = {entry.page_id: entry for entry in sorted(batch.upserts, key=_version) if entry.page_id not in deleted}
    known = _known_versions(before, newest)
    fresh = [entry for entry in newest.values() if entry.version >= known.get(entry.page_id, entry.version)]
    outdated = deleted.union(entry.page_id for entry in fresh)
    return _write(before, map(FoldedPage.of, fresh), _without(before, outdated), batch.job_id)


def tidy(before: Snapshot) -> Manifest:
    """Makes one segment of the lowest tier that has too many; writes nothing when there is none."""
    chosen = _overfull_tier(before.segments)
    if not chosen:
        return before.manifest
    names = {live.segment.name for live in chosen}
    kept = {live.segment.name: np.flatnonzero(~live.alive) for live in before.segments if live.segment.name not in names}
    return _write(before, _pages_of(chosen), kept, before.manifest.job_id)


def _version(entry: PageEntry) -> int:
    return entry.version


def _known_versions(before: Snapshot, wanted: dict[int, PageEntry]) -> dict[int, int]:
    known: dict[int, int] = {}
    for live in before.segments:
        ids, versions = (live.segment.pages.column(name) for name in ("page_id", "version"))
        places = np.flatnonzero(live.alive & np.isin(ids, list(wanted)))
        known |= dict(zip(ids[places].tolist(), versions[places].tolist(), strict=True))
    return known


Gone = dict[str, "np.typing.NDArray[np.intp]"]
"""Of each segment that stays, the places that are gone."""


def _without(before: Snapshot, page_ids: set[int]) -> Gone:
    ids = sorted(page_ids)
    return {live.segment.name: np.flatnonzero(~live.alive | np.isin(live.segment.pages.column("page_id"), ids)) for live in before.segments}


def _write(before: Snapshot, pages: Iterator[FoldedPage], gone: Gone, job_id: int) -> Manifest:
    directory, manifest = before.directory, before.manifest
    files: dict[str, FileEntry] = {}
    entries = [_marked(directory, live.entry, gone[live.segment.name], files) for live in before.segments if live.segment.name in gone]
    name = f"s{manifest.generation + 1}x{uuid.uuid4().hex[:12]}"
    count, made = build_segment(directory, name, pages)
    if count:
        entries.append(SegmentEntry(name, count))
        files |= {path.name: seal(path) for path in made}
    after = manifest.next(job_id=job_id, segments=(entry for entry in entries if entry.live), files=files)
    write_manifest(directory, after)
    _sweep(directory, after)
    return after


def _marked(directory: Path, entry: SegmentEntry, places: "np.typing.NDArray[np.intp]", files: dict[str, FileEntry]) -> SegmentEntry:
    if len(places) == entry.gone:
        return entry
    path = directory / f"{entry.name}.{uuid.uuid4().hex[:12]}.gone"
    places.astype(np.int32).tofile(path)
    files[path.name] = seal(path)
    return SegmentEntry(entry.name, entry.count, len(places), path.name)


def _sweep(directory: Path, manifest: Manifest) -> None:
    """Removes what no longer belongs to the index, leftovers of killed writers included."""
    for path in directory.iterdir():
        if path.name not in manifest.files and path.name != MANIFEST:
            path.unlink(missing_ok=True)


def _overfull_tier(segments: Sequence[LiveSegment]) -> list[LiveSegment]:
    tiers: dict[int, list[LiveSegment]] = defaultdict(list)
    for live in segments:
        tiers[_tier(live.entry.live)].append(live)
    for _, members in sorted(tiers.items()):
        chosen = members[: 2 * TIER_GROWTH]
        if len(members) >= TIER_GROWTH and sum(live.entry.live for live in chosen) <= MOST_PAGES_TIDIED:
            return chosen
    return []


def _tier(pages: int) -> int:
    tier, limit = 0, LOWEST_TIER_PAGES
    while pages > limit:
        tier, limit = tier + 1, limit * TIER_GROWTH
    return tier


def _pages_of(segments: Sequence[LiveSegment]) -> Iterator[FoldedPage]:
    for live in segments:
        yield from live.segment.pages.pages(np.flatnonzero(live.alive).astype(np.int32))
