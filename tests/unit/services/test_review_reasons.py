"""The closed list of reasons."""

import pytest

from archive_service.errors import Rejected
from archive_service.services.review_reasons import LABELS, ReasonGiven, ReturnCode, note_of, return_reasons


def test_every_code_has_its_own_words():
    assert set(LABELS) == set(ReturnCode)
    assert len(set(LABELS.values())) == len(LABELS)


def test_rows_keep_code_and_words():
    [row] = return_reasons([ReasonGiven("r1", "unclear", " 重扫 ")], records={"r1"})
    assert row == {"record_id": "r1", "code": "unclear", "text": "不清晰", "note": "重扫"}


@pytest.mark.parametrize("reasons", [[], [ReasonGiven("r1")], [ReasonGiven("r1", "other", " ")], [ReasonGiven("r2", "unclear")]])
def test_what_is_not_a_reason(reasons):
    with pytest.raises(Rejected):
        return_reasons(reasons, records={"r1"})


def test_words_for_acts_that_need_some():
    assert note_of([ReasonGiven(note="一"), ReasonGiven(note=" "), ReasonGiven(note="二")], "撤回") == "一；二"
    with pytest.raises(Rejected):
        note_of([ReasonGiven(note=" ")], "撤回")
