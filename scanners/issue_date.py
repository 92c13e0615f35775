"""The day a paper was made out, where no label says so: the date that stands alone by signature and seal.

Lives here: issue_date. Not here: labelled dates (scanners.labels), the forms of dates (scanners.dates). A certificate's prose names
other days, past and future (休息至…); its own date stands alone below, usually at the right.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scanners.dates import DateHit, find_dates
from scanners.passage import Passage, Span
from scanners.rows import Row, rows_of
from scanners.words import TextPage

_SENTENCE = re.compile(r"[,，。;；、]")
_LONGEST_AFTER = 6  # letters of a seal that run into the line
# What may stand before the date in its line: signature, unit, stamp mark, or the word date itself.
_SIGNED = re.compile(
    r"(?:日期|[院校局所厅会处司社]|[中小]学|幼儿园|中心|政府|[章印)）]|签[名字章][:：]?[\u4e00-\u9fff]{0,4}|人[:：][\u4e00-\u9fff]{2,4})[:：]?$"
)
_OF_A_SPAN = re.compile(r"(?:自|从|至|到|止|迄|于|[-—~～])$")
_SPANNING = re.compile(r"^(?:起|止|至|到|[-—~～]|前|后|期间|以[前后来]|出?生|入[学院]|出院|[由因迁在])")
_ANOTHER_BOX = re.compile(
    r"(?:时间|年月日?|期限|出生|有效期?|迁来本[市址县()]+|(?:出生|入学|[入出]院|就诊|接种|开始|结束|截止)日期)[:：]?$"
)


@dataclass(frozen=True)
class IssueDate:
    """A date with its page; `is_alone` is False for the last date of the prose, which is a mere guess."""

    span: Span
    page: int
    is_alone: bool
    is_whole: bool


def issue_date(pages: Sequence[TextPage], taken: Collection[str]) -> IssueDate | None:
    """The lowest date that stands alone, else the last one in the prose; never one already `taken`, as a birth date is."""
    found = [date for page in pages for row in rows_of(page.lines) for date in _in_row(row, page.no, taken)]
    order = {page.no: at for at, page in enumerate(pages)}
    return max(found, key=lambda date: (date.is_whole, date.is_alone, order[date.page], date.span.box[3], date.span.box[2]), default=None)


def _in_row(row: Row, page: int, taken: Collection[str]) -> list[IssueDate]:
    """Dates of the single boxes; only where none has any, of the row run together, for handwriting falls apart into boxes."""
    dates: list[IssueDate] = []
    for at, line in enumerate(row):
        left = Passage([row[at - 1]]).text if at else ""
        dates += _in_passage(Passage([line]), left, page, taken)
    return dates or _in_passage(Passage(row), "", page, taken)


def _in_passage(passage: Passage, left: str, page: int, taken: Collection[str]) -> list[IssueDate]:
    return [
        IssueDate(passage.span(hit.start, hit.stop), page, _is_alone(passage.text, hit), hit.is_whole)
        for hit in find_dates(passage.text)
        if hit.value and hit.value not in taken and not _is_another(passage.text, hit, left)
    ]


def _is_another(text: str, hit: DateHit, left: str) -> bool:
    """One end of a span of time, the day of something told, or the value of another box."""
    before = text[: hit.start] or left
    if _OF_A_SPAN.search(text[: hit.start]) or _SPANNING.match(text[hit.stop :]):
        return True
    return bool(_ANOTHER_BOX.search(before))


def _is_alone(text: str, hit: DateHit) -> bool:
    before, after = text[: hit.start], text[hit.stop :]
    if _SENTENCE.search(before) or _SENTENCE.search(after.rstrip("。.")) or len(after) > _LONGEST_AFTER:
        return False
    return not before or bool(_SIGNED.search(before))
