"""Jobs as rows: taken once, taken over when their holder dies, retried with growing waits, laid with the dead letters."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from archive_service import queue
from archive_service.models.job import Job, JobState
from archive_service.queue import Retry

LEASE = timedelta(seconds=30)


@pytest.fixture
def put(archive):
    def put(number=1, kind="judge"):
        with archive.begin() as session:
            return [queue.put(session, kind, now=archive.clock.now()) for _ in range(number)]

    return put


def claim(archive, holder, at_most=1):
    with archive.begin() as session:
        return queue.claim(session, {"judge"}, holder=holder, now=archive.clock.now(), lease=LEASE, at_most=at_most)


def test_each_job_is_taken_once(archive, put):
    put(60)

    def take(holder):
        taken = []
        while jobs := claim(archive, holder, at_most=3):
            taken += [job.id for job in jobs]
        return taken

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(take, ["a", "b", "c", "d"]))
    everything = [number for share in shares for number in share]
    assert len(everything) == len(set(everything)) == 60


def test_a_dead_holders_job_is_taken_over_and_its_word_no_longer_counts(archive, put, clock):
    put()
    (job,) = claim(archive, "dead")
    assert claim(archive, "other") == []
    clock.at += LEASE + timedelta(seconds=1)
    (again,) = claim(archive, "other")
    assert (again.id, again.attempts) == (job.id, 2)
    with archive.begin() as session:
        assert queue.finish(session, {job.id}, holder="dead", now=clock.now()) == 0
        assert queue.finish(session, {job.id}, holder="other", now=clock.now()) == 1


def test_a_heartbeat_keeps_the_job(archive, put, clock):
    put()
    (job,) = claim(archive, "slow")
    clock.at += timedelta(seconds=25)
    with archive.begin() as session:
        assert queue.keep_alive(session, {job.id}, holder="slow", until=clock.now() + LEASE) == 1
    clock.at += timedelta(seconds=25)
    assert claim(archive, "other") == []


def test_failures_wait_longer_each_time_and_end_with_the_dead_letters(archive, put, clock):
    put()
    retry, waits = Retry(attempts=3, backoff_seconds=5), []
    for _ in range(3):
        (job,) = claim(archive, "w")
        with archive.begin() as session:
            state = queue.fail(session, job, holder="w", error="坏了", now=clock.now(), retry=retry)
        with archive.read() as session:
            waits.append((session.get_one(Job, job.id).run_at - clock.now()).total_seconds())
        clock.at += timedelta(seconds=60)
    assert (state, waits[:2]) == (JobState.DEAD, [5, 10])
    assert claim(archive, "w") == []
    with archive.begin() as session:
        assert queue.counts(session)["judge"] == {"dead": 1}
        assert queue.revive(session, {job.id}, now=clock.now()) == 1
    assert [job.id for job in claim(archive, "w")] == [job.id]


def test_a_rolled_back_cause_leaves_no_work(archive):
    with pytest.raises(ZeroDivisionError), archive.begin() as session:
        queue.put(session, "judge", now=archive.clock.now())
        raise ZeroDivisionError
    assert claim(archive, "w") == []


def test_one_holder_a_role_at_a_time(archive, clock):
    def hold(holder):
        with archive.begin() as session:
            return queue.hold_role(session, "indexer", holder=holder, now=clock.now(), until=clock.now() + LEASE)

    assert (hold("a"), hold("b"), hold("a")) == (True, False, True)
    clock.at += LEASE + timedelta(seconds=1)
    assert (hold("b"), hold("a")) == (True, False)
    with archive.begin() as session:
        queue.leave_role(session, "indexer", holder="b")
    assert hold("a")


def test_what_was_tried_before_is_taken_alone(archive, put, clock):
    jobs = put(3)
    assert len(claim(archive, "killed", at_most=2)) == 2
    clock.at += LEASE + timedelta(seconds=1)
    shares = [[job.id for job in claim(archive, "next", at_most=10)] for _ in range(3)]
    assert shares == [[job.id] for job in jobs]


def test_a_holder_that_lost_its_lease_has_no_say_in_failing(archive, put, clock):
    put()
    (job,) = claim(archive, "slow")
    clock.at += LEASE + timedelta(seconds=1)
    claim(archive, "other")
    with archive.begin() as session:
        assert queue.fail(session, job, holder="slow", error="坏了", now=clock.now(), retry=Retry(1, 5)) is None
        assert session.get_one(Job, job.id).state is JobState.RUNNING
