"""The directory backend against crashes, full disks and damage only a folder can have."""

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive_service.adapters.blobs import BlobStore, Bucket, DirectoryBackend, record_key
from archive_service.errors import BlobMissing, FixityMismatch, Refused, StoreUnavailable

W = Bucket.WORKING
KEY = record_key("r1", "v1")
SCAN = bytes(range(256)) * 1024


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def store(root):
    store = BlobStore(DirectoryBackend(root))
    store.prepare()
    return store


def put(store, data=SCAN, key=KEY):
    return store.put(W, key, data, media_type="image/jpeg")


def home(root):
    return root / "working" / f"{KEY}.blob"


def child(root, code):
    """A process with a prepared `store`."""
    setting = (
        "import io, os, sys, time\n"
        "from pathlib import Path\n"
        "from archive_service.adapters.blobs import BlobStore, Bucket, DirectoryBackend\n"
        f"store = BlobStore(DirectoryBackend(Path({str(root)!r})))\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen([sys.executable, "-c", setting + code], stdout=subprocess.PIPE, text=True, env=env)


def test_the_paper_can_be_found_and_read_without_this_program(store, root):
    put(store)
    assert (home(root) / "content").read_bytes() == SCAN
    assert (home(root) / "content").stat().st_mode & 0o777 == 0o440
    assert sorted(path.name for path in home(root).iterdir()) == ["about.json", "content"]


def test_a_description_without_its_bytes_is_no_blob_but_keeps_its_lock(store, root):
    store.put(Bucket.PERMANENT, KEY, SCAN, media_type="image/jpeg")
    store.lock_until(Bucket.PERMANENT, KEY, datetime.now(UTC) + timedelta(days=1))
    (root / "permanent" / f"{KEY}.blob" / "content").unlink()
    with pytest.raises(BlobMissing):
        store.stat(Bucket.PERMANENT, KEY)
    assert not store.exists(Bucket.PERMANENT, KEY)
    with pytest.raises(Refused):
        store.expunge(Bucket.PERMANENT, KEY)


@pytest.mark.faults
def test_a_writer_killed_in_the_middle_leaves_nothing_that_counts(store, root):
    code = (
        "class Slow(io.BytesIO):\n"
        "    def read(self, size=-1):\n"
        "        if self.tell():\n"
        "            print('half', flush=True)\n"
        "            time.sleep(60)\n"
        "        return super().read(size)\n"
        f"store.put(Bucket.WORKING, {KEY!r}, Slow(b'x' * 3_000_000), media_type='image/jpeg')\n"
    )
    with child(root, code) as writer:
        writer.stdout.readline()
        (draft,) = (root / "drafts").iterdir()
        old = time.time() - 3600
        os.utime(draft, (old, old))
        store.prepare()
        assert draft.exists(), "a living writer's draft was taken away"
        writer.kill()
    assert not store.exists(W, KEY)
    store.prepare()
    assert list((root / "drafts").iterdir()) == []
    assert put(store).bytes == len(SCAN)


@pytest.mark.faults
def test_killed_at_any_moment_every_acknowledged_blob_is_whole(store, root):
    code = (
        "for number in range(100_000):\n"
        "    store.put(Bucket.WORKING, f'records/r/{number}', b'%d' % number * 50_000, media_type='image/jpeg')\n"
        "    print(number, flush=True)\n"
    )
    for delay in (0.02, 0.05, 0.11):
        shutil.rmtree(root)
        store.prepare()
        with child(root, code) as writer:
            first = writer.stdout.readline()
            time.sleep(delay)
            writer.send_signal(signal.SIGKILL)
            acknowledged = [first, *writer.stdout.read().splitlines()]
        for number in map(int, acknowledged):
            assert store.get(W, f"records/r/{number}") == b"%d" % number * 50_000
        for key in store.keys(W):  # one may be there without having been acknowledged, but never half of it
            store.verify(W, key)


def test_a_young_draft_is_left_alone(store, root):
    draft = root / "drafts" / "someone"
    draft.mkdir()
    store.prepare()
    assert draft.exists()


@pytest.mark.faults
def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path):
    """On a real, small file system, in a mount namespace of its own."""
    code = (
        "from archive_service.errors import StoreUnavailable\n"
        "store.prepare()\n"
        "kept = store.put(Bucket.WORKING, 'records/r/kept', b'k' * 100_000, media_type='image/jpeg')\n"
        "free = store.health().free_bytes\n"
        "for size in (free + 1, free - 1, 50_000_000):\n"
        "    try:\n"
        "        store.put(Bucket.WORKING, 'records/r/big', os.urandom(size), media_type='image/jpeg')\n"
        "    except StoreUnavailable as error:\n"
        "        assert '已满' in error.message, error.message\n"
        "    else:\n"
        "        raise SystemExit('a disk of 2 MB took more')\n"
        "    assert store.health().free_bytes == free, 'something was left behind'\n"
        "assert list(store.keys(Bucket.WORKING)) == ['records/r/kept']\n"
        "assert store.verify(Bucket.WORKING, 'records/r/kept') == kept\n"
        "store.put(Bucket.WORKING, 'records/r/small', b's' * 100_000, media_type='image/jpeg')\n"
    )
    root = tmp_path / "small"
    root.mkdir()
    script = tmp_path / "script.py"
    setting = (
        "import os\nfrom pathlib import Path\n"
        "from archive_service.adapters.blobs import BlobStore, Bucket, DirectoryBackend\n"
        f"store = BlobStore(DirectoryBackend(Path({str(root)!r})))\n"
    )
    script.write_text(setting + code)
    mounted = f"mount -t tmpfs -o size=2m tmpfs {root} && exec {sys.executable} {script}"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    as_root = [] if os.getuid() == 0 else ["--map-root-user"]
    done = subprocess.run(["unshare", "--mount", *as_root, "bash", "-c", mounted], env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_store_that_is_not_there_is_away_not_empty(tmp_path):
    store = BlobStore(DirectoryBackend(tmp_path / "not-mounted"))
    assert not store.health().reachable
    for act in (put, lambda store: list(store.keys(W)), lambda store: store.get(W, KEY), lambda store: store.exists(W, KEY)):
        with pytest.raises(StoreUnavailable):
            act(store)
    assert not (tmp_path / "not-mounted").exists()


def test_content_that_has_vanished_is_missing(store, root):
    put(store)
    (home(root) / "content").unlink()
    with pytest.raises(BlobMissing):
        store.get(W, KEY)
    with pytest.raises(BlobMissing):
        store.verify(W, KEY)


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"bytes": 1}'])
def test_a_damaged_description_is_damage(store, root, text):
    put(store)
    (home(root) / "about.json").unlink()
    (home(root) / "about.json").write_text(text)
    for ask in (store.stat, store.get, store.verify):
        with pytest.raises(FixityMismatch):
            ask(W, KEY)


def test_stray_files_are_not_blobs(store, root):
    put(store)
    (root / "working" / "records" / "r1" / "notes.txt").write_text("x")
    (root / "working" / "lost+found").mkdir()
    assert list(store.keys(W)) == [KEY]


def test_nothing_points_out_of_the_store(store):
    put(store)
    assert [path for path in Path(store._backend._root).rglob("*") if path.is_symlink()] == []
