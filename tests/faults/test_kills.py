"""Nothing acknowledged is ever lost: kills at every named point of the walk and at random times, then everything is there once, whole,
read and found.

Each kill is preceded by papers that were acknowledged since the one before; a point that no process comes to fails the test, since
a kill that never fell proves nothing.
"""

import random
import time
from collections import Counter

import pytest

from archive_service.ids import new_id
from tests.faults.points import GROUPS, WALK
from tests.faults.sender import Sending
from tests.faults.tally import count, settled
from tests.faults.waiting import wait_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

SEED = 20260901
TRIES, TRY_SECONDS = 30, 2
ROUNDS = 4  # as many as the scheduler has points: its turn is met as a round starts
PAPERS_A_KILL = 20
AT_RANDOM = ("web", "gate", "reader", "keeper", "supervisor", "all") * 4
POSTGRES = pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.postgres])


@pytest.fixture(params=["sqlite", POSTGRES])
def instance(request, make_instance):
    """An instance on either database; on PostgreSQL only in the longer set."""
    if request.param == "sqlite":
        yield make_instance(points=WALK)
        return
    server, name = request.getfixturevalue("postgres_server"), f"kills_{new_id()}"
    yield make_instance(database_url=server.create_database(name), points=WALK)
    server.drop_database(name)


class Kills:
    """Kills with papers coming in between, and what came of them."""

    def __init__(self, instance, sending, *, acknowledged):
        self.instance, self.sending, self.acknowledged = instance, sending, acknowledged
        self.points, self.number, self.missed = set(), 0, []
        self.chance = random.Random(SEED)  # noqa: S311 (the same kills every time)

    def start_into(self, point):
        """Start again, and kill what comes to the point meanwhile; it may hold the database, so nobody waits for an answer before."""
        self.instance.halts.arm(point)
        self.instance.launch()
        self._kill(point)
        self.instance.await_answers()

    def at(self, point, *, whole_tree=False):
        """Kill the process that comes to the point, or everything while it stands there; papers have come in before."""
        self.papers(self.acknowledged)
        self.instance.halts.arm(point)
        self._kill(point, whole_tree=whole_tree)

    def _kill(self, point, *, whole_tree=False):
        pid = self._met(point)
        if pid is None:
            self.missed.append(point.name)
        elif whole_tree:
            self.instance.kill_all()
        else:
            self.instance.kill_one(pid)
        self.points.add(point.name)
        self.number += pid is not None

    def _met(self, point):
        """Who stands at the point; when what has come in does not lead there, another paper comes in."""
        for _ in range(TRIES):
            if (pid := self.instance.halts.met(point, within_seconds=TRY_SECONDS)) is not None:
                return pid
            self.sending.more(1)
        return None

    def at_random(self, who):
        """Kill a role, the supervisor or everything at no particular moment; starts again what does not by itself."""
        self.papers(self.acknowledged)
        time.sleep(self.chance.uniform(0, 1.5))
        act = {"all": self.instance.kill_all, "supervisor": self.instance.kill_supervisor}.get(who)
        act() if act else self.instance.kill(who)
        self.number += 1
        if act:
            self.instance.start()

    def papers(self, number):
        """Wait until so many more papers are acknowledged."""
        goal = self.sending.acknowledged() + number
        self.sending.more(number)
        for _ in range(TRIES):
            if wait_for(lambda: self.sending.acknowledged() >= goal, TRY_SECONDS):
                return
            self.sending.more(1)  # in place of one that nobody answered
        raise AssertionError(f"no paper gets in\n{self.instance.log[-3000:]}")

    def finish(self, say, what):
        """Let everything be done, then count."""
        self.papers(2)
        answers = self.sending.close()
        in_time = settled(self.instance)
        tally = count(self.instance, answers)
        say(f"{what}: points {len(self.points)}, kills {self.number}; {tally}")
        assert self.missed == [], "nobody came to these points: nothing was proved of them"
        assert tally.faults() == []
        assert in_time
        return tally


def deal(points, number):
    """Rounds in which the roles take turns, so that the waits before each is started again overlap; the scheduler first."""
    rounds = [[] for _ in range(number)]
    order = Counter()
    for point in points:
        rounds[order[point.role] % number].append((order[point.role] // number, point.role != "scheduler", point))
        order[point.role] += 1
    return [[point for *_, point in sorted(steps, key=lambda step: step[:2])] for steps in rounds]


def test_every_point_once(instance, tmp_path, say):
    with Sending(instance.port, instance.token, instance.student.id_no, tmp_path / "sent", papers=0) as sending:
        kills = Kills(instance, sending, acknowledged=3)
        for first, *rest in deal(WALK, ROUNDS):
            kills.start_into(first)
            for point in rest[:-1]:
                kills.at(point)
            kills.at(rest[-1], whole_tree=True)
        instance.start()
        kills.at_random("supervisor")
        kills.finish(say, "each point once")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("group", GROUPS)
def test_every_point_with_many_papers(group, instance, tmp_path, say):
    """Two kills a point: the process that stands there, then the whole tree; each after twenty papers."""
    with Sending(instance.port, instance.token, instance.student.id_no, tmp_path / "sent", papers=0) as sending:
        kills = Kills(instance, sending, acknowledged=PAPERS_A_KILL)
        for point in GROUPS[group]:
            if point.role == "scheduler":
                kills.start_into(point)
                kills.at_random("all")
                instance.kill_all()
                continue
            instance.start()
            kills.at(point)
            kills.at(point, whole_tree=True)
        instance.start()
        kills.finish(say, f"{group} with many papers")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_at_random(instance, tmp_path, say):
    with Sending(instance.port, instance.token, instance.student.id_no, tmp_path / "sent", papers=0) as sending:
        kills = Kills(instance, sending, acknowledged=PAPERS_A_KILL)
        instance.start()
        for who in AT_RANDOM:
            kills.at_random(who)
        kills.finish(say, "at random")
