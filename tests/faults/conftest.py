"""Fixtures of the fault tests: an instance that is gone afterwards, whatever happened to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.living import Instance


@pytest.fixture
def make_instance(tmp_path: Path) -> Iterator[Callable[..., Instance]]:
    """Makes instances that are not started yet."""
    made: list[Instance] = []

    def make(**options: str) -> Instance:
        made.append(Instance(tmp_path / f"home{len(made)}", **options))
        return made[-1]

    yield make
    for instance in made:
        instance.close()
