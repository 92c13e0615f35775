"""Anchors and clocks: what a clock gone wrong, or an act across midnight, may and may not do to them."""

from datetime import timedelta

from archive_service.adapters import anchor_files
from archive_service.keeper import Keeper
from archive_service.services import ledger, ledger_anchors, ledger_verify
from tests.functional.test_ledger import NEW_EVENT, happen, tamper


def test_years_without_anchors_are_made_good_turn_by_turn_and_sealing_goes_on(archive):
    """A machine whose clock stood back at the first event, and was then put right."""
    now, missing = archive.clock.at, ledger_anchors.A_TURN + 101
    archive.clock.at = now - timedelta(days=missing)
    happen(archive)
    archive.clock.at = now
    happen(archive)
    Keeper(archive).seal()
    assert len(anchor_files.read(archive.settings.anchor_folder)) == ledger_anchors.A_TURN
    assert ledger_verify.verify(archive).unsealed == 0
    assert len(ledger_anchors.write_due(archive, at_most=None)) == missing - ledger_anchors.A_TURN
    assert ledger_anchors.contradictions(archive, anchor_files.read(archive.settings.anchor_folder)) == []


def test_an_act_begun_before_midnight_and_ended_after_the_anchor_is_a_doubt_and_no_fault(archive):
    happen(archive)
    ledger.seal(archive)
    archive.clock.at += timedelta(days=1)
    [file] = ledger_anchors.write_due(archive)
    tamper(archive, NEW_EVENT.format(id=900, at="2026-09-01 15:59:00+00:00"), NEW_EVENT.format(id=901, at="2026-09-01 14:59:00+00:00"))
    ledger.seal(archive)
    [doubt] = ledger_anchors.late(archive, [file])
    assert "事件 900" in doubt
    [fault] = ledger_anchors.contradictions(archive, [file])
    assert "事件 901" in fault
