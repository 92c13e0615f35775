"""Nothing acknowledged is ever lost: kills at random times and at chosen steps, then everything is there once, whole, read and found."""

import random
import time

import pytest
from sqlalchemy import select

from archive_service.models.job import Job, JobState
from tests.faults.living import wait_for
from tests.faults.sender import Sending
from tests.faults.tally import count, settled

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]

SEED = 20260901
MOMENT_SECONDS = 12
AT_ONCE, SPREAD_SECONDS = 0.002, 0.06
# Who is killed, and in the middle of what; each round ends with the whole tree, as a power cut would.
ROUNDS = (
    (("web", "storing"), ("gate", "judge"), ("reader", "read"), ("all", "storing")),
    (("keeper", "index"), ("web", "storing"), ("gate", "match"), ("all", "storing")),
    (("reader", "any time"), ("web", "any time"), ("keeper", "any time"), ("supervisor", "any time")),
)


def test_nothing_acknowledged_is_lost(make_instance, tmp_path, say):
    instance, chance = make_instance(), random.Random(SEED)  # noqa: S311 (the same kills every time)
    met = []
    with Sending(instance.port, instance.token, instance.student.id_no, tmp_path / "sent") as sending:
        for steps in ROUNDS:
            instance.start()
            goal = sending.acknowledged() + 8
            assert wait_for(lambda goal=goal: sending.acknowledged() >= goal, 30), "no paper gets in"
            for who, moment in steps:
                met.append((who, moment, wait_for_moment(instance, moment, chance)))
                act = {"all": instance.kill_all, "supervisor": instance.kill_supervisor}.get(who)
                act() if act else instance.kill(who)
        instance.start()
        goal = sending.acknowledged() + 2
        assert wait_for(lambda: sending.acknowledged() >= goal, 30), "no paper gets in after the last kill"
    in_time = settled(instance)
    tally = count(instance, sending.answers)
    hit = sum(at_moment for *_, at_moment in met)
    say(f"kills {len(met)}, of which in the middle of the chosen step {hit}; {tally}")
    assert tally.faults() == []
    assert in_time
    assert tally.acknowledged > 30
    assert hit >= len(met) - 2  # a step is over in milliseconds; most must be met or the test says little


def wait_for_moment(instance, moment, chance):
    """Wait for the middle of a step; false when it did not come and the kill falls anywhere."""
    if moment == "any time":
        time.sleep(chance.uniform(0, 1.5))
        return True
    is_met = wait_for(lambda: is_at(instance, moment), MOMENT_SECONDS, every_seconds=AT_ONCE)
    time.sleep(chance.uniform(0, SPREAD_SECONDS))  # at its beginning, in its midst, just after its commit
    return is_met


def is_at(instance, moment):
    if moment == "storing":
        return any((instance.settings.store_folder / "drafts").iterdir())
    return is_running(instance.archive, moment)


def is_running(archive, kind):
    with archive.read() as session:
        return session.scalars(select(Job.id).where(Job.kind == kind, Job.state == JobState.RUNNING).limit(1)).first() is not None
