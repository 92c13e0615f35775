"""Fixtures shared by all tests: an archive on SQLite or PostgreSQL, and the factory that fills it.

Speeds: unit tests take no fixture from here; service and flow tests take `archive` (directory store, real index, canned reader).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from archive_service import migrations
from archive_service.adapters.reader import LocalReader
from archive_service.archive import Archive, open_archive
from archive_service.clock import SetClock
from archive_service.db import open_engine
from archive_service.ids import new_id
from archive_service.settings import Settings, load
from tests.factories import Make

pytest_plugins = ["tests.services.fixtures"]

NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)  # noon in China, first day of the autumn term


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings of an instance in a temporary folder; sections may be overridden."""

    def build(**sections: dict[str, object]) -> Settings:
        sections.setdefault("reading", {})["engine"] = "canned"
        return load({"XUEJI_HOME": str(tmp_path / "home")}, **sections)

    return build


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield ""
        return
    server, name = request.getfixturevalue("postgres_url"), f"test_{new_id()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    yield server.rsplit("/", 1)[0] + f"/{name}"
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    admin.dispose()


@pytest.fixture
def clock() -> SetClock:
    """Noon on the first day of term; a test may move it."""
    return SetClock(NOON)


@pytest.fixture
def archive(database_url: str, make_settings: Callable[..., Settings], clock: SetClock) -> Iterator[Archive]:
    """An empty instance with its schema, its own clock and a reader that reads what a test tells it."""
    settings = make_settings(database={"url": database_url})
    settings.home.mkdir(parents=True)
    engine = open_engine(settings.database_url)
    migrations.upgrade(engine)
    engine.dispose()
    opened = open_archive(settings, clock=clock, paper_reader=LocalReader(settings))
    opened.blobs.prepare()
    yield opened
    opened.close()


@pytest.fixture
def make(archive: Archive) -> Make:
    """The factory for that instance."""
    return Make(archive)
