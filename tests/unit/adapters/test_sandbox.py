"""The sandbox with real children that hang, crash, grow and attack."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive_service.adapters.sandbox import Crashed, InProcess, Sandbox, TimedOut
from tests.unit.adapters import sandboxed

HERE = "tests.unit.adapters.sandboxed"
MB = 1 << 20


@pytest.fixture
def sandbox():
    with Sandbox(memory_bytes=200 * MB, peak_bytes=300 * MB, trusted=[HERE]) as sandbox:
        yield sandbox


def call(sandbox, name, *arguments, seconds=10):
    return sandbox.call(f"{HERE}:{name}", *arguments, timeout_seconds=seconds)


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


@pytest.mark.parametrize("make", [lambda: Sandbox(memory_bytes=200 * MB, trusted=[HERE]), InProcess])
def test_values_and_declared_exceptions_come_back(make):
    caller = make()
    assert call(caller, "look", 3, b"x" * 5_000_000) == sandboxed.look(3, b"x" * 5_000_000)
    with pytest.raises(sandboxed.Unreadable, match="page 3") as caught:
        call(caller, "declared")
    assert caught.value.advice == "重新扫描"
    caller.close()


def test_one_child_serves_many_calls_until_it_is_due():
    with Sandbox(memory_bytes=200 * MB, recycle_calls=3, trusted=[HERE]) as sandbox:
        pids = [call(sandbox, "who") for _ in range(6)]
    assert pids[0] == pids[1] == pids[2] != pids[3] == pids[4] == pids[5]
    assert os.getpid() not in pids
    assert not any(map(is_running, pids))


def test_a_declared_exception_costs_no_child(sandbox):
    pid = call(sandbox, "who")
    with pytest.raises(sandboxed.Unreadable):
        call(sandbox, "declared")
    assert call(sandbox, "who") == pid


def test_what_it_prints_does_not_disturb_the_answer(sandbox):
    assert call(sandbox, "noisy") == "heard"


def test_it_knows_no_secrets_and_uses_one_thread(sandbox, monkeypatch):
    monkeypatch.setenv("XUEJI_STORE__SECRET_KEY", "secret")
    seen = call(sandbox, "environment")
    assert "secret" not in seen.values()
    assert seen["OMP_NUM_THREADS"] == seen["OMP_THREAD_LIMIT"] == "1"


@pytest.mark.parametrize("slow", ["sleep", "hold_the_interpreter"])
def test_one_that_hangs_is_killed_in_time_and_replaced(sandbox, slow):
    pid = call(sandbox, "who")
    start = time.monotonic()
    with pytest.raises(TimedOut):
        call(sandbox, slow, 30, seconds=0.3)
    assert time.monotonic() - start < 2
    assert not is_running(pid)
    assert call(sandbox, "who") != pid


@pytest.mark.parametrize(("act", "reason"), [("segfault", "SIGSEGV"), ("kill_self", "SIGKILL"), ("leave", "7"), ("undeclared", "KeyError")])
def test_one_that_crashes_says_why_and_is_replaced(sandbox, act, reason):
    pid = call(sandbox, "who")
    with pytest.raises(Crashed, match=reason):
        call(sandbox, act)
    assert not is_running(pid)
    assert call(sandbox, "who") != pid


@pytest.mark.parametrize(
    ("act", "megabytes"), [("take", 400), ("take", 100_000), ("take_in_small_bites", 2_000), ("grandchild_that_takes", 400)]
)
def test_one_that_takes_too_much_memory_is_stopped(sandbox, act, megabytes):
    with pytest.raises(Crashed, match=r"内存|MemoryError"):
        call(sandbox, act, megabytes)
    assert call(sandbox, "who")


def test_one_that_has_grown_is_replaced_after_its_call():
    with Sandbox(memory_bytes=10 * MB, peak_bytes=500 * MB, trusted=[HERE]) as sandbox:
        assert call(sandbox, "who") != call(sandbox, "who")


def test_one_killed_between_calls_is_not_noticed(sandbox):
    os.kill(call(sandbox, "who"), signal.SIGKILL)
    time.sleep(0.1)
    assert call(sandbox, "sleep", 0) == "slept"


def test_what_may_not_come_back_does_not(sandbox):
    mark = Path("/tmp/should-not-be")  # noqa: S108 - named in the attack
    for attack in ("evil", "foreign"):
        with pytest.raises(Crashed, match="不可信"):
            call(sandbox, attack)
    assert not mark.exists()


def test_calls_from_many_threads_wait_for_each_other(sandbox):
    with ThreadPoolExecutor(4) as pool:
        pids = set(pool.map(lambda _: call(sandbox, "who"), range(12)))
    assert len(pids) == 1


def test_the_child_outlives_the_thread_that_started_it(sandbox):
    pids = []
    thread = threading.Thread(target=lambda: pids.append(call(sandbox, "who")))
    thread.start()
    thread.join()
    time.sleep(0.1)
    assert call(sandbox, "who") == pids[0]


@pytest.mark.faults
@pytest.mark.parametrize("busy", ["hold_the_interpreter", "sleep"])
def test_a_killed_parent_leaves_no_busy_child(tmp_path, busy):
    code = (
        "import sys\n"
        "from archive_service.adapters.sandbox import Sandbox\n"
        f"sandbox = Sandbox(memory_bytes={200 * MB}, trusted=['{HERE}'])\n"
        f"print(sandbox.call('{HERE}:who', timeout_seconds=10), flush=True)\n"
        f"sandbox.call('{HERE}:{busy}', 60, timeout_seconds=60)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=env) as parent:
        pid = int(parent.stdout.readline())
        time.sleep(0.3)
        assert is_running(pid)
        parent.kill()
    assert wait_until(lambda: not is_running(pid))


@pytest.mark.faults
def test_what_a_killed_child_had_started_goes_too(sandbox, tmp_path):
    pid_file = tmp_path / "pid"
    with pytest.raises(TimedOut):
        call(sandbox, "grandchild", pid_file, seconds=1)
    assert wait_until(lambda: not is_running(int(pid_file.read_text())))
