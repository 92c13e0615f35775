"""Checking the ledger without its database: anchors against each other, and a listing of events against the anchors.

Lives here: pure functions over anchors and lines, and the form of a line. Not here: files (adapters.anchor_files), rows (ledger_anchors).
docs/ledger.md shows the same check as a program of its own, for those who trust no program of ours.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise

from archive_service.adapters.anchor_files import NONE, AnchorFile
from archive_service.services.ledger_chain import GENESIS, chained
from archive_service.services.ledger_verify import NAMED_AT_MOST, places


@dataclass(frozen=True)
class Line:
    """An event in a listing: its place, the text that was hashed, and the digest of its link."""

    seq: int
    event: str
    digest: str

    @property
    def text(self) -> str:
        """The line, without its end."""
        return json.dumps({"seq": self.seq, "event": self.event, "digest": self.digest}, ensure_ascii=False)

    @classmethod
    def of(cls, text: str) -> "Line":
        """Read a line. Raises ValueError."""
        try:
            values = json.loads(text)
            return cls(int(values["seq"]), str(values["event"]), str(values["digest"]))
        except (KeyError, TypeError) as error:
            raise ValueError(text[:40]) from error


@dataclass(frozen=True)
class Proof:
    """What a listing proved: how many lines were followed, which anchors they led to, what is wrong."""

    lines: int
    reached: tuple[str, ...]
    faults: tuple[str, ...]


def chain_faults(files: Sequence[AnchorFile], *, since: date | None = None) -> list[str]:
    """What is wrong among anchors alone: days left out, at the front too, one that does not follow from the one before.

    `since`: the day whose anchor is the first at hand, where a receiver has none from before and says so.
    """
    days = sorted((file for file in files if file.anchor.whole_day), key=lambda file: file.anchor.date)
    faults = _first_faults(days[0], since) if days else []
    for before, after in pairwise(days):
        faults += _step_faults(before, after)
    known = {file.anchor.digest: file.anchor for file in days}
    for file in files:
        before_it = known.get(file.anchor.previous)
        if not file.anchor.whole_day and before_it and file.anchor.seq - file.anchor.events != before_it.seq:
            faults.append(f"{file.name} 的条数与 {before_it.date} 的存证接不上")
    return faults


def prove(files: Sequence[AnchorFile], lines: Iterable[str]) -> Proof:
    """Follow a listing line by line and hold it against each anchor on the way; it starts at the first event or right after an anchor."""
    walk = _Listing(files)
    for number, text in enumerate(lines, start=1):
        try:
            walk.take(Line.of(text))
        except ValueError:
            walk.faults.append(f"清单第 {number} 行不是一条事件")
        if len(walk.faults) >= NAMED_AT_MOST:
            break
    return Proof(walk.lines, tuple(walk.reached), tuple(walk.faults))


class _Listing:
    def __init__(self, files: Sequence[AnchorFile]) -> None:
        self.lines, self.seq, self.head = 0, 0, GENESIS
        self.agreed = 0
        self.reached: list[str] = []
        self.faults: list[str] = []
        self._at = {seq: list(group) for seq, group in groupby(sorted(files, key=_place), key=_place)}

    def take(self, line: Line) -> None:
        if not self.lines:
            self._start(line)
        if line.seq != self.seq + 1:
            self.faults.append(
                f"清单里{places(self.seq + 1, line.seq - 1) if line.seq > self.seq else places(line.seq, line.seq)}的次序不对或有缺"
            )
        elif chained(self.head, line.seq, line.event) != line.digest:
            self.faults.append(f"第 {line.seq} 环的事件与摘要不符")
        self.lines, self.seq, self.head = self.lines + 1, line.seq, line.digest
        self._compare()

    def _start(self, line: Line) -> None:
        if line.seq == 1:
            return
        self.seq = self.agreed = line.seq - 1
        anchored = self._at.get(self.seq)
        self.head = anchored[0].anchor.head if anchored else ""
        if not anchored:
            self.faults.append(f"清单从第 {line.seq} 环开始，而没有记到第 {self.seq} 环的存证，无从算起")

    def _compare(self) -> None:
        for file in self._at.get(self.seq, ()):
            if file.anchor.head == self.head:
                self.agreed = self.seq
                self.reached.append(file.name)
            else:
                self.faults.append(f"{file.name} 所记第 {self.seq} 环的摘要与清单不同：{places(self.agreed + 1, self.seq)}之间有改动")


def _place(file: AnchorFile) -> int:
    return file.anchor.seq


def _first_faults(first: AnchorFile, since: date | None) -> list[str]:
    is_earliest = first.anchor.previous == NONE
    if is_earliest and first.anchor.events != first.anchor.seq:
        return [f"{first.name} 自称最早一份，条数却不从第一环算起"]
    if since is None and not is_earliest:
        return [f"{first.name} 之前还有存证，这里没有：缺最前面的若干份"]
    if since is not None and first.anchor.date != since:
        return [f"最早一份是 {first.name}，不是所说的 {since}"]
    return []


def _step_faults(before: AnchorFile, after: AnchorFile) -> list[str]:
    day, faults = before.anchor.date + timedelta(days=1), []
    if after.anchor.date != day:
        return [f"{before.name} 与 {after.name} 之间缺 {(after.anchor.date - day).days} 天的存证"]
    if after.anchor.previous != before.anchor.digest:
        faults.append(f"{after.name} 不是接着 {before.name} 写的：两份中有一份被改动")
    if after.anchor.seq - after.anchor.events != before.anchor.seq:
        faults.append(f"{after.name} 的条数与 {before.name} 接不上")
    return faults
