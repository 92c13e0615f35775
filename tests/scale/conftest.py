"""Two sizes of one county on each database, made once for all tests of a worker."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from archive_service.adapters.reader import LocalReader
from archive_service.app import create_app
from archive_service.archive import open_archive
from archive_service.clock import SetClock
from archive_service.ids import new_id
from archive_service.services import changes, totals
from archive_service.settings import load
from demo.county.size import Size
from tests.scale.county import County, fill, subjects

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # in the term in which children have entered
# As many papers a batch in both: a school of the larger one scans more often, not more at a time.
SMALL, LARGE = Size(schools=3, students=300, records=1440), Size(schools=3, students=900, records=4320)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[County, County]]:
    """The smaller and the larger county, in which nobody counts or looks further than the smaller one goes."""
    with (
        pytest.MonkeyPatch.context() as patch,
        _county(request, tmp_path_factory, request.param, SMALL) as small,
        _county(request, tmp_path_factory, request.param, LARGE) as large,
    ):
        patch.setattr(totals, "COUNTED_AT_MOST", 20)
        patch.setattr(changes, "LOOKED_AT_MOST", 300)
        yield small, large


@contextmanager
def _county(request: pytest.FixtureRequest, folders: pytest.TempPathFactory, database: str, size: Size) -> Iterator[County]:
    home = folders.mktemp(f"{database}-{size.records}")
    with _database(request, database, home) as url:
        settings = load(
            {"XUEJI_HOME": str(home)}, database={"url": url}, reading={"engine": "canned"}, api={"requests_per_minute": 1_000_000}
        )
        archive = open_archive(settings, clock=SetClock(NOON), paper_reader=LocalReader(settings))
        archive.blobs.prepare()
        settings.secret_file.write_text("s" * 64, "ascii")
        fill(archive, size)
        if database == "postgresql":  # which gathers statistics by itself; SQLite has none, in the service as here
            with archive.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        yield County(archive, create_app(settings, archive), size, subjects(archive))
        archive.close()


@contextmanager
def _database(request: pytest.FixtureRequest, database: str, home: Path) -> Iterator[str]:
    if database == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), home / "archive.db")
        yield f"sqlite:///{home / 'archive.db'}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    name = f"county_{new_id()}"
    yield server.create_database(name, template=template.rsplit("/", 1)[1])
    server.drop_database(name)
