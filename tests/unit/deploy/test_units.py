"""The templates of deploy/, filled in as install.sh fills them: sound units, closed tightly, and a log that is put aside without a loss."""

import json
import os
import re
import shutil
import subprocess
import time

import pytest

from archive_service.settings import ROOT, load
from tests.services.sharing import need

EXPOSURE_MOST = 25  # tenths; systemd calls anything below 3 safe, and an ordinary service is at 9.6
ALLOWED_OPEN = {"MemoryDenyWriteExecute"}  # the reading engine compiles its models


@pytest.fixture
def place(tmp_path):
    """Where the service would lie, with a command that can be run."""
    command = tmp_path / "prefix" / "current" / ".venv" / "bin" / "xueji"
    command.parent.mkdir(parents=True)
    shutil.copy("/bin/true", command)
    for name in ("home", "etc", "backups"):
        (tmp_path / name).mkdir()
    (tmp_path / "etc" / "xueji.env").touch()
    return tmp_path


@pytest.fixture
def filled(place):
    """Everything filled in."""
    user = "root" if os.getuid() == 0 else os.environ.get("USER", "nobody")
    arguments = [place / "out", place / "prefix", place / "home", place / "etc", place / "backups", user]
    subprocess.run(["bash", ROOT / "deploy" / "render.sh", *arguments], check=True)
    return place / "out"


def services(filled):
    return sorted((filled / "systemd").glob("*.service"))


def settings_of(unit):
    """A unit with its drop-in, as systemd puts them together; a repeated key keeps all its values."""
    found = {}
    for file in (unit, *sorted((unit.parent / f"{unit.name}.d").glob("*.conf"))):
        for line in file.read_text("utf-8").splitlines():
            if "=" in line and not line.startswith(("#", ";")):
                key, _, value = line.partition("=")
                found.setdefault(key, []).append(value)
    return found


def test_no_place_is_left_open(filled):
    for file in (path for path in filled.rglob("*") if path.is_file()):
        assert not re.search("@[A-Z_]+@", file.read_text("utf-8")), file


def test_units_are_what_systemd_understands(filled):
    need(["systemd-analyze"], "systemd")
    units = [*services(filled), *(filled / "systemd").glob("*.timer")]
    assert len(units) == 7
    environ = {**os.environ, "SYSTEMD_UNIT_PATH": f"{filled / 'systemd'}:"}
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], env=environ, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "xueji" in line]
    assert (done.returncode, ours) == (0, [])


def test_units_are_closed_tightly(filled):
    need(["systemd-analyze"], "systemd")
    environ = {**os.environ, "SYSTEMD_UNIT_PATH": f"{filled / 'systemd'}:"}
    for unit in services(filled):
        command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE_MOST}", "--json=short", unit]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        left = [
            each["json_field"] for each in json.loads(done.stdout[done.stdout.index("[") : done.stdout.rindex("]") + 1]) if not each["set"]
        ]
        assert done.returncode == 0, f"{unit.name}: {left}"
        for name in ("NoNewPrivileges", "ProtectSystem", "PrivateTmp", "RestrictNamespaces_user", "SystemCallFilter_privileged"):
            assert not [each for each in left if name in each], unit.name


def test_every_service_has_the_whole_hardening(filled):
    """Also where systemd is not at hand to judge."""
    for unit in services(filled):
        found = settings_of(unit)
        wanted = {
            "NoNewPrivileges": "yes",
            "ProtectSystem": "strict",
            "ProtectHome": "yes",
            "PrivateTmp": "yes",
            "CapabilityBoundingSet": "",
        }
        assert {key: found.get(key) for key in wanted} == {key: [value] for key, value in wanted.items()}
        assert found["SystemCallFilter"] == ["@system-service", "~@privileged"]
        assert len(found["ReadWritePaths"][0].split()) == 2, "data and backups, nothing else"
        assert not ALLOWED_OPEN & set(found)
    main = settings_of(filled / "systemd" / "xueji.service")
    assert (main["Restart"], main["TasksMax"], main["KillMode"]) == (["on-failure"], ["512"], ["mixed"])
    assert int(main["MemoryHigh"][0].removesuffix("M")) < int(main["MemoryMax"][0].removesuffix("M"))


def test_no_proof_is_skipped_because_another_found_something(filled):
    """A oneshot stops at its first command that ends with another status than 0."""
    commands = {unit.name: settings_of(unit)["ExecStart"] for unit in services(filled)}
    assert all(len(each) == 1 for each in commands.values()), commands
    for name, word in (("xueji-verify", "verify-store"), ("xueji-verify-ledger", "verify-ledger")):
        assert commands[f"{name}.service"][0].split()[1:] == [word]
        assert (filled / "systemd" / f"{name}.timer").is_file()
        assert f"{name}.timer" in (ROOT / "deploy" / "install.sh").read_text("utf-8")


def test_nothing_runs_before_the_data_are_mounted(filled, place):
    for unit in services(filled):
        assert str(place / "home") in settings_of(unit)["RequiresMountsFor"][0].split(), unit.name


@pytest.mark.parametrize(
    ("name", "is_there"),
    [("xueji-new", True), ("xueji-new.part", False), (None, False)],
    ids=["a backup without a damaged paper", "one cut short", "none"],
)
def test_an_upgrade_tells_a_backup_with_faults_from_none(tmp_path, name, is_there):
    text = (ROOT / "deploy" / "install.sh").read_text("utf-8")
    found = re.search(r"(?ms)^backup_lacks_papers\(\) \{.*?^\}", text)
    assert found
    assert text.count('backup "$backups" || backup_lacks_papers || {') == 1
    backups, filled = tmp_path / "backups", tmp_path / "filled"
    filled.mkdir()
    (backups / "xueji-old").mkdir(parents=True)
    (backups / "xueji-old" / "backup.json").touch()
    os.utime(backups / "xueji-old" / "backup.json", (1, 1))
    os.utime(filled, (2, 2))
    if name:
        (backups / name).mkdir()
        (backups / name / "backup.json").touch()
    script = f'set -euo pipefail; say() {{ echo "$*"; }}; backups={backups} filled={filled}\n{found[0]}\nbackup_lacks_papers'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode == 0, "xueji-new is there" in done.stdout) == (is_there, is_there)


def test_the_log_is_put_aside_while_it_is_written(filled, place):
    need(["logrotate"], "logrotate")
    log = place / "home" / "logs" / "service.log"
    log.parent.mkdir(mode=0o700)
    configuration = place / "logrotate"
    text = (filled / "logrotate").read_text("utf-8")
    configuration.write_text("\n".join(line for line in text.splitlines() if not line.startswith("#")), "utf-8")
    configuration.chmod(0o600)
    writer = subprocess.Popen(["sh", "-c", f"exec >> '{log}'; echo before; sleep 1.5; echo after"])
    time.sleep(0.7)
    subprocess.run(["logrotate", "--force", "--state", place / "state", configuration], check=True)
    assert writer.wait(20) == 0
    assert log.read_text("ascii") == "after\n", "what goes on writing writes from the beginning"
    assert (log.parent / "service.log.1").read_text("ascii") == "before\n"


def test_the_settings_offered_are_settings(filled, place):
    """Also those behind a sign of comment, once somebody takes it away."""
    for text in (
        (filled / "config.toml").read_text("utf-8"),
        re.sub(r"(?m)^#(?=[\[a-z])", "", (filled / "config.toml").read_text("utf-8")),
    ):
        (place / "home" / "config.toml").write_text(text, "utf-8")
        assert load({"XUEJI_HOME": str(place / "home")}).log.json_lines
    lines = (filled / "xueji.env").read_text("utf-8").replace("#XUEJI", "XUEJI").splitlines()
    offered = dict(line.split("=", 1) for line in lines if line.startswith("XUEJI"))
    assert load(offered).home == place / "home"
