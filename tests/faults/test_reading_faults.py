"""A reading child that is killed, hangs or has no memory: the paper stays, its transcript is missing with the reason, and it is read
when somebody asks again. Real children, real limits; one try, so that the first failure is the last."""

import subprocess
import sys
from http.client import HTTPConnection

import pytest
from sqlalchemy import select

from archive_service.models.record import Record, TranscriptState
from archive_service.settings import ROOT
from tests.faults.points import JUDGING, READING
from tests.faults.sender import paper, send
from tests.faults.tally import count, settled
from tests.faults.waiting import wait_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

IN_JUDGING, IN_READING = JUDGING[1], READING[1]
ONE_TRY = {"XUEJI_JOBS__ATTEMPTS": "1"}
TOO_LITTLE_BYTES = 20_000_000  # less than the libraries alone take


def hand_in(instance, number=1):
    sent = send(instance.port, instance.token, number, paper(number, instance.student.id_no))
    assert sent.status == 201
    return sent


def missing(instance, sent):
    """Wait until the transcript is given up; the reason."""
    assert wait_for(lambda: _row(instance, sent).transcript_state is TranscriptState.MISSING, 90), instance.log[-3000:]
    return _row(instance, sent).transcript_reason


def ask_again(instance, sent):
    """As the button does."""
    connection = HTTPConnection("127.0.0.1", instance.port, timeout=30)
    connection.request("POST", f"/api/v1/records/{sent.record_id}/retry", headers={"Authorization": f"Bearer {instance.token}"})
    assert connection.getresponse().status == 200
    connection.close()


def in_order(instance, sent, say, what):
    """The paper was read in the end, once, and is found; the failed try stays with the dead letters for the operator."""
    assert wait_for(lambda: _row(instance, sent).transcript_state is TranscriptState.PRESENT, 90), instance.log[-3000:]
    assert settled(instance)
    tally = count(instance, [sent])
    say(f"{what}: {tally}")
    assert [fault for fault in tally.faults() if not fault.startswith("dead letter")] == []


def test_a_child_that_is_killed_while_it_reads(make_instance, say):
    instance = make_instance(points=[IN_READING], **ONE_TRY)
    instance.start()
    instance.halts.arm(IN_READING)
    sent = hand_in(instance)
    instance.kill_one(instance.halts.met(IN_READING, within_seconds=60))
    assert "处理进程意外退出（信号 SIGKILL）" in missing(instance, sent)
    ask_again(instance, sent)
    in_order(instance, sent, say, "reading child killed")


def test_a_child_that_hangs(make_instance, say):
    instance = make_instance(points=[IN_JUDGING], XUEJI_READING__JUDGE_SECONDS="8", **ONE_TRY)
    instance.start()
    instance.halts.arm(IN_JUDGING)
    sent = hand_in(instance)
    assert instance.halts.met(IN_JUDGING, within_seconds=60)  # and stays stopped
    assert "超过 8 秒没有完成，已中止" in missing(instance, sent)
    ask_again(instance, sent)
    in_order(instance, sent, say, "child out of time")


def test_a_child_without_memory(make_instance, say):
    instance = make_instance(XUEJI_READING__MEMORY_BYTES=str(TOO_LITTLE_BYTES), **ONE_TRY)
    instance.start()
    sent = hand_in(instance)
    assert "处理进程意外退出（" in missing(instance, sent)
    instance.stop()
    instance.set(XUEJI_READING__MEMORY_BYTES="1900000000")
    instance.start()
    done = subprocess.run(
        [sys.executable, "-m", "archive_service.cli", "jobs", "retry", "--all"],
        cwd=ROOT, env=instance.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "1 件作业重新开始"), done.stderr
    in_order(instance, sent, say, "child out of memory")


def _row(instance, sent):
    with instance.archive.read() as session:
        return session.scalars(select(Record).where(Record.id == sent.record_id)).one()
