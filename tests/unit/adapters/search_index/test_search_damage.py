"""The embedded engine's files: crashes, damage, other rules, locks. Never a wrong answer, always a way out."""

import errno
import json
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from archive_service.adapters.search_index.embedded import index as index_module
from archive_service.adapters.search_index.embedded import writer as writer_module
from archive_service.adapters.search_index.embedded.index import open_index
from archive_service.adapters.search_index.embedded.layout import WRITER_LOCK, current_directory, locked
from archive_service.adapters.search_index.embedded.manifest import MANIFEST
from archive_service.adapters.search_index.interface import Batch, State, Window
from archive_service.adapters.search_index.plan import EVERYTHING, Name, Text
from archive_service.errors import IndexUnavailable
from tests.unit.adapters.search_index.conftest import rebuild
from tests.unit.adapters.search_index.sample_pages import EVERYWHERE, page

ENTRIES = [page(number, f"第{number}页 学籍档案", names=("王丽",), numbers=(f"G{number:018}",)) for number in range(40)]


@pytest.fixture
def root(tmp_path):
    index = open_index(tmp_path)
    rebuild(index, ENTRIES)
    index.apply(Batch([page(1, "改过的学籍")], deletes=[2]))
    index.close()
    return tmp_path


def ids(index, plan=EVERYTHING) -> list[int]:
    return sorted(hit.page_id for hit in index.candidates(plan, EVERYWHERE, Window(1_000)).hits)


def files(root, pattern):
    return sorted(current_directory(root).glob(pattern))


def flip(path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


ENDINGS = ["*.pages", "*.zones", "*.columns", "*.trm", "*.pst", "*.gone", MANIFEST]
HARM = {
    "flipped": lambda path: flip(path, path.stat().st_size // 2),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-3]),
    "emptied": lambda path: path.write_bytes(b""),
    "missing": lambda path: path.unlink(),
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("harm", HARM)
def test_a_damaged_file_stops_the_index_until_it_is_rebuilt(root, ending, harm, monkeypatch):
    monkeypatch.setattr("archive_service.adapters.search_index.embedded.snapshot.TRIES", 1)
    HARM[harm](files(root, ending)[0])
    index = open_index(root)
    assert index.health().needs_rebuild
    assert "重建" in index.health().reason
    for call in (lambda: ids(index), lambda: index.apply(Batch([page(5, "学籍")])), index.generation):
        with pytest.raises(IndexUnavailable):
            call()
    rebuild(index, ENTRIES)
    assert ids(index) == list(range(40))
    index.close()


def test_damage_in_a_file_too_long_to_be_read_at_opening(root, monkeypatch):
    """A flipped bit in a large segment shows in the deep check, and then in every process."""
    monkeypatch.setattr("archive_service.adapters.search_index.embedded.manifest.check_files.__kwdefaults__", {"read_up_to": 0})
    flip(files(root, "*.pages")[0], 5)
    index, other = open_index(root), open_index(root)
    assert index.health().state is State.READY
    assert index.health(deep=True).state is State.DAMAGED
    assert index.health().state is State.DAMAGED
    with pytest.raises(IndexUnavailable):
        ids(other)


@pytest.mark.parametrize("place", range(0, 400, 45))
def test_damage_met_while_reading_postings_is_no_crash(root, place, monkeypatch):
    monkeypatch.setattr("archive_service.adapters.search_index.embedded.manifest.check_files.__kwdefaults__", {"read_up_to": 0})
    for path in files(root, "*.pst"):
        flip(path, min(place, path.stat().st_size - 1))
    index = open_index(root)
    with suppress(IndexUnavailable):
        for words in ("学", "学籍", "档案", "第1"):
            ids(index, Text(words))
        ids(index, Name("王丽"))


def test_an_index_of_other_rules_is_refused(root, monkeypatch):
    monkeypatch.setattr(index_module, "TOKENS_VERSION", 99)
    index = open_index(root)
    assert index.health().state is State.FOREIGN
    with pytest.raises(IndexUnavailable):
        ids(index)
    rebuild(index, ENTRIES)
    assert index.health().state is State.READY


def test_a_second_writer_fails_loudly_when_it_has_waited(root):
    with locked(root, WRITER_LOCK, wait_seconds=0), pytest.raises(IndexUnavailable, match="正在写"):
        open_index(root, lock_wait_seconds=0.1).apply(Batch([page(5, "学籍")]))


def test_files_are_private(root):
    for path in files(root, "*"):
        assert path.stat().st_mode & 0o077 == 0, path.name
    assert current_directory(root).stat().st_mode & 0o077 == 0


WRITER = """
import sys
from pathlib import Path
from archive_service.adapters.search_index.embedded.index import open_index
from archive_service.adapters.search_index.interface import Batch
from tests.unit.adapters.search_index.sample_pages import page
index = open_index(Path(sys.argv[1]))
for number in range(1000, 100000, 3):
    index.apply(Batch([page(number + k, "崩溃前的学籍") for k in range(3)], deletes=[number - 3]))
    print(number, flush=True)
    if number % 5 == 0:
        index.apply(Batch())
"""


@pytest.mark.parametrize("delay_seconds", [0.05, 0.12, 0.21, 0.33])
def test_kill_in_the_middle_of_commits_loses_nothing_acknowledged(root, delay_seconds):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(root)], stdout=subprocess.PIPE, text=True)
    acknowledged = [int(writer.stdout.readline())]
    time.sleep(delay_seconds)
    writer.send_signal(signal.SIGKILL)
    acknowledged += map(int, writer.stdout.read().split())
    writer.wait()
    writer.stdout.close()
    index = open_index(root)
    found = ids(index, Text("崩溃前的学籍"))
    last = acknowledged[-1]
    expected = sorted(number + k for number in acknowledged for k in range(3) if k or number == last)
    following = [last + 3, last + 4, last + 5]
    assert found in (expected, sorted({*expected, *following} - {last}))
    index.apply(Batch([page(5, "写入照常")]))
    assert ids(index, Text("写入照常")) == [5]
    assert index.health(deep=True).state is State.READY
    manifest = json.loads((current_directory(root) / MANIFEST).read_text(encoding="utf-8"))
    assert {path.name for path in files(root, "*")} == {MANIFEST, *manifest["files"]}
    index.close()


class Crash(BaseException):
    """Not an error that anyone handles."""


@pytest.mark.parametrize("step", ["build_segment", "seal", "write_manifest", "_sweep"])
@pytest.mark.parametrize("change", [Batch([page(9, "崩溃时的学籍")], deletes=[3]), Batch()], ids=["commit", "tidy"])
def test_a_crash_at_any_step_leaves_the_state_before_or_after(root, step, change, monkeypatch):
    index = open_index(root)
    for number in range(60, 75):
        index.apply(Batch([page(number, "学籍"), page(number + 100, "学籍")], deletes=[number - 1]))
    before = ids(index)

    def crash(*_):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(writer_module, step, crash)
        with pytest.raises(Crash):
            index.apply(change)
    after_restart = open_index(root)
    committed = step == "_sweep" and change.deletes
    assert ids(after_restart) == [number for number in before if number != 3 or not committed]
    assert ids(after_restart, Text("崩溃时的学籍")) == ([9] if committed else [])
    assert after_restart.health(deep=True).state is State.READY
    after_restart.apply(Batch([page(9, "照常")]))
    manifest = json.loads((current_directory(root) / MANIFEST).read_text(encoding="utf-8"))
    assert {path.name for path in files(root, "*")} == {MANIFEST, *manifest["files"]}


def test_a_full_disk_keeps_what_was_there(root, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    index = open_index(root)
    before = ids(index)
    with monkeypatch.context() as patch:
        patch.setattr(writer_module, "build_segment", full)
        with pytest.raises(IndexUnavailable, match="磁盘"):
            index.apply(Batch([page(77, "写不下的学籍")]))
    assert ids(index) == before
    index.apply(Batch([page(77, "写得下的学籍")]))
    assert ids(index, Text("写得下")) == [77]
