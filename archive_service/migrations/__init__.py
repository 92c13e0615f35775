"""The schema and how it came to be: Alembic, configured in code.

Lives here: `upgrade`, `current`, `head`, `knows`, and the environment Alembic asks for. Migrations import no models, so that an old one
keeps meaning what it meant. Called by the command line and by tests, which always build their schema through it.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

FOLDER = Path(__file__).parent


def configuration(engine: Engine) -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Bring the schema to its newest form; nothing happens when it is there already."""
    command.upgrade(configuration(engine), "head")


def head() -> str:
    """The newest revision this code knows."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return str(ScriptDirectory.from_config(config).get_current_head())


def knows(revision: str) -> bool:
    """Whether this code can bring a database of that revision to its newest form."""
    return any(each.revision == revision for each in ScriptDirectory(str(FOLDER)).walk_revisions())


def current(engine: Engine) -> str | None:
    """The revision of a database; absent: no schema yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
