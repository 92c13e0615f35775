"""Nothing acknowledged is ever lost: kills at random times and at chosen steps, then everything is there once, whole, read and found."""

import random
import time

import pytest
from sqlalchemy import func, select

from archive_service.ids import new_id
from archive_service.models.job import Job, JobState
from archive_service.models.ledger import Event
from tests.faults.living import wait_for
from tests.faults.sender import Sending
from tests.faults.tally import count, settled

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

SEED = 20260901
MOMENT_SECONDS = 12
PATIENCE_SECONDS = 60
AT_ONCE, SPREAD_SECONDS = 0.0005, 0.06
# Who is killed, and when: while a blob is being stored, while a job of a kind runs, or just as an act has been committed, before
# anything that follows it. Each round ends with the whole tree, as a power cut would.
ROUNDS = (
    (("web", "storing"), ("web", "record.received"), ("gate", "judge"), ("all", "record.received")),
    (("gate", "record.judged"), ("reader", "read"), ("keeper", "index"), ("all", "record.judged")),
    (("web", "record.received"), ("reader", "record.read"), ("gate", "match"), ("all", "storing")),
    (("keeper", "any time"), ("gate", "record.matched"), ("web", "any time"), ("supervisor", "any time")),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.postgres])])
def instance(request, make_instance):
    """An instance on either database; on PostgreSQL only in the longer set."""
    if request.param == "sqlite":
        yield make_instance()
        return
    server, name = request.getfixturevalue("postgres_server"), f"kills_{new_id()}"
    yield make_instance(database_url=server.create_database(name))
    server.drop_database(name)


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(ROUNDS * 3, marks=pytest.mark.slow)], ids=["once", "three times over"])
def test_nothing_acknowledged_is_lost(instance, rounds, tmp_path, say):
    chance = random.Random(SEED)  # noqa: S311 (the same kills every time)
    met = []
    with Sending(instance.port, instance.token, instance.student.id_no, tmp_path / "sent") as sending:
        for steps in rounds:
            instance.start()
            goal = sending.acknowledged() + 8
            assert wait_for(lambda goal=goal: sending.acknowledged() >= goal, PATIENCE_SECONDS), "no paper gets in"
            for who, moment in steps:
                met.append((who, moment, wait_for_moment(instance, moment, chance)))
                act = {"all": instance.kill_all, "supervisor": instance.kill_supervisor}.get(who)
                act() if act else instance.kill(who)
        instance.start()
        goal = sending.acknowledged() + 2
        assert wait_for(lambda: sending.acknowledged() >= goal, PATIENCE_SECONDS), "no paper gets in after the last kill"
    in_time = settled(instance)
    tally = count(instance, sending.answers)
    hit = sum(at_moment for *_, at_moment in met)
    say(f"kills {len(met)}, of which at the chosen moment {hit}; {tally}")
    assert tally.faults() == []
    assert in_time
    assert tally.acknowledged > 30
    assert hit >= len(met) - 2  # most must be met, or the test says little


def wait_for_moment(instance, moment, chance):
    """Wait for the moment; false when it did not come and the kill falls anywhere."""
    if moment == "any time":
        time.sleep(chance.uniform(0, 1.5))
        return True
    if "." in moment:
        before = acts(instance.archive, moment)
        return wait_for(lambda: acts(instance.archive, moment) > before, MOMENT_SECONDS, every_seconds=AT_ONCE)
    drafts, archive = instance.settings.store_folder / "drafts", instance.archive
    is_at = (lambda: any(drafts.iterdir())) if moment == "storing" else (lambda: is_running(archive, moment))
    is_met = wait_for(is_at, MOMENT_SECONDS, every_seconds=AT_ONCE)
    time.sleep(chance.uniform(0, SPREAD_SECONDS))  # at its beginning, in its midst, at its end
    return is_met


def is_running(archive, kind):
    with archive.read() as session:
        return session.scalars(select(Job.id).where(Job.kind == kind, Job.state == JobState.RUNNING).limit(1)).first() is not None


def acts(archive, act):
    with archive.read() as session:
        return session.scalar(select(func.count()).select_from(Event).where(Event.act == act))
