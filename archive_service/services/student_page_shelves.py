"""The shelves of a dossier: records by series C1 to C8 as the jurisdiction names them, and what is missing on each.

Lives here: `shelves` and gaps. Pure but for the law in the archive. Not here: which records the viewer may see (the caller asks the scope).
A gap is judged on all records kept, not only on those the viewer may see: a hidden paper is not a missing one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from archive_service.archive import Archive
from archive_service.clock import today
from archive_service.models.record import Carrier, Record, RecordState, ReviewState
from archive_service.rules.law_data import SeriesRule
from archive_service.rules.vocabulary import Series

_ON_PAPER = frozenset({Carrier.ORIGINAL, Carrier.COPY})
_UNSORTED = "未归类"


@dataclass(frozen=True)
class RecordLine:
    """A record on a shelf; `kind_label` is absent until its kind is told."""

    id: str
    kind: str | None
    kind_label: str | None
    carrier: Carrier
    sensitivity: str
    state: RecordState
    review_state: ReviewState
    page_count: int | None
    received_on: date
    received_at: datetime
    version: int


@dataclass(frozen=True)
class Gap:
    """Something the law wants on a shelf that is not there, with the articles that want it."""

    code: str  # no_record, no_paper
    text: str
    articles: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    """A series of the filing plan; code and paper requirement are absent for records without a series yet."""

    code: str
    label: str
    needs_paper: bool
    records: tuple[RecordLine, ...]
    gaps: tuple[Gap, ...]


def shelves(archive: Archive, profile: str, seen: Sequence[Record], kept: Sequence[tuple[str | None, Carrier]]) -> tuple[Shelf, ...]:
    """Every series of the profile in order, then what has no series; `kept` tells series and carrier of all records there are.

    Source: HN-6.3, HN-9.2, GZ-12.2, ME-7, YK-8.4.
    """
    rules = archive.law.profile(profile, today(archive.clock)).series
    lines = [(record.series, _line(archive, record)) for record in seen]
    found = [_shelf(series, rules[series], lines, kept) for series in Series if series in rules]
    loose = tuple(line for series, line in lines if series not in set(rules))
    return tuple(found) + ((Shelf("", _UNSORTED, needs_paper=False, records=loose, gaps=()),) if loose else ())


def _shelf(
    series: Series, rule: SeriesRule, lines: Sequence[tuple[str | None, RecordLine]], kept: Sequence[tuple[str | None, Carrier]]
) -> Shelf:
    records = tuple(line for code, line in lines if code == series)
    carriers = {carrier for code, carrier in kept if code == series}
    return Shelf(series.value, rule.label, needs_paper=rule.needs_paper, records=records, gaps=_gaps(rule, carriers))


def _gaps(rule: SeriesRule, carriers: set[Carrier]) -> tuple[Gap, ...]:
    if not rule.needs_paper or carriers & _ON_PAPER:
        return ()
    if carriers:
        return (Gap("no_paper", f"“{rule.label}”只有电子件或查验登记，按规定须留存纸质材料", rule.articles),)
    return (Gap("no_record", f"“{rule.label}”还没有材料，按规定须留存纸质材料", rule.articles),)


def _line(archive: Archive, record: Record) -> RecordLine:
    kind = archive.kinds.get(record.kind)
    return RecordLine(
        id=record.id,
        kind=record.kind,
        kind_label=kind.label if kind else None,
        carrier=record.carrier,
        sensitivity=record.sensitivity,
        state=record.state,
        review_state=record.review_state,
        page_count=record.page_count,
        received_on=record.received_on,
        received_at=record.received_at,
        version=record.version,
    )
