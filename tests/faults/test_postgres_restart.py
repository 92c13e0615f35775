"""PostgreSQL struck down in the middle of the work: what was acknowledged stays, and the rest goes on by itself."""

import shutil

import pytest

from archive_service.ids import new_id
from tests.faults.sender import Sending
from tests.faults.tally import count, settled
from tests.faults.waiting import wait_for
from tests.services import postgres, sharing

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.timeout(300)]

DURABLE = "?options=-csynchronous_commit%3Don"  # the tests' cluster is quick rather than safe
RESTARTS = 3


@pytest.fixture
def cluster(monkeypatch):
    """A cluster of this test's own, on a port it keeps."""
    folder = sharing.service_folder(f"postgres-{new_id()[-8:]}")  # never one that a run cut short has left
    monkeypatch.setattr(postgres, "service_folder", lambda _: folder)
    with postgres.running_postgres() as server:
        yield server, postgres._Cluster(folder)
    shutil.rmtree(folder)


def test_the_database_restarts_in_the_middle(make_instance, cluster, tmp_path, say):
    server, service = cluster
    instance = make_instance(database_url=server.create_database("archive") + DURABLE)
    instance.start()
    with Sending(instance.port, instance.token, instance.student.id_no, tmp_path / "sent") as sending:
        for _ in range(RESTARTS):
            goal = sending.acknowledged() + 5
            assert wait_for(lambda goal=goal: sending.acknowledged() >= goal, 60), instance.log[-3000:]
            assert service._pg("pg_ctl", "restart", "-m", "immediate", "-w").returncode == 0
        goal = sending.acknowledged() + 2
        assert wait_for(lambda: sending.acknowledged() >= goal, 60), instance.log[-3000:]
    in_time = settled(instance)
    tally = count(instance, sending.answers)
    say(f"PostgreSQL restarts {RESTARTS}; {tally}")
    assert tally.faults() == []
    assert in_time
    assert instance.archive.engine.dialect.name == "postgresql"
