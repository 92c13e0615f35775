"""Alembic's environment: one connection, one transaction, an advisory lock on PostgreSQL so that two starts do not both migrate."""

from alembic import context
from sqlalchemy import Engine, text

from archive_service import models
from archive_service.db import Base

LOCK = 7_420_141


def run(engine: Engine) -> None:
    """Run the migrations that Alembic asked for."""
    with engine.execution_options(writes=True).connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            context.run_migrations()


assert models.__all__, "the tables must be loaded before they are compared"  # noqa: S101 (a programming error, not a check of input)
run(context.config.attributes["engine"])
