"""Contract of every engine over time: writing, rebuilding, other processes."""

import multiprocessing
import threading
import time
from dataclasses import replace

import pytest

from archive_service.adapters.search_index.embedded.index import open_index
from archive_service.adapters.search_index.interface import Batch, State, Window
from archive_service.adapters.search_index.plan import EVERYTHING, Name, Text
from archive_service.errors import IndexUnavailable
from tests.unit.adapters.search_index.conftest import rebuild
from tests.unit.adapters.search_index.sample_pages import EVERYWHERE, page


def ids(index, plan=EVERYTHING) -> list[int]:
    return [hit.page_id for hit in index.candidates(plan, EVERYWHERE, Window(1_000)).hits]


def test_nothing_is_answered_before_the_first_build(adapter, tmp_path):
    index = adapter.open(tmp_path / "new")
    assert index.health().state is State.MISSING
    assert index.health().needs_rebuild
    with pytest.raises(IndexUnavailable):
        ids(index)
    with pytest.raises(IndexUnavailable):
        index.apply(Batch([page(1, "学籍")]))
    rebuild(index, [page(1, "学籍")], job_id=4)
    health = index.health(deep=True)
    assert (health.state, health.pages, health.job_id) == (State.READY, 1, 4)
    index.close()
    with pytest.raises(IndexUnavailable):
        ids(index)


def test_versions_and_repetitions(empty):
    empty.apply(Batch([page(1, "新的", version=3), page(1, "旧的", version=2), page(2, "重复"), page(2, "重复")]))
    empty.apply(Batch([page(1, "更旧", version=1)]))
    assert sorted(ids(empty)) == [1, 2]
    assert ids(empty, Text("新的")) == [1]
    assert ids(empty, Text("更旧")) == []
    empty.apply(Batch([page(1, "同版改正", version=3)]))
    assert ids(empty, Text("同版改正")) == [1]
    empty.apply(Batch([page(2, "又给又删")], deletes=[2, 77]))
    assert ids(empty) == [1]


def test_a_moved_page_is_in_its_new_school_only(empty):
    empty.apply(Batch([page(1, "学籍", school=1)]))
    empty.apply(Batch([page(1, "学籍", school=2)]))
    for school, expected in ((1, 0), (2, 1)):
        scope = replace(EVERYWHERE, schools=frozenset({school}))
        assert empty.candidates(Text("学籍"), scope, Window()).total == expected


def test_generations_and_jobs_go_up(empty):
    first = empty.apply(Batch([page(1, "学籍")], job_id=5))
    second = empty.apply(Batch(deletes=[1], job_id=3))
    assert second > first == empty.generation() - 1
    assert empty.health().job_id == 5
    assert empty.apply(Batch(job_id=9)) == second + 1
    assert empty.health().job_id == 9
    rebuild(empty, job_id=11)
    assert empty.generation() > second + 1
    assert empty.health().job_id == 11


def test_tidying_keeps_the_pages(empty):
    for number in range(12):
        empty.apply(Batch([page(number, f"第{number}页 学籍"), page(100 + number, "学籍")], deletes=[number - 1]))
    before, segments = ids(empty), empty.health().segments
    empty.apply(Batch())
    assert ids(empty) == before
    assert empty.health().segments < segments
    assert empty.health(deep=True).state is State.READY


def test_a_cursor_stays_right_while_pages_arrive(empty):
    empty.apply(Batch([page(number, "学籍", made_on=20200100 + number) for number in range(1, 21)]))
    first = empty.candidates(Text("学籍"), EVERYWHERE, Window(5)).hits
    empty.apply(Batch([page(99, "学籍", made_on=20210101)], deletes=[first[-1].page_id]))
    following = empty.candidates(Text("学籍"), EVERYWHERE, Window(5, after=first[-1].place)).hits
    assert [hit.page_id for hit in first] == [20, 19, 18, 17, 16]
    assert [hit.page_id for hit in following] == [15, 14, 13, 12, 11]


def test_a_query_under_way_keeps_its_pages_while_all_is_replaced(adapter, empty, tmp_path):
    """Another opened index sees the change within the look-out time, and never an error."""
    other = adapter.open(tmp_path / "index")
    empty.apply(Batch([page(1, "学籍")]))
    assert ids(other) == [1]
    for number in range(2, 8):
        empty.apply(Batch([page(number, "学籍")], deletes=[number - 1]))
        empty.apply(Batch())
    rebuild(empty, [page(50, "学籍")])
    time.sleep(0.3)
    assert ids(other, Text("学籍")) == [50]
    other.close()


def test_rebuild_while_writing_loses_nothing(empty):
    empty.apply(Batch([page(1, "学籍"), page(2, "学籍")], job_id=10))
    building = empty.begin_rebuild()
    building.add(Batch([page(1, "学籍"), page(2, "学籍")], job_id=10))
    empty.apply(Batch([page(3, "学籍")], deletes=[1], job_id=12))
    assert sorted(ids(empty)) == [2, 3]
    assert not empty.finish_rebuild(building)
    building.add(Batch([page(3, "学籍")], deletes=[1], job_id=12))
    assert empty.finish_rebuild(building)
    assert sorted(ids(empty)) == [2, 3]


def test_one_rebuild_at_a_time_and_an_abandoned_one_leaves_nothing(empty):
    building = empty.begin_rebuild()
    with pytest.raises(IndexUnavailable):
        empty.begin_rebuild()
    building.add(Batch([page(1, "学籍")]))
    building.abandon()
    assert ids(empty) == []
    rebuild(empty, [page(2, "学籍")])
    assert ids(empty) == [2]


def _write_many(open_index, path, first) -> None:
    index = open_index(path)
    for number in range(first, first + 10):
        index.apply(Batch([page(number, "并发写入的学籍", names=("王丽",))]))
    index.close()


def test_writers_in_two_processes_wait_for_each_other(adapter, empty, tmp_path):
    """And their pages are found here, in a third, within two seconds of the last commit."""
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write_many, args=(adapter.open, tmp_path / "index", first)) for first in (0, 100)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        ids(empty, Name("王丽"))
        time.sleep(0.02)
    assert [writer.exitcode for writer in writers] == [0, 0]
    patience = time.monotonic() + 2
    while len(ids(empty, Name("王丽"))) < 20 and time.monotonic() < patience:
        time.sleep(0.02)
    assert sorted(ids(empty, Name("王丽"))) == [*range(10), *range(100, 110)]


def test_threads_share_an_index(empty):
    empty.apply(Batch([page(number, f"第{number}页学籍档案", names=("王丽",)) for number in range(60)]))
    answers: list[int] = []

    def ask() -> None:
        answers.extend(len(ids(empty, Text(f"第{number}页学籍"))) for number in range(60))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1] * 240


def _ask_in_child(index, answers) -> None:
    answers.put([len(ids(index, Text(f"第{number}页学籍"))) for number in range(30)])


def test_a_forked_process_reads_on_its_own(empty):
    empty.apply(Batch([page(number, f"第{number}页学籍档案") for number in range(30)]))
    assert ids(empty, Text("第3页学籍")) == [3]
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()
    children = [fork.Process(target=_ask_in_child, args=(empty, answers)) for _ in range(2)]
    for child in children:
        child.start()
    mine = [len(ids(empty, Text(f"第{number}页学籍"))) for number in range(30)]
    theirs = [answers.get(timeout=20) for _ in children]
    for child in children:
        child.join()
    answers.close()
    assert [mine, *theirs] == [[1] * 30] * 3


def test_many_hits_of_one_order_are_cut_right(empty):
    """More hits than are sorted in full, most of them of the same day."""
    empty.apply(Batch([page(number, "学籍", made_on=20200101 + number % 3) for number in range(1, 1_501)]))
    expected = sorted(range(1, 1_501), key=lambda number: (-(number % 3), -number))
    for size, offset in ((20, 0), (7, 493), (500, 500), (40, 1_480), (5, 1_500), (0, 3), (0, 0)):
        hits = empty.candidates(Text("学籍"), EVERYWHERE, Window(size, offset))
        assert [hit.page_id for hit in hits.hits] == expected[offset : offset + size]
        assert hits.total == 1_500


def test_commits_without_a_pause_do_not_pile_up_segments(empty, monkeypatch):
    monkeypatch.setattr("archive_service.adapters.search_index.embedded.index.MOST_SEGMENTS", 11)
    for number in range(40):
        empty.apply(Batch([page(number, "学籍")]))
    assert empty.health().segments <= 12
    assert sorted(ids(empty)) == list(range(40))


def test_what_an_index_keeps_in_memory_is_bounded_by_its_setting(tmp_path):
    some, none = open_index(tmp_path), open_index(tmp_path, cache_bytes=0)
    rebuild(some, [page(1, "学籍")])
    for index in (some, none):
        assert ids(index, Text("学籍")) == [1]
    assert some._cache._held > 0
    assert none._cache._held == 0
