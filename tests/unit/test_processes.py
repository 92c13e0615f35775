"""The supervisor's children: which code they run."""

import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from archive_service import processes
from archive_service.processes import Role, Supervisor
from archive_service.settings import load


def test_children_never_run_a_package_lying_where_the_person_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "archive_service").mkdir()
    (tmp_path / "archive_service" / "__init__.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(processes, "roles", lambda _: [])
    supervisor = Supervisor(load({"XUEJI_HOME": "here"}), [Role("probe", [sys.executable, "-m", "archive_service.ids"], once=True)])
    supervisor.start()
    assert supervisor.children[0].process.wait(30) == 0
    assert supervisor.settings.home == tmp_path / "here", "and the data folder stays where it was named"


def test_the_log_of_a_run_tells_when_it_began_what_died_and_who_ended_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "roles", lambda _: [])
    log = tmp_path / "service.log"
    probe = Role("probe", [sys.executable, "-c", "raise SystemExit(3)"])
    supervisor = Supervisor(load({"XUEJI_HOME": str(tmp_path)}), [probe], log=log)
    supervisor.start()
    supervisor.children[0].process.wait(30)
    watching = threading.Thread(target=supervisor.watch)
    watching.start()
    limit = time.monotonic() + 30
    while "process ended" not in log.read_text("utf-8") and time.monotonic() < limit:
        time.sleep(0.05)
    supervisor.stop(signal.SIGTERM)
    watching.join(30)
    said = log.read_text("utf-8")
    places = [said.find(words) for words in ("service started", "process ended", "service stopping", "service stopped")]
    assert -1 not in places
    assert places == sorted(places)
    assert "signal=SIGTERM" in said
