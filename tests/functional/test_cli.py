"""The command line as a person uses it: a real process, a real folder, exit statuses and sentences."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from archive_service.cli.single import only_one
from archive_service.settings import load
from demo.tables import roster
from demo.world import make_world
from tests.papers import jpeg

HERE = Path(__file__).resolve().parents[2]


class Shell:
    """Runs `xueji` in one data folder, like a terminal."""

    def __init__(self, home):
        self.home, self.more = home, {}

    def run(self, *arguments, given=""):
        environment = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(HERE),
            "XUEJI_HOME": str(self.home),
            "XUEJI_READING__ENGINE": "canned",
            "XUEJI_INTAKE__SNIFF_SECONDS": "20",
            **self.more,
        }
        command = [sys.executable, "-m", "archive_service.cli", *map(str, arguments)]
        return subprocess.run(command, input=given, capture_output=True, text=True, env=environment, timeout=150, check=False, cwd="/")

    def json(self, *arguments, given=""):
        done = self.run(*arguments, "--json", given=given)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """An instance with the made-up county and none of its papers."""
    shell = Shell(tmp_path_factory.mktemp("demo") / "home")
    assert shell.run("init").returncode == 0
    assert shell.run("demo", "load", "--papers", 0).returncode == 0
    return shell


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "home")


def test_without_an_instance_each_command_says_what_to_do(shell):
    done = shell.run("accounts", "list")
    assert done.returncode == 1
    assert "xueji init" in done.stderr
    assert "Traceback" not in done.stderr
    assert not shell.home.exists()
    assert json.loads(shell.run("jobs", "--json").stdout)["error"]["code"] == "no_instance"


@pytest.mark.parametrize("words", [["tokan"], ["token"], ["ingest", "/no/such/folder"], ["wait"], ["demo", "load", "--scale", "village"]])
def test_wrong_use_ends_with_two(shell, words):
    done = shell.run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_wrong_settings_are_listed_together(shell):
    shell.more = {"XUEJI_SERVICE__PORT": "99999", "XUEJI_SERVICE__COLOUR": "red"}
    done = shell.run("up")
    assert done.returncode == 1
    assert "service.port" in done.stderr
    assert "service.colour" in done.stderr


def test_init_twice_changes_nothing(shell):
    assert shell.json("init")["done"]
    assert shell.json("init")["done"] == []
    assert (shell.home / "secret.key").stat().st_mode & 0o077 == 0


def test_the_demo_tells_who_can_sign_in(demo):
    told = demo.json("demo")
    assert {account["role"] for account in told["accounts"]} >= {"school_registrar", "county_reviewer", "archivist", "audit_admin"}
    assert len(told["accounts"]) == 62
    assert all(account["password"] == told["password"] for account in told["accounts"])
    assert told["address"] == "http://127.0.0.1:8100"
    assert len(told["schools"]) == 10
    assert (demo.home / "demo.json").stat().st_mode & 0o077 == 0


def test_loading_the_demo_again_doubles_nothing(demo):
    before = demo.json("accounts", "list")
    assert demo.json("demo", "load")["password"] == demo.json("demo")["password"]
    assert demo.json("accounts", "list") == before


def test_production_knows_no_demo(shell):
    shell.more = {"XUEJI_SERVICE__MODE": "production", "XUEJI_SERVICE__SECURE_COOKIES": "true", "XUEJI_READING__ENGINE": "rapidocr"}
    done = shell.run("up", "--demo")
    assert done.returncode == 1
    assert "production" in done.stderr
    assert not shell.home.exists()


def test_a_token_stands_alone(demo):
    done = demo.run("token", "gsh1-registrar")
    assert done.returncode == 0
    assert done.stdout.startswith("xj_")
    assert len(done.stdout.split()) == 1
    assert "没有" in demo.run("token", "nobody").stderr


def test_an_account_with_its_password_from_a_pipe(demo):
    words = ["accounts", "create", "--login", "piped", "--name", "管道", "--role", "archivist", "--unit", "2141900101"]
    made = demo.json(*words, "--password-stdin", given="a-long-enough-one\n")
    assert made["state"] == "active"
    assert "password" not in made
    assert demo.run(*words).returncode == 1


def test_a_folder_goes_in_and_the_rest_is_told(demo, tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg("一张纸"))
    taken = demo.json("ingest", tmp_path, "--account", "gsh1-registrar")
    assert (taken["taken"], taken["refused"]) == (1, [])
    (tmp_path / "b.txt").write_text("no picture")
    done = demo.run("ingest", tmp_path, "--account", "hx1-registrar")
    assert done.returncode == 1
    assert "b.txt" in done.stderr
    late = demo.run("wait", "--batch", taken["batch_id"], "--timeout", 0)
    assert late.returncode == 1
    assert "1 件" in late.stdout
    assert demo.run("wait", "--batch", "0" * 32).returncode == 1


def test_without_an_account_the_first_registrar_is_taken_and_told(demo, tmp_path):
    (tmp_path / "a.jpg").write_bytes(jpeg("另一张"))
    done = demo.run("ingest", tmp_path)
    assert done.returncode == 0
    assert "gsh1-registrar" in done.stderr
    assert len(done.stdout.split()) == 1


def test_a_roster_is_imported_and_bad_cells_are_named(demo, tmp_path):
    sheet = tmp_path / "名册.xlsx"
    sheet.write_bytes(roster(make_world(99), "2141900101"))
    done = demo.run("students", "import", sheet, "--school", "3141900102", "--dry-run")
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr
    sheet.write_bytes(b"no sheet")
    refused = demo.run("students", "import", sheet, "--school", "2141900101")
    assert refused.returncode == 1
    assert ".xlsx" in refused.stderr


def test_checks_and_backup_of_a_sound_instance(demo, tmp_path):
    assert demo.json("verify-store")["faults"] == []
    assert demo.json("verify-ledger")["fault"] is None
    assert demo.json("reindex")["pages"] >= 0
    made = demo.json("backup", tmp_path / "backup")
    other = Shell(tmp_path / "other")
    assert other.json("restore", made["folder"])["faults"] == []
    assert other.json("accounts", "list") == demo.json("accounts", "list")
    assert other.run("restore", made["folder"]).returncode == 1


def test_the_doctor_names_every_part(demo):
    found = {each["name"]: each for each in json.loads(demo.run("doctor", "--json").stdout)}
    assert {"Python", "数据库", "材料存储", "台账封存", "台账的链", "识别模型", "网页地址", "失败的作业"} <= set(found)
    assert found["数据库"]["state"] == "ok"
    assert all(each["advice"] for each in found.values() if each["state"] != "ok")


def test_the_description_is_printed_without_an_instance(shell):
    assert json.loads(shell.run("openapi").stdout)["openapi"].startswith("3.1")


def test_a_port_that_is_taken_is_said_plainly(shell):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        shell.more = {"XUEJI_PORT": str(other.getsockname()[1])}
        done = shell.run("up")
    assert done.returncode == 1
    assert "占用" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_service_a_data_folder(shell):
    with only_one(load({"XUEJI_HOME": str(shell.home)})):
        done = shell.run("up")
    assert done.returncode == 1
    assert "已在运行" in done.stderr
