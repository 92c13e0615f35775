"""Anchors and clocks: what a clock gone wrong, or an act across midnight, may and may not do to them."""

from datetime import timedelta

from archive_service.adapters import anchor_files
from archive_service.keeper import Keeper
from archive_service.services import ledger_anchors, ledger_verify
from tests.functional.test_ledger import happen


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
