"""Every adapter in every shape an index takes in life: one segment, many small commits, rebuilt."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from archive_service.adapters.search_index.embedded.index import open_index
from archive_service.adapters.search_index.interface import Batch, SearchIndex
from tests.unit.adapters.search_index.sample_pages import ENTRIES, page

COMMITS = 30


@dataclass(frozen=True)
class Adapter:
    """How to open an engine; `open` on the same path is the same index, as another process would see it."""

    name: str
    open: Callable[[Path], SearchIndex]


ADAPTERS = (Adapter("embedded", open_index),)


def rebuild(index: SearchIndex, entries=(), job_id: int = 0) -> None:
    building = index.begin_rebuild()
    building.add(Batch(entries, job_id=job_id))
    assert index.finish_rebuild(building)


def one_segment(index: SearchIndex) -> None:
    rebuild(index, ENTRIES)


def many_commits(index: SearchIndex) -> None:
    """Old versions first, pages that go again, and late corrections; now and then the index tidies up."""
    rebuild(index)
    index.apply(Batch([replace(entry, text="旧版本的暗语 毕业", names=("旧名",), version=1) for entry in ENTRIES[::7]]))
    index.apply(Batch([page(90_000 + place, "应删除的暗语 毕业 王丽") for place in range(9)]))
    for place in range(COMMITS):
        index.apply(Batch(ENTRIES[place::COMMITS], deletes=[90_000 + place]))
        if place % 4 == 3:
            index.apply(Batch())
    index.apply(Batch([replace(entry, text="迟到的旧版本", version=2) for entry in ENTRIES[::5]]))


def rebuilt(index: SearchIndex) -> None:
    many_commits(index)
    rebuild(index, ENTRIES)


SHAPES = (one_segment, many_commits, rebuilt)


@pytest.fixture(scope="session", params=ADAPTERS, ids=lambda adapter: adapter.name)
def adapter(request) -> Adapter:
    return request.param


@pytest.fixture(scope="session", params=SHAPES, ids=lambda shape: shape.__name__)
def index(request, adapter, tmp_path_factory) -> Iterator[SearchIndex]:
    """A filled index that tests only read."""
    opened = adapter.open(tmp_path_factory.mktemp("index"))
    request.param(opened)
    yield opened
    opened.close()


@pytest.fixture
def empty(adapter, tmp_path) -> Iterator[SearchIndex]:
    """An index of a test's own."""
    opened = adapter.open(tmp_path / "index")
    rebuild(opened)
    yield opened
    opened.close()
