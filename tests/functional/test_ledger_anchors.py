"""Anchors: one a day, never replaced, and what they prove when somebody has rewritten the chain so that it holds by itself."""

import json
import re
import subprocess
import sys
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from archive_service.adapters import anchor_files
from archive_service.adapters.anchor_files import NONE
from archive_service.errors import Damaged, Unavailable
from archive_service.keeper import Keeper
from archive_service.models.ledger import Event, EventLink
from archive_service.services import ledger, ledger_anchors, ledger_verify
from archive_service.services.ledger_chain import GENESIS, link_digest
from archive_service.settings import ROOT
from tests.functional.test_ledger import NEW_EVENT, happen, tamper

PER_DAY = 4
DAYS = 3
NOTED = DAYS  # an event for each anchor, written the day after


@pytest.fixture
def days(archive):
    """Three days of four events each, with their anchors; now it is noon of the fourth."""
    for _ in range(DAYS):
        happen(archive, PER_DAY)
        assert ledger.seal(archive) == PER_DAY
        archive.clock.at += timedelta(days=1)
    assert len(ledger_anchors.write_due(archive)) == DAYS
    return archive


@pytest.fixture
def xueji(xueji):
    """How a command ends, and what it says as JSON."""

    def run(*words):
        status, said = xueji(*words, "--json")
        return status, json.loads(said)

    return run


def read(archive):
    return anchor_files.read(archive.settings.anchor_folder)


def resealed(archive):
    """Compute every seal anew, as the administrator of the database can: the chain holds by itself again."""
    tamper(archive, "delete from event_link")
    with archive.begin() as session:
        previous = GENESIS
        for seq, event in enumerate(session.scalars(select(Event).order_by(Event.id)).all(), start=1):
            previous = link_digest(previous, seq, event)
            session.add(EventLink(seq=seq, event_id=event.id, digest=previous, sealed_at=archive.clock.now()))
    assert ledger_verify.verify(archive).faults == ()


def contradictions(archive):
    return ledger_anchors.contradictions(archive, read(archive))


def test_a_day_has_one_file_and_each_follows_from_the_one_before(days):
    files = read(days)
    assert [file.name for file in files] == [f"ledger-2026-09-0{day}.json" for day in (1, 2, 3)]
    first, second, third = (file.anchor for file in files)
    assert (first.date, first.seq, first.events, first.previous, first.whole_day) == (date(2026, 9, 1), 4, 4, NONE, True)
    assert (second.seq, second.events, second.previous) == (8, 4, first.digest)
    assert (third.seq, third.previous) == (12, second.digest)
    with days.read() as session:
        assert third.head == session.get(EventLink, 12).digest
    assert contradictions(days) == []


def test_writing_again_changes_nothing(days):
    folder = days.settings.anchor_folder
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert ledger_anchors.write_due(days) == []
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before


def test_a_lost_folder_is_written_again_to_the_byte(days):
    folder = days.settings.anchor_folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for path in folder.iterdir():
        path.unlink()
    ledger_anchors.write_due(days)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_day_without_events_and_days_the_service_was_down_are_made_good(days):
    days.clock.at += timedelta(days=3)
    happen(days)
    ledger.seal(days)
    written = ledger_anchors.write_due(days)
    assert [(file.anchor.date.day, file.anchor.events) for file in written] == [(4, NOTED), (5, 0), (6, 0)]
    assert contradictions(days) == []


def test_a_day_is_closed_ten_minutes_after_midnight_in_china(archive):
    happen(archive)
    ledger.seal(archive)
    archive.clock.at = archive.clock.at.replace(hour=16, minute=9)
    assert ledger_anchors.write_due(archive) == []
    archive.clock.at = archive.clock.at.replace(minute=10)
    assert [file.anchor.date for file in ledger_anchors.write_due(archive)] == [date(2026, 9, 1)]


def test_a_day_waits_for_its_last_event_to_be_sealed(days):
    happen(days)
    days.clock.at += timedelta(days=1)
    assert ledger_anchors.write_due(days) == []
    ledger.seal(days)
    assert [file.anchor.seq for file in ledger_anchors.write_due(days)] == [12 + NOTED + 1]


def test_the_keeper_seals_and_anchors(archive):
    happen(archive, 3)
    archive.clock.at += timedelta(days=1)
    Keeper(archive).seal()
    [file] = read(archive)
    assert (file.anchor.seq, file.anchor.date) == (3, date(2026, 9, 1))


def test_the_keeper_goes_on_sealing_when_the_folder_cannot_be_written(archive):
    archive.settings.anchor_folder.write_text("a file in its way")
    happen(archive, 3)
    archive.clock.at += timedelta(days=1)
    keeper = Keeper(archive)
    with pytest.raises(Unavailable):
        keeper.seal()
    assert ledger_verify.verify(archive).unsealed == 0
    happen(archive)
    keeper.seal()
    assert ledger_verify.verify(archive).unsealed == 0


def test_a_file_of_other_content_is_not_replaced(days):
    file = read(days)[2]
    path = days.settings.anchor_folder / file.name
    other = file.anchor.text.replace('"seq": 12', '"seq": 11').replace('"events": 4', '"events": 3')
    path.chmod(0o600)
    path.write_text(other)
    with pytest.raises(Damaged):
        anchor_files.write(days.settings.anchor_folder, file.name, file.anchor)
    assert path.read_text() == other


@pytest.mark.parametrize(
    ("what", "statements", "named"),
    [
        ("truncated", ("delete from event_link where seq > 6", "delete from event where id > 6"), ("只到第 6 环：第 7–8 环被截去", "第 7–12 环被截去")),
        ("last event cut off", ("delete from event_link where seq >= 12", "delete from event where id >= 12"), ("第 12 环被截去",)),
        ("event edited", ("update event set act = 'x' where id = 6",), ("所记第 8 环的摘要与库中不同：第 5–8 环之间被改写",)),
        ("event moved to the day after", ("update event set at = '2026-09-03 04:00:00+00:00' where id = 6",), ("第 5–8 环之间被改写",)),
        ("event removed", ("delete from event_link where event_id = 6", "delete from event where id = 6"), ("第 5–8 环之间被改写",)),
        ("events reordered", ("update event set id = 900 where id = 6",), ("第 5–8 环之间被改写",)),
    ],
)  # fmt: skip
def test_what_a_chain_sealed_anew_hides_the_anchors_tell(days, what, statements, named):
    tamper(days, *statements)
    resealed(days)
    faults = contradictions(days)
    for words in named:
        assert any(words in fault for fault in faults), faults


def test_an_event_put_into_a_closed_day_is_named(days):
    tamper(days, NEW_EVENT.format(id=900, at="2026-09-02 05:00:00+00:00"))
    ledger.seal(days)
    assert ledger_verify.verify(days).faults == ()
    [fault] = contradictions(days)
    assert f"第 {12 + NOTED + 1} 环（事件 900）写明 2026-09-02 13:00" in fault
    assert "事后插入" in fault


def test_no_new_anchor_covers_up_a_rewritten_chain(days):
    tamper(days, "update event set act = 'x' where id = 12")
    resealed(days)
    days.clock.at += timedelta(days=1)
    with pytest.raises(Damaged, match="2026-09-03"):
        ledger_anchors.write_due(days)


def test_anchors_prove_each_other_without_a_database(days, xueji):
    folder = days.settings.anchor_folder
    assert xueji("verify-anchor", folder)[0] == 0
    middle = folder / "ledger-2026-09-02.json"
    content = middle.read_text()
    middle.chmod(0o600)
    other_head = re.sub(r'"head": "\w{64}"', f'"head": "{NONE}"', content)
    longer = content.replace('"seq": 8', '"seq": 9').replace('"events": 4', '"events": 5')
    for found in (other_head, longer, content.replace("\n", "\r\n"), "", "{}"):
        middle.write_bytes(found.encode())
        status, told = xueji("verify-anchor", folder)
        assert status == 1
        assert told["faults"]
    middle.unlink()
    assert "缺 1 天" in xueji("verify-anchor", folder)[1]["faults"][0]


def test_anchors_left_out_at_the_front_are_told_unless_one_says_where_one_begins(days, xueji):
    folder = days.settings.anchor_folder
    (folder / "ledger-2026-09-01.json").unlink()
    status, told = xueji("verify-anchor", folder)
    assert (status, told["faults"]) == (1, ["ledger-2026-09-02.json 之前还有存证，这里没有：缺最前面的若干份"])
    assert xueji("verify-anchor", folder, "--from", "2026-09-02")[0] == 0
    assert xueji("verify-anchor", folder, "--from", "2026-09-01")[0] == 1
    assert xueji("verify-ledger")[0] == 1


def test_a_listing_gives_the_digests_of_the_anchors(days, xueji, tmp_path):
    folder, listing = days.settings.anchor_folder, tmp_path / "events.jsonl"
    assert xueji("export-ledger", listing) == (0, {"file": str(listing), "events": 12})
    status, told = xueji("verify-anchor", folder, "--export", listing)
    assert (status, told["lines"], len(told["reached"]), told["unreached"]) == (0, 12, 3, [])
    with days.read() as session:
        assert session.scalars(select(Event.act).order_by(Event.id.desc())).first() == "ledger.exported"


def test_a_listing_may_start_after_an_anchor(days, xueji, tmp_path):
    listing = tmp_path / "events.jsonl"
    xueji("export-ledger", listing, "--after", 8)
    status, told = xueji("verify-anchor", days.settings.anchor_folder, "--export", listing)
    assert (status, told["lines"], told["reached"]) == (0, 4, ["ledger-2026-09-03.json"])
    listing.unlink()
    xueji("export-ledger", listing, "--after", 7)
    assert "无从算起" in xueji("verify-anchor", days.settings.anchor_folder, "--export", listing)[1]["faults"][0]


def test_an_edited_left_out_or_moved_line_is_named(days, xueji, tmp_path):
    listing = tmp_path / "events.jsonl"
    xueji("export-ledger", listing)
    lines = listing.read_text("utf-8").splitlines(keepends=True)
    edited = [*lines[:5], lines[5].replace("record.viewed", "record.filed"), *lines[6:]]
    for found, words in (
        (edited, "第 6 环的事件与摘要不符"),
        ([*lines[:5], *lines[6:]], "第 6 环"),
        ([*lines[:5], lines[6], lines[5], *lines[7:]], "第 6 环"),
        ([*lines[:5], "nonsense\n", *lines[6:]], "第 6 行"),
    ):
        listing.write_text("".join(found), "utf-8")
        status, told = xueji("verify-anchor", days.settings.anchor_folder, "--export", listing)
        assert status == 1
        assert words in told["faults"][0]


def test_verify_ledger_holds_the_chain_against_the_anchors(days, xueji):
    status, told = xueji("verify-ledger")
    assert (status, told["anchors"], told["fault"]) == (0, 3, None)
    tamper(days, "delete from event_link where seq = 12", "delete from event where id = 12")
    status, told = xueji("verify-ledger")
    assert status == 1
    assert "第 12 环被截去" in told["fault"]


def test_an_anchor_of_this_moment_stands_beside_those_of_the_days(days, xueji):
    happen(days)
    ledger.seal(days)
    status, told = xueji("anchor-ledger", "--now")
    assert status == 0
    assert told[-1]["seq"] == 12 + NOTED + 1
    assert told[-1]["whole_day"] is False
    assert xueji("verify-anchor", days.settings.anchor_folder)[0] == 0
    assert xueji("verify-ledger")[0] == 0


def test_half_a_file_has_no_name(days, monkeypatch):
    """A disk that fails at the flush leaves nothing that looks like an anchor."""
    happen(days)
    ledger.seal(days)
    days.clock.at += timedelta(days=1)
    folder = days.settings.anchor_folder
    with days.engine.connect() as connection:
        assert connection.execute(text("select count(*) from event_link")).scalar() == 12 + NOTED + 1

    def broken(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(Unavailable):
        ledger_anchors.write_due(days)
    monkeypatch.undo()
    assert len(read(days)) == DAYS
    assert len(ledger_anchors.write_due(days)) == 1
    assert [path.name for path in folder.iterdir() if path.suffix != ".json"] == []


def run_printed(folder, listing, place):
    """The program the document prints, run by a bare Python."""
    [program] = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "ledger.md").read_text("utf-8"), re.DOTALL)
    script = place / "check.py"
    script.write_text(program, "utf-8")
    return subprocess.run([sys.executable, "-I", "-S", script, folder, listing], capture_output=True, text=True, check=False)


def test_the_printed_program_proves_what_is_whole_and_refuses_the_rest(days, xueji, tmp_path):
    listing = tmp_path / "events.jsonl"
    xueji("export-ledger", listing)
    folder = days.settings.anchor_folder
    assert run_printed(folder, listing, tmp_path).stdout == "12 events, 3 anchors proved, 0 places not reached\n"
    whole = listing.read_text("utf-8")
    listing.write_text(whole.replace("record.viewed", "record.filed", 1), "utf-8")
    assert "not those ledger-2026-09-01.json saw" in run_printed(folder, listing, tmp_path).stderr
    listing.write_text(whole, "utf-8")
    (folder / "ledger-2026-09-02.json").unlink()
    assert "ledger-2026-09-03.json does not follow" in run_printed(folder, listing, tmp_path).stderr
