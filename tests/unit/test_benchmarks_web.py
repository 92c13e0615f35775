"""The crowd of `benchmarks.web`: it refuses what would measure its own crowding."""

import pytest

from benchmarks.web.__main__ import refuse_crowding


def test_more_sessions_of_an_account_than_it_may_have_are_refused():
    refuse_crowding(["a", "b", "a", "b"], at_most=2)
    with pytest.raises(SystemExit, match="a would have 3, and may have 2"):
        refuse_crowding(["a", "b", "a", "a"], at_most=2)
