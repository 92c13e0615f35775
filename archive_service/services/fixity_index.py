"""Whether the search index holds what the rows say: every page that should be found, as it is now, and nothing else.

Lives here: `verify_index`. Not here: whether the index's files are sound (`SearchIndex.health`), bytes (fixity), mending (`xueji reindex`).
Of each page a digest is kept in memory while rows are walked. What the indexer is about to write, or wrote meanwhile, is left out.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from archive_service.adapters.search_index.entries import FoldedPage
from archive_service.archive import Archive
from archive_service.models.job import Job, JobState
from archive_service.models.record import Page, Record
from archive_service.services.indexing import entries_of, kind_numbers

LOST, STRAY, STALE = "not_indexed", "no_row", "stale"
WORDS = {LOST: "检索中没有这一页", STRAY: "检索中有，但没有这一页的登记", STALE: "检索中的内容与登记不同"}
AT_ONCE = 1000
Digest = bytes


@dataclass(frozen=True)
class IndexFault:
    """A page the index does not hold as the rows have it; a stray one has no record to name."""

    code: str
    page_id: int
    record_id: str | None = None
    page_no: int | None = None

    @property
    def message(self) -> str:
        """For the operator."""
        place = f"材料 {self.record_id} 第 {self.page_no} 页" if self.record_id else f"页 {self.page_id}"
        return f"{place}：{WORDS[self.code]}"


@dataclass
class IndexVerdict:
    """What was compared, and where index and rows differ."""

    held: int = 0
    compared: int = 0
    faults: list[IndexFault] = field(default_factory=list)


def verify_index(archive: Archive) -> IndexVerdict:
    """Compare every page of the index with the rows, both ways.

    Raises:
        IndexUnavailable: there is no sound index; searches wait until it is built.
    """
    with archive.begin() as session:
        kinds = kind_numbers(session, archive)
        newest = session.scalar(select(func.max(Job.id))) or 0
        moving = _moving(session, newest)
    held = {page.page_id: _digest(page) for page in archive.index.held()}
    verdict = IndexVerdict(held=len(held))
    found: list[IndexFault] = []
    for record_id, page_no, page in _pages(archive, kinds):
        verdict.compared += 1
        digest = held.pop(page.page_id, None)
        if digest != _digest(page):
            found.append(IndexFault(LOST if digest is None else STALE, page.page_id, record_id, page_no))
    with archive.read() as session:
        moving |= _moving(session, newest)
        strays = _without_row(session, sorted(held))
    verdict.faults = [fault for fault in found if fault.record_id not in moving]
    verdict.faults += [IndexFault(STRAY, page_id) for page_id in strays]
    return verdict


def _pages(archive: Archive, kinds: dict[str, int]) -> Iterator[tuple[str, int, FoldedPage]]:
    """Pages of records that were made searchable, as the index should hold them."""
    after = ""
    wanted = select(Record.id).where(Record.searchable_at.is_not(None)).order_by(Record.id).limit(AT_ONCE)
    while True:
        with archive.read() as session:
            ids = list(session.scalars(wanted.where(Record.id > after)))
            rows = select(Page.id, Page.record_id, Page.no).where(Page.record_id.in_(ids))
            places = {page_id: (record_id, page_no) for page_id, record_id, page_no in session.execute(rows)}
            pages = [FoldedPage.of(entry) for entry in entries_of(session, ids, kinds)]
        yield from ((*places[page.page_id], page) for page in pages)
        if not ids:
            return
        after = ids[-1]


def _without_row(session: Session, page_ids: Sequence[int]) -> list[int]:
    """A page with a row that the walk did not meet came in behind it, and is no fault."""
    known: set[int] = set()
    for start in range(0, len(page_ids), AT_ONCE):
        known |= set(session.scalars(select(Page.id).where(Page.id.in_(page_ids[start : start + AT_ONCE]))))
    return [page_id for page_id in page_ids if page_id not in known]


def _moving(session: Session, newest: int) -> set[str]:
    """Records of which the indexer was to write something at the beginning, or was told to since."""
    waiting = select(Job.record_id).where(Job.kind == "index", or_(Job.state != JobState.DONE, Job.id > newest))
    return {record_id for record_id in session.scalars(waiting) if record_id}


def _digest(page: FoldedPage) -> Digest:
    """Of all that is found by; the version of the row rises also when nothing of this has changed."""
    return hashlib.blake2b(repr(astuple(replace(page, version=0))).encode(), digest_size=16).digest()
