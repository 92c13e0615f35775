"""What a proposal may be believed, and which of two is the better."""

import pytest

from scanners.passage import Span
from scanners.proposals import FieldState, FoundBy, proposal

BOX = (0, 0, 10, 10)


def offered(name: str, text: str, found_by: FoundBy, confidence: float = 0.98):
    return proposal(name, Span(text, text, BOX, confidence), 1, found_by)


@pytest.mark.parametrize(
    ("name", "text", "found_by", "confidence", "state"),
    [
        ("name", "张伟", FoundBy.LABEL, 0.95, FieldState.SURE),
        ("name", "张伟", FoundBy.LABEL, 0.85, FieldState.DOUBTFUL),
        ("name", "张3", FoundBy.LABEL, 0.99, FieldState.DOUBTFUL),
        ("seal_unit", "某某中学", FoundBy.SEAL, 0.97, FieldState.DOUBTFUL),
        ("seal_unit", "某某中学", FoundBy.SEAL, 0.99, FieldState.SURE),
    ],
)
def test_state(name, text, found_by, confidence, state):
    assert offered(name, text, found_by, confidence).state is state


def test_a_sound_value_is_better_than_a_surer_place():
    sure, doubtful = offered("name", "张伟", FoundBy.PROSE), offered("name", "张伟", FoundBy.LABEL, 0.5)
    assert sure.rank > doubtful.rank
    assert offered("name", "张伟", FoundBy.LABEL).rank > sure.rank


def test_wording_keeps_chinese_marks():
    field = offered("diagnosis", "肺结核(继发型,痰检阴性)", FoundBy.LABEL)
    assert field.value == "肺结核（继发型，痰检阴性）"
