"""Fixtures shared by all tests: an archive on SQLite or PostgreSQL, and the factory that fills it.

Speeds: unit tests take no fixture from here; service and flow tests take `archive` (directory store, real index, canned reader).
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive_service import migrations
from archive_service.adapters.reader import LocalReader
from archive_service.archive import Archive, open_archive
from archive_service.clock import SetClock
from archive_service.db import open_engine
from archive_service.ids import new_id
from archive_service.settings import Settings, load
from tests.factories import Make

pytest_plugins = ["tests.figures", "tests.services.fixtures"]

NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)  # noon in China, first day of the autumn term


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings of an instance in a temporary folder; sections may be overridden."""

    def build(**sections: dict[str, object]) -> Settings:
        sections.setdefault("reading", {})["engine"] = "canned"
        return load({"XUEJI_HOME": str(tmp_path / "home")}, **sections)

    return build


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied: running the migrations for each test would cost more than the tests."""
    path = tmp_path_factory.mktemp("template") / "archive.db"
    engine = open_engine(f"sqlite:///{path}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The worker's own PostgreSQL database with the schema, from which tests make theirs."""
    engine = open_engine(postgres_url)
    migrations.upgrade(engine)
    engine.dispose()
    return postgres_url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """Both databases the service runs on."""
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, kind_of_database: str, tmp_path: Path) -> Iterator[str]:
    """A database with the schema and nothing in it."""
    if kind_of_database == "sqlite":
        path = tmp_path / "home" / "archive.db"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    name = f"test_{new_id()}"
    yield server.create_database(name, template=template.rsplit("/", 1)[1])
    server.drop_database(name)


@pytest.fixture
def clock() -> SetClock:
    """Noon on the first day of term; a test may move it."""
    return SetClock(NOON)


@pytest.fixture
def archive(database_url: str, make_settings: Callable[..., Settings], clock: SetClock) -> Iterator[Archive]:
    """An empty instance with its schema, its own clock and a reader that reads what a test tells it."""
    settings = make_settings(database={"url": database_url})
    settings.home.mkdir(parents=True, exist_ok=True)
    opened = open_archive(settings, clock=clock, paper_reader=LocalReader(settings))
    opened.blobs.prepare()
    yield opened
    opened.close()


@pytest.fixture
def make(archive: Archive) -> Make:
    """The factory for that instance."""
    return Make(archive)
