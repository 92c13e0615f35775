"""Opening the land on SQLite, with its application and everybody in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event

from archive_service.adapters.reader import LocalReader
from archive_service.app import create_app
from archive_service.archive import open_archive
from archive_service.clock import SetClock
from archive_service.settings import load
from tests.conftest import NOON
from tests.matrix.people import everybody
from tests.matrix.snapshot import Snapshot
from tests.matrix.strangers import knock
from tests.matrix.world import Land, settle


@contextmanager
def settled(home: Path, template: Path) -> Iterator[Land]:
    """The land in a folder of its own; the clock stands still, so that two answers can be compared."""
    settings = load({"XUEJI_HOME": str(home)}, reading={"engine": "canned"}, api={"requests_per_minute": 10_000_000})
    shutil.copyfile(template, home / "archive.db")
    settings.secret_file.write_text("s" * 64, "ascii")
    archive = open_archive(settings, clock=SetClock(NOON), paper_reader=LocalReader(settings))
    event.listen(archive.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    archive.blobs.prepare()
    land = settle(archive)
    knock(land)
    land.app = create_app(settings, archive)
    land.callers = everybody(land.app, land)
    land.snapshot = Snapshot(home / "archive.db")
    yield land
    land.snapshot.close()
    archive.close()
