"""The ledger knows its anchors: a folder emptied, thinned out or filled anew after a rewriting is named, one merely lost is made good."""

import os
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from archive_service.adapters import anchor_files
from archive_service.errors import Damaged
from archive_service.models.ledger import Event
from archive_service.services import ledger, ledger_anchors, ledger_noted
from tests.functional.test_ledger import NEW_EVENT, happen, tamper
from tests.functional.test_ledger_anchors import DAYS, days, read, resealed, xueji

__all__ = ["days", "xueji"]
EDITED = "update event set act = 'x' where id = 6"


def emptied(archive):
    for path in archive.settings.anchor_folder.iterdir():
        path.unlink()


def known(archive):
    with archive.read() as session:
        return ledger_noted.noted(session)


def a_day_later(archive):
    ledger.seal(archive)
    archive.clock.at += timedelta(days=1)
    return ledger_anchors.write_due(archive)


def test_each_anchor_has_one_event_that_tells_its_file(days):
    assert [(each.day, each.seq, each.sha256) for each in known(days)] == [
        (file.anchor.date, file.anchor.seq, file.anchor.digest) for file in read(days)
    ]
    ledger_anchors.write_due(days)
    assert len(known(days)) == DAYS
    with days.read() as session:
        assert set(session.scalars(select(Event.account_name).where(Event.act == ledger_noted.ACT))) == {"系统"}


def test_the_event_of_an_anchor_belongs_to_the_next_one(days, xueji):
    [fourth] = a_day_later(days)
    assert (fourth.anchor.seq, fourth.anchor.events) == (12 + DAYS, DAYS)
    [fifth] = a_day_later(days)
    assert (fifth.anchor.date, fifth.anchor.events) == (date(2026, 9, 5), 1)
    ledger.seal(days)
    assert xueji("verify-ledger")[0] == 0


def test_a_folder_emptied_after_a_rewriting_is_named_and_not_filled_anew(days, xueji):
    ledger.seal(days)
    tamper(days, EDITED)
    resealed(days)
    emptied(days)
    status, told = xueji("verify-ledger")
    assert status == 1
    assert "2026-09-01 至 2026-09-03 的 3 份存证" in told["fault"]
    with pytest.raises(Damaged, match="2026-09-02"):
        ledger_anchors.write_due(days)
    assert [file.name for file in read(days)] == ["ledger-2026-09-01.json"], "the day before the edit is as it was"
    assert "2026-09-02 至 2026-09-03 的 2 份存证" in xueji("verify-ledger")[1]["fault"]


def test_anchors_put_there_for_a_rewritten_chain_are_named(days, xueji):
    """As a program without these events would fill the folder."""
    ledger.seal(days)
    tamper(days, EDITED)
    resealed(days)
    emptied(days)
    last = None
    with days.read() as session:
        for day in (1, 2, 3):
            last = ledger_anchors._anchor(session, date(2026, 9, day), 4 * day, last=last, whole_day=True)
            anchor_files.write(days.settings.anchor_folder, f"ledger-2026-09-0{day}.json", last)
    assert ledger_anchors.contradictions(days, read(days)) == []
    status, told = xueji("verify-ledger")
    assert status == 1
    assert [fault.split("（")[0] for fault in told["faults"]] == [f"存证 ledger-2026-09-0{day}.json 与台账" for day in (2, 3)]


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_one_anchor_taken_out_is_named(days, xueji, gone):
    (days.settings.anchor_folder / f"ledger-2026-09-0{gone}.json").unlink()
    status, told = xueji("verify-ledger")
    assert status == 1
    assert f"2026-09-0{gone} 的存证" in told["fault"]


def test_a_folder_merely_lost_is_made_good_though_an_event_came_late(days, xueji):
    """The anchor of a day ends where it ended, not where it would end now."""
    before = [file.anchor for file in read(days)]
    tamper(days, NEW_EVENT.format(id=900, at="2026-09-03 15:59:00+00:00"))
    ledger.seal(days)
    emptied(days)
    assert xueji("verify-ledger")[0] == 1
    ledger_anchors.write_due(days)
    assert [file.anchor for file in read(days)] == before
    assert xueji("verify-ledger")[0] == 0
    assert len(known(days)) == DAYS


def test_a_copy_that_lags_is_no_fault(days, xueji, tmp_path):
    for file in read(days)[:2]:
        os.link(days.settings.anchor_folder / file.name, tmp_path / file.name)
    assert xueji("verify-ledger", "--anchors", tmp_path)[0] == 0


def test_anchors_from_before_there_were_events_are_bound_by_the_newest(days, xueji):
    tamper(days, f"delete from event where act = '{ledger_noted.ACT}'")
    assert xueji("verify-ledger")[0] == 0
    ledger_anchors.write_due(days)
    assert [each.day for each in known(days)] == [date(2026, 9, 3)]
    (days.settings.anchor_folder / "ledger-2026-09-03.json").unlink()
    assert "2026-09-03 的存证" in xueji("verify-ledger")[1]["fault"]


def test_a_kill_between_file_and_event_is_made_good(days, monkeypatch):
    happen(days)
    with monkeypatch.context() as killed:
        killed.setattr(ledger_noted, "note", lambda *_: None)
        [file] = a_day_later(days)
    assert len(known(days)) == DAYS
    assert ledger_anchors.write_due(days) == []
    assert known(days)[-1][1:] == (file.anchor.date, file.anchor.seq, file.anchor.digest)
