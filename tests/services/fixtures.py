"""Fixtures for the servers the tests start themselves; a missing program fails the test and says what to install.

Lives here: `postgres_server`, `postgres_url`, `s3_endpoint`. One server of each kind serves all workers of a run.
"""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.services.ceph import S3Endpoint, running_ceph
from tests.services.postgres import PostgresServer, running_postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL in which a test may make databases."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The url of an empty database of this worker's own."""
    name = f"worker_{uuid4().hex}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[S3Endpoint]:
    """A running S3 service; a test makes buckets under names of its own."""
    with running_ceph() as endpoint:
        yield endpoint
