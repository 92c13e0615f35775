"""Putting made-up papers into a store by the hundred thousand: nothing is flushed or read back one by one.

Lives here: `bulk_put` and `flush`. The order of the house is kept (bytes on the disk, then rows); a power cut in between costs a batch that
nobody was promised. A real paper goes through `BlobStore.put`, which proves each one before it is acknowledged.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from archive_service.adapters.blobs import Bucket, StoredBlob, open_store
from archive_service.adapters.blobs.backend import About
from archive_service.adapters.blobs.digests import Digests
from archive_service.settings import Settings

Put = Callable[[str, bytes, str], StoredBlob]  # key, content, media type
NO_CIPHER = "none"


def bulk_put(settings: Settings) -> Put:
    """How to keep a blob: a directory without a cipher is filled without waiting for the disk, any other store as ever."""
    if settings.store.kind == "directory" and settings.store.cipher == NO_CIPHER:
        return partial(_write, settings.store_folder / Bucket.WORKING)
    store = open_store(settings)
    return lambda key, content, media_type: store.put(Bucket.WORKING, key, content, media_type=media_type)


def flush() -> None:
    """Wait until everything written is on the disk."""
    os.sync()


def _write(bucket: Path, key: str, content: bytes, media_type: str) -> StoredBlob:
    counted = Digests()
    counted.add(content)
    about = About(
        bytes=counted.bytes,
        sha256=counted.sha256,
        sm3=counted.sm3,
        media_type=media_type,
        cipher=NO_CIPHER,
        sealed_bytes=counted.bytes,
        sealed_sha256=counted.sha256,
    )
    home = bucket / f"{key}.blob"
    _make(home)
    (home / "content").write_bytes(content)
    (home / "about.json").write_text(json.dumps(asdict(about)), "utf-8")
    return StoredBlob(Bucket.WORKING, key, about.bytes, about.sha256, about.sm3, "", media_type)


def _make(home: Path) -> None:
    """One that is there was left by a run that was cut short, and is written over: no row names it yet."""
    try:
        home.mkdir(mode=0o750, exist_ok=True)
    except FileNotFoundError:
        home.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        home.mkdir(mode=0o750)
