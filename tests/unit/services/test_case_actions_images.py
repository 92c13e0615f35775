"""Rows as JSON and back again."""

import json
from datetime import UTC, date, datetime

from archive_service.models.case import CaseStep
from archive_service.models.record import Record, ReviewState
from archive_service.services.case_actions_images import RECORD, STEP, _image, restore


def test_dates_instants_and_words_come_back_as_they_were():
    step = CaseStep(state="open", received_at=datetime(2026, 9, 1, 4, 0, 0, 5, tzinfo=UTC), due_on=date(2026, 9, 15), due_article="C-09")
    image = json.loads(json.dumps(_image(step, STEP)))
    other = CaseStep(state="done", done_by="x", done_at=datetime(2026, 9, 2, tzinfo=UTC))
    restore(other, image)
    assert {name: getattr(other, name) for name in STEP} == {name: getattr(step, name) for name in STEP}


def test_an_enum_comes_back_as_its_member():
    record = Record(review_state=ReviewState.PENDING, review_reasons=[])
    image = json.loads(json.dumps(_image(record, RECORD)))
    record.review_state = ReviewState.RETURNED
    restore(record, image)
    assert record.review_state is ReviewState.PENDING
