"""Who receives, by occasion."""

import pytest

from retention.custody import Occasion, Parties, receiver


@pytest.mark.parametrize(
    ("occasion", "parties", "unit", "reasons", "backup"),
    [
        pytest.param(Occasion.STUDENT_TRANSFER, Parties(new_school_id="b"), "b", 0, True, id="HN-19.1 transfer"),
        pytest.param(Occasion.STUDENT_TRANSFER, Parties(), None, 1, True, id="HN-19.1 no school yet"),
        pytest.param(Occasion.NEXT_STAGE, Parties(new_school_id="b"), "b", 0, True, id="HN-19.1 next stage"),
        pytest.param(Occasion.MERGER, Parties(successor_id="b"), "b", 0, False, id="HN-19.3 merger"),
        pytest.param(Occasion.MERGER, Parties(designated_id="c"), None, 1, False, id="HN-19.3 no successor"),
        pytest.param(Occasion.MERGER, Parties(successor_id="a"), None, 1, False, id="merged into itself"),
        pytest.param(Occasion.CLOSURE, Parties(designated_id="c", designation_ref="号"), "c", 0, False, id="HN-19.4"),
        pytest.param(Occasion.CLOSURE, Parties(designated_id="c"), None, 1, False, id="YK-10.5 no document"),
        pytest.param(Occasion.CLOSURE, Parties(successor_id="b"), None, 2, False, id="HN-19.4 nothing known"),
    ],
)
def test_receiver(occasion: Occasion, parties: Parties, unit: str | None, reasons: int, *, backup: bool) -> None:
    found = receiver(occasion, parties, sender_id="a")
    assert (found.unit_id, len(found.reasons), found.keeps_backup) == (unit, reasons, backup)
    assert found.articles
