"""The one value services receive: transactions, bytes, index, reader, law and clock.

Built once a process by `open_archive` and passed down; nothing here is global.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Engine

from archive_service.adapters.blobs import BlobStore, open_store
from archive_service.adapters.reader import PaperReader, open_reader
from archive_service.adapters.search_index.embedded.index import open_index
from archive_service.adapters.search_index.interface import SearchIndex
from archive_service.clock import Clock, SystemClock
from archive_service.db import Begin, open_engine, reader, writer
from archive_service.rules.law import Law, load_law
from archive_service.settings import Settings
from scanners.kinds import Kinds, load_kinds

law_in, kinds_in = cache(load_law), cache(load_kinds)  # frozen data; a process reads it once


@dataclass(frozen=True)
class Archive:
    """Everything a use case needs from outside its arguments."""

    settings: Settings
    clock: Clock
    engine: Engine
    begin: Begin
    read: Begin
    blobs: BlobStore
    index: SearchIndex
    reader: PaperReader
    law: Law
    kinds: Kinds

    def close(self) -> None:
        """Let go of connections, files and child processes."""
        self.reader.close()
        self.index.close()
        self.engine.dispose()


def open_archive(settings: Settings, *, clock: Clock | None = None, paper_reader: PaperReader | None = None) -> Archive:
    """Open an instance; the schema must be there already."""
    database = settings.database
    engine = open_engine(settings.database_url, pool_size=database.pool_size, busy_seconds=database.busy_seconds, echo=database.echo)
    return Archive(
        settings=settings,
        clock=clock or SystemClock(),
        engine=engine,
        begin=writer(engine),
        read=reader(engine),
        blobs=open_store(settings),
        index=open_index(settings.index_folder, cache_bytes=settings.search.cache_bytes),
        reader=paper_reader or open_reader(settings),
        law=law_in(settings.law_folder),
        kinds=kinds_in(settings.law_folder / "kinds"),
    )


@contextmanager
def opened(settings: Settings) -> Iterator[Archive]:
    """An archive that is closed again."""
    archive = open_archive(settings)
    try:
        yield archive
    finally:
        archive.close()
