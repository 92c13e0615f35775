"""Anchors of the ledger: writing the ones that are due, and holding the chain in the database against them.

Lives here: one anchor a day, one of this moment on request, what the database contradicts. Not here: the files (adapters.anchor_files),
checking without a database (ledger_outside). An anchor of a day is the same whoever writes it and whenever, so missed days are made good.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from archive_service.adapters import anchor_files
from archive_service.adapters.anchor_files import NONE, Anchor, AnchorFile
from archive_service.archive import Archive
from archive_service.clock import CHINA, civil
from archive_service.errors import Damaged, Refused
from archive_service.models.ledger import Event, EventLink
from archive_service.services import ledger, ledger_noted
from archive_service.services.ledger_chain import GENESIS
from archive_service.services.ledger_noted import Noted
from archive_service.services.ledger_outside import chain_faults
from archive_service.services.ledger_verify import NAMED_AT_MOST, OUT_OF_TIME, minute, places

GRACE = timedelta(minutes=10)  # a day is closed this long after midnight: acts begun before it have ended
A_TURN = (
    100  # files a turn of the sealer: a first event by a clock that stood in 2000 calls for thousands, and sealing must not wait for them
)
_DAY = timedelta(days=1)
NOT_AS_NOTED = (
    "台账写不出 {day} 原来的存证（事件 {event} 记有其摘要），没有写入：台账被改写过，或更早的存证丢失；"
    "请用机外的存证或备份核对，并运行 xueji verify-ledger。"
)


def day_due(now: datetime) -> date:
    """The newest day that can be closed."""
    return civil(now - GRACE) - _DAY


def write_due(archive: Archive, *, at_most: int | None = A_TURN) -> list[AnchorFile]:
    """Write the anchors of closed days that have none, the oldest first; stops before a day of which an event still waits to be sealed.

    What is beyond `at_most` is left to the next call; None: all of them. Each file is followed by its event on the ledger; a folder that
    was lost is written again only to the very bytes those events tell.

    Raises: Damaged: the chain is not the one the last anchor saw, or an event tells. Unavailable: the folder cannot be written.
    """
    folder, now, written = archive.settings.anchor_folder, archive.clock.now(), []
    before = anchor_files.read(folder)
    last = _last_of_a_day(before)
    with archive.read() as session:
        _insist_same_chain(session, last)
        known = {each.day: each for each in reversed(ledger_noted.noted(session))}
        for day in islice(_days(session, last, day_due(now)), at_most):
            if _waits(session, day, now):
                break
            last = _of_day(session, day, last, known.get(day))
            written.append(anchor_files.write(folder, anchor_files.name_of(day), last))
    ledger_noted.note(archive, written, before)
    return written


def write_now(archive: Archive) -> AnchorFile:
    """Write an anchor of the chain as it is at this moment. Raises Refused, Damaged, Unavailable."""
    folder, now = archive.settings.anchor_folder, archive.clock.now()
    last = _last_of_a_day(anchor_files.read(folder))
    with archive.read() as session:
        _insist_same_chain(session, last)
        seq = session.scalar(select(func.max(EventLink.seq))) or 0
        if not seq:
            raise Refused("台账还没有封存的事件，没有可以存证的内容。", code="nothing_sealed")
        anchor = _anchor(session, civil(now), seq, last=last, whole_day=False)
    return anchor_files.write(folder, f"ledger-{now.astimezone(CHINA):%Y-%m-%d-%H%M%S}.json", anchor)


def contradictions(archive: Archive, files: Sequence[AnchorFile]) -> list[str]:
    """What anchors say and the database does not, in words: the stretch of the chain that was cut off, rewritten or put in later."""
    faults = chain_faults(files)
    in_order = sorted(files, key=lambda file: file.anchor.seq)
    with archive.read() as session:
        tip = session.scalar(select(func.max(EventLink.seq))) or 0
        agreed = 0
        for file in in_order:
            fault = _contradicted(session, file, tip, agreed)
            faults += [fault] if fault else []
            agreed = agreed if fault else file.anchor.seq
        faults += _put_in_later(session, [file.anchor for file in in_order if file.anchor.whole_day])
    return faults[:NAMED_AT_MOST]


def late(archive: Archive, files: Sequence[AnchorFile]) -> list[str]:
    """Events of the last hour of a closed day that came after its anchor: an act begun before midnight and ended late, or one put in."""
    with archive.read() as session:
        days = [file.anchor for file in sorted(files, key=lambda file: file.anchor.seq) if file.anchor.whole_day]
        found = _after_their_day(session, days, lambda end: (Event.at < end) & (Event.at >= end - OUT_OF_TIME))
        return [f"{told}：跨过午夜才写完，或事后插入" for told in found][:NAMED_AT_MOST]


def _contradicted(session: Session, file: AnchorFile, tip: int, agreed: int) -> str | None:
    anchor = file.anchor
    if anchor.seq > tip:
        return f"存证 {file.name} 记到第 {anchor.seq} 环，库中只到第 {tip} 环：{places(tip + 1, anchor.seq)}被截去"
    if _head(session, anchor.seq) != anchor.head:
        return f"存证 {file.name} 所记第 {anchor.seq} 环的摘要与库中不同：{places(agreed + 1, anchor.seq)}之间被改写"
    return None


def _put_in_later(session: Session, days: Sequence[Anchor]) -> list[str]:
    found = _after_their_day(session, days, lambda end: Event.at < end - OUT_OF_TIME)
    return [f"{told}：事后插入" for told in found]


def _after_their_day(session: Session, days: Sequence[Anchor], stamped: Callable[[datetime], ColumnElement[bool]]) -> Iterator[str]:
    ends = [*(anchor.seq for anchor in days[1:]), None] if days else []
    for anchor, end in zip(days, ends, strict=True):
        rows = select(EventLink.seq, Event.id, Event.at).join(Event, Event.id == EventLink.event_id)
        rows = rows.where(EventLink.seq > anchor.seq, stamped(_end(anchor.date))).order_by(EventLink.seq)
        rows = rows if end is None else rows.where(EventLink.seq <= end)
        for seq, event_id, at in session.execute(rows.limit(NAMED_AT_MOST)):
            yield f"第 {seq} 环（事件 {event_id}）写明 {minute(at)}，而 {anchor.date} 的存证只到第 {anchor.seq} 环"


def _last_of_a_day(files: Sequence[AnchorFile]) -> Anchor | None:
    return max((file.anchor for file in files if file.anchor.whole_day), key=lambda anchor: anchor.date, default=None)


def _insist_same_chain(session: Session, last: Anchor | None) -> None:
    if last and _head(session, last.seq) != last.head:
        raise Damaged(f"台账与 {last.date} 的存证不符，没有再写存证；请运行 xueji verify-ledger。", code="ledger_not_as_anchored")


def _days(session: Session, last: Anchor | None, due: date) -> Iterator[date]:
    if last:
        day = last.date + _DAY
    else:
        first = session.scalar(select(func.min(Event.at)))
        day = civil(first) if first else due + _DAY
    while day <= due:
        yield day
        day += _DAY


def _of_day(session: Session, day: date, last: Anchor | None, known: Noted | None) -> Anchor:
    """The anchor of a whole day; one written before ends where it ended, whatever was sealed since under that day's date."""
    anchor = _anchor(session, day, known.seq if known else _newest_of(session, day), last=last, whole_day=True)
    if known and anchor.digest != known.sha256:
        raise Damaged(NOT_AS_NOTED.format(day=day, event=known.event_id), code="ledger_not_as_anchored")
    return anchor


def _waits(session: Session, day: date, now: datetime) -> bool:
    waits = ledger.may_be_sealed(ledger.newest_sealed(session), now)
    waiting = select(Event.id).where(Event.at < _end(day), Event.at >= _end(day - _DAY), waits, ledger.unlinked())
    return session.scalar(waiting.limit(1)) is not None


def _newest_of(session: Session, day: date) -> int:
    of_day = select(func.max(EventLink.seq)).join(Event, Event.id == EventLink.event_id)
    return session.scalar(of_day.where(Event.at >= _end(day - _DAY), Event.at < _end(day))) or 0


def _anchor(session: Session, day: date, seq: int, *, last: Anchor | None, whole_day: bool) -> Anchor:
    before = last.seq if last else 0
    seq = max(before, seq)
    previous = last.digest if last else NONE
    return Anchor(date=day, whole_day=whole_day, seq=seq, events=seq - before, head=_head(session, seq), previous=previous)


def _head(session: Session, seq: int) -> str:
    return session.scalar(select(EventLink.digest).where(EventLink.seq == seq)) or GENESIS if seq else GENESIS


def _end(day: date) -> datetime:
    return datetime.combine(day + _DAY, time(), CHINA)
