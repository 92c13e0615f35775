"""How far papers taken in together have come: nobody is called to a paper whose student is still being looked for."""

import re

import pytest
from sqlalchemy import update

from archive_service.models.record import MatchState, Record, RecordState
from archive_service.rules.access import Role
from archive_service.services import batches, intake, records
from archive_service.services.intake import Incoming
from archive_service.worker import Worker
from tests.functional.web_client import signed_in
from tests.papers import hukou, jpeg


@pytest.fixture
def school(make):
    return make.tree()[3]


@pytest.fixture
def child(make, school):
    return make.student(school)


@pytest.fixture
def registrar(make, school):
    return make.actor(Role.SCHOOL_REGISTRAR, school)


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


def pending(browser, batch):
    """What the board says; at 0 the page asks no more."""
    return int(re.search(r'data-pending="(\d+)"', browser.client.get(f"/capture/batches/{batch.id}/cards").text)[1])


@pytest.mark.parametrize("jobs_before", [0, 1, 2])
def test_the_board_goes_on_asking_when_a_paper_moves_while_it_is_made(app, archive, child, registrar, monkeypatch, jobs_before):
    """Between its cards and its counts everything gets done: what the cards show is no longer so, whatever stage they caught."""
    batch = batches.open_batch(archive, label="", source="web", actor=registrar)
    intake.receive(archive, Incoming(jpeg(hukou(child.name, child.id_no)), "a.jpg", batch_id=batch.id), actor=registrar)
    worker, browser = Worker(archive), signed_in(app, archive, registrar)
    assert all(worker.work_once() for _ in range(jobs_before))
    as_they_are = records.listed

    def listed_and_then_done(*about, **named):
        cards = as_they_are(*about, **named)
        worker.drain()
        return cards

    with monkeypatch.context() as patch:
        patch.setattr(records, "listed", listed_and_then_done)
        assert pending(browser, batch) == 1
    assert pending(browser, batch) == 0


def test_an_unreadable_paper_brought_for_a_child_keeps_nobody_waiting(app, archive, child, registrar):
    batch = batches.open_batch(archive, label="", source="web", actor=registrar)
    record = intake.receive(archive, Incoming(jpeg("一张纸"), "a.jpg", batch_id=batch.id, student_id=child.id), actor=registrar)
    with archive.begin() as session:
        session.execute(update(Record).where(Record.id == record.id).values(state=RecordState.UNREADABLE, match_state=MatchState.MATCHED))
    assert pending(signed_in(app, archive, registrar), batch) == 0


def test_the_board_goes_on_asking_when_a_paper_comes_while_it_is_made(app, archive, registrar, monkeypatch):
    batch = batches.open_batch(archive, label="", source="web", actor=registrar)
    browser, as_they_are = signed_in(app, archive, registrar), records.listed

    def listed_and_then_one_comes(*about, **named):
        cards = as_they_are(*about, **named)
        intake.receive(archive, Incoming(jpeg("一张纸"), "a.jpg", batch_id=batch.id), actor=registrar)
        return cards

    with monkeypatch.context() as patch:
        patch.setattr(records, "listed", listed_and_then_one_comes)
        assert pending(browser, batch) == 1
