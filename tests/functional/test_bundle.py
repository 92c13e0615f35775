"""A bundle made here, installed where there is no network at all, and brought to a newer version: the product runs from it.

The other machine is a network namespace of its own with nothing but loopback, and folders of its own. Making the bundle needs what pip
needs; installing it needs nothing.
"""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from archive_service.settings import ROOT
from tests.services.sharing import need

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ALONE = ["unshare", "--map-root-user", "--net", "bash", "-euc"]
PORT = 8100  # of the namespace, where nobody else is
UP = f"""
ip link set lo up
"$1" up --verbose >"$2" 2>&1 & up=$!
trap 'kill $up; wait $up' EXIT
for _ in $(seq 200); do
  if said=$(curl --silent --max-time 5 --fail http://127.0.0.1:{PORT}/api/v1/health); then echo "$said"; exit; fi
  sleep 0.5
done
tail -30 "$2" >&2
exit 1
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The folder of a bundle, unpacked."""
    need(["unshare", "ip", "curl", "git"], "util-linux iproute2 curl git")
    made = subprocess.run(["bash", ROOT / "deploy" / "bundle.sh"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    archive = ROOT / made.stdout.split()[-1]
    target = tmp_path_factory.mktemp("bundle")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    archive.unlink()
    (folder,) = target.iterdir()
    return folder


@pytest.fixture(scope="module")
def machine(tmp_path_factory, bundle):
    """Where it was installed."""
    place = tmp_path_factory.mktemp("machine")
    done = install(bundle, place)
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def install(bundle, place):
    command = [bundle / "install.sh", "--no-system", "--prefix", place / "opt", "--home", place / "data", "--backups", place / "backups"]
    return subprocess.run([*ALONE, 'ip link set lo up; exec "$@"', "-", *command], cwd="/", capture_output=True, text=True, check=False)


def xueji(place, *words):
    return subprocess.run([*ALONE, 'exec "$@"', "-", place / "opt" / "xueji", *words], cwd="/", capture_output=True, text=True, check=False)


def health(place):
    """Start it, ask it, stop it."""
    done = subprocess.run(
        [*ALONE, UP, "-", place / "opt" / "xueji", place / "up.log"], cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["status"]


def newer(bundle, target):
    """The same bundle as a later release."""
    shutil.copytree(bundle, target, copy_function=link)
    release = target / "RELEASE"
    text = release.read_text("ascii").replace("release=", "release=9.")
    release.unlink()
    release.write_text(text, "ascii")
    relist(target)
    return target


def link(source, target):
    Path(target).hardlink_to(source)


def relist(folder):
    (folder / "manifest-sha256.txt").unlink()
    listing = "find . -type f ! -name manifest-sha256.txt -print0 | sort -z | xargs -0 sha256sum > list && mv list manifest-sha256.txt"
    subprocess.run(["bash", "-euc", listing.replace("> list", "> ../list").replace("mv list", "mv ../list")], cwd=folder, check=True)


def test_the_other_machine_has_no_network():
    """Or nothing here would prove anything."""
    need(["unshare"], "util-linux")
    reach = "import socket; socket.create_connection(('192.0.2.1', 80), 2)"
    done = subprocess.run([*ALONE, f'python3 -c "{reach}"'], capture_output=True, text=True, check=False)
    assert "unreachable" in done.stderr


def test_it_runs_and_the_doctor_is_content(machine):
    assert health(machine) == "ok"
    found = json.loads(xueji(machine, "doctor", "--json").stdout)
    assert [each for each in found if each["state"] == "fault"] == []
    assert xueji(machine, "init").returncode == 0


def test_once_more_changes_nothing(bundle, machine):
    before = sorted((path, path.stat().st_mtime_ns) for path in (machine / "opt" / "releases").rglob("*.py"))
    (machine / "data" / "config.toml").write_text("[log]\njson_lines = false\n", "utf-8")
    done = install(bundle, machine)
    assert "installed already" in done.stdout
    assert sorted((path, path.stat().st_mtime_ns) for path in (machine / "opt" / "releases").rglob("*.py")) == before
    assert (machine / "data" / "config.toml").read_text("utf-8") == "[log]\njson_lines = false\n"
    assert not list((machine / "backups").iterdir())


def test_a_damaged_bundle_touches_nothing(bundle, tmp_path):
    bad = newer(bundle, tmp_path / "bad")
    file = bad / "archive_service" / "app.py"
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content + b"#")
    done = install(bad, tmp_path / "machine")
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert not (tmp_path / "machine").exists()


def test_a_newer_version_after_a_backup(bundle, machine, tmp_path):
    done = install(newer(bundle, tmp_path / "newer"), machine)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (machine / "opt" / "current").resolve().name.startswith("9.")
    assert len(list((machine / "opt" / "releases").iterdir())) == 2, "the old one stays, to go back to"
    (backup,) = (machine / "backups").iterdir()
    assert (backup / "backup.json").exists()
    assert health(machine) == "ok"


def test_a_version_that_cannot_take_the_data_is_taken_back(bundle, machine, tmp_path):
    old = (machine / "opt" / "current").resolve()
    broken = newer(bundle, tmp_path / "broken")
    release = broken / "RELEASE"
    text = release.read_text("ascii").replace("release=9.", "release=broken.")
    release.unlink()
    release.write_text(text, "ascii")
    migration = next((broken / "archive_service" / "migrations" / "versions").glob("*.py"))
    fresh = migration.with_name("20991231_broken.py")
    down = json.dumps(head_of(broken))
    fresh.write_text(f"revision, down_revision = 'broken', {down}\n\ndef upgrade():\n    raise OSError(28, 'no room')\n", "utf-8")
    relist(broken)
    done = install(broken, machine)
    assert done.returncode == 1
    assert "in place again" in done.stderr
    assert (machine / "opt" / "current").resolve() == old
    assert health(machine) == "ok", "what failed left the data as they were"


def head_of(folder):
    """The newest revision of a bundle's migrations: the one nobody builds on."""
    texts = [path.read_text("utf-8") for path in (folder / "archive_service" / "migrations" / "versions").glob("2*.py")]
    names = [line.split("=")[1].strip().strip("\"'") for text in texts for line in text.splitlines() if line.startswith("revision")]
    below = " ".join(line for text in texts for line in text.splitlines() if line.startswith("down_revision"))
    (head,) = [name for name in names if f'"{name}"' not in below and f"'{name}'" not in below]
    return head
