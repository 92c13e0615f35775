"""What the ledger knows of its own anchors: an event for each, so that an emptied folder is not taken for one never filled.

Lives here: `note`, `noted`, what a folder lacks or has otherwise, and `newest_fault`, the short look of the doctor. Not here: writing
anchors (ledger_anchors), files (adapters.anchor_files). The event of a day's anchor is written the day after, so it lies in the stretch
of the next anchor and never in its own. Instances from before these events have none for their old anchors: nothing is expected of those
days, but each anchor holds the digest of the one before, so that the first one noted binds them too.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.adapters import anchor_files
from archive_service.adapters.anchor_files import Anchor, AnchorFile
from archive_service.archive import Archive
from archive_service.errors import Damaged, Unavailable
from archive_service.models.ledger import Event
from archive_service.services import ledger
from archive_service.services.actor import SERVICE
from archive_service.services.ledger import Subject

ACT = "ledger.anchored"
ABSENT = (
    "台账记有 {days}存证，存证目录里没有或读不出；运行 xueji anchor-ledger 补写，它只写得出与台账所记相同的，写不出的用机外的存证或备份核对"
)

OTHER = "存证 {name} 与台账（事件 {event}）所记的摘要不同：存证被换过，或台账被改写后重新封存"


class Noted(NamedTuple):
    """The anchor of a day as the ledger has it: how far it went, and the SHA-256 of its file."""

    event_id: int
    day: date
    seq: int
    sha256: str


def noted(session: Session) -> list[Noted]:
    """Every anchor the ledger knows of, in the order of the events."""
    rows = session.execute(select(Event.id, Event.detail).where(Event.act == ACT).order_by(Event.id))
    return [_of(number, told) for number, told in rows]


def note(archive: Archive, written: Sequence[AnchorFile], before: Sequence[AnchorFile]) -> int:
    """Write an event for each anchor just written, and for what lay there `before` without one; returns how many.

    What a kill left between file and event is made good so. Of anchors from before there were such events the newest is noted.
    """
    with archive.read() as session:
        known = {each.day for each in noted(session)}
    fresh = [anchor for anchor in [*_left_over(before, known), *_days(written)] if anchor.date not in known]
    if not fresh:
        return 0
    with archive.begin() as session:
        for anchor in fresh:
            detail = {"day": anchor.date.isoformat(), "seq": anchor.seq, "sha256": anchor.digest}
            ledger.write(session, ACT, Subject("ledger"), actor=SERVICE, now=archive.clock.now(), detail=detail)
    return len(fresh)


def _left_over(before: Sequence[AnchorFile], known: Collection[date]) -> list[Anchor]:
    days = _days(before)
    return [anchor for anchor in days if anchor.date > max(known)] if known else days[-1:]


def _days(files: Iterable[AnchorFile]) -> list[Anchor]:
    return sorted((file.anchor for file in files if file.anchor.whole_day), key=lambda anchor: anchor.date)


def absent(archive: Archive, files: Iterable[AnchorFile]) -> list[str]:
    """The anchors the ledger knows of that a folder does not hold, in words; for the folder the service writes into."""
    there = {file.anchor.date for file in files if file.anchor.whole_day}
    with archive.read() as session:
        days = sorted({each.day for each in noted(session)} - there)
    if not days:
        return []
    told = f"{days[0]} 的" if len(days) == 1 else f"{days[0]} 至 {days[-1]} 的 {len(days)} 份"
    return [ABSENT.format(days=told)]


def other(archive: Archive, files: Iterable[AnchorFile]) -> Iterator[str]:
    """The anchors that are not those the ledger knows of, in words."""
    with archive.read() as session:
        known = noted(session)
    there = {file.anchor.date: file for file in files if file.anchor.whole_day}
    for each in known:
        file = there.get(each.day)
        if file is not None and file.anchor.digest != each.sha256:
            yield OTHER.format(name=file.name, event=each.event_id)


def newest_fault(archive: Archive) -> str | None:
    """What is wrong with the newest anchor the ledger knows of, in words; one statement and one file, however long the ledger is.

    Each anchor holds the digest of the one before, so that the newest stands for all; which others are gone, `absent` tells.
    """
    with archive.read() as session:
        row = session.execute(select(Event.id, Event.detail).where(Event.act == ACT).order_by(Event.id.desc()).limit(1)).first()
    if row is None:
        return None
    known = _of(*row)
    path = archive.settings.anchor_folder / anchor_files.name_of(known.day)
    if not os.path.exists(path):  # noqa: PTH110 (a folder that may not be entered is one more way to be absent; the method of Path raises)
        return ABSENT.format(days=f"{known.day} 的")
    try:
        is_it = anchor_files.read_file(path).anchor.digest == known.sha256
    except (Damaged, Unavailable) as error:
        return error.message
    return None if is_it else OTHER.format(name=path.name, event=known.event_id)


def _of(event_id: int, told: Mapping[str, object]) -> Noted:
    return Noted(event_id, date.fromisoformat(str(told["day"])), int(str(told["seq"])), str(told["sha256"]))
