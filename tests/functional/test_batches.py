"""How far papers taken in together have come: nobody is called to a paper whose student is still being looked for."""

import pytest

from archive_service.rules.access import Role
from archive_service.services import batches, intake
from archive_service.services.intake import Incoming
from archive_service.worker import Worker
from tests.functional.web_client import signed_in
from tests.papers import hukou, jpeg


@pytest.fixture
def registrar(make):
    return make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3])


def test_a_paper_waits_for_a_person_once_its_match_was_looked_for(app, archive, registrar):
    batch = batches.open_batch(archive, label="", source="web", actor=registrar)
    record = intake.receive(archive, Incoming(jpeg(hukou("无此人", "")), "a.jpg", batch_id=batch.id), actor=registrar)
    worker = Worker(archive)
    browser = signed_in(app, archive, registrar)
    seen = []
    for _ in ("judge", "read", "match"):
        view = batches.batch_view(archive, batch.id, actor=registrar)
        page = browser.client.get(f"/capture/batches/{batch.id}/cards").text
        seen.append((view.pending, view.waiting, view.matching, "去确认" in page))
        assert worker.work_once()
    under_way = frozenset([record.id])
    assert seen == [(1, 0, frozenset(), False), (1, 0, frozenset(), False), (1, 0, under_way, False)]
    view = batches.batch_view(archive, batch.id, actor=registrar)
    assert (view.pending, view.waiting, view.matching) == (0, 1, frozenset())
    assert "去确认" in browser.client.get(f"/capture/batches/{batch.id}/cards").text
