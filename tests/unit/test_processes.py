"""The supervisor's children: which code they run."""

import sys
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
