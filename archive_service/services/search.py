"""Finding papers by what stands on them: the index proposes, rows decide.

Lives here: `find`, from typed text and filters to hits that have passed the scope check, with snippets and boxes.
Not here: what of the index may be asked (search_scope), what the rows allow (search_rows), keeping the index (indexing), the engine
(`adapters.search_index`). An empty scope asks the engine nothing; totals and facets are counted inside the scope; the search itself is
an event.
"""

import time
from dataclasses import dataclass, field, replace
from datetime import date

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive_service.adapters.search_index.entries import Scope as IndexScope
from archive_service.adapters.search_index.highlight import spans
from archive_service.adapters.search_index.interface import Hit as IndexHit
from archive_service.adapters.search_index.interface import Hits, Sort, Window
from archive_service.adapters.search_index.parse import Refusal, parse
from archive_service.adapters.search_index.plan import And, DateRange, Label, LabelField, Number, Plan, Without
from archive_service.archive import Archive
from archive_service.errors import Damaged, IndexUnavailable, Rejected, StoreUnavailable
from archive_service.models.organisation import Organisation
from archive_service.models.record import ReviewState
from archive_service.models.search import IndexLabel
from archive_service.rules import identity
from archive_service.rules.names import mask_name, mask_number
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services import ledger
from archive_service.services.actor import Actor
from archive_service.services.indexing import STATUS_NUMBERS
from archive_service.services.ledger import Subject
from archive_service.services.places import boxes_in
from archive_service.services.scope import Scope
from archive_service.services.search_rows import Row, Shown, not_allowed, shown_rows
from archive_service.services.search_scope import leaves_closed_out, outdated_pages, search_scope
from archive_service.services.transcripts import content_of
from scanners.words import Box

__all__ = ("Answer", "Query", "Sort", "find")

log = structlog.get_logger()

FACETS: tuple[LabelField, ...] = ("school", "kind", "status")
STATUS_LABELS = {ReviewState.PENDING: "待审", ReviewState.ACCEPTED: "已通过", ReviewState.RETURNED: "已退回"}
SNIPPET_BEFORE, SNIPPET_AFTER = 16, 64
SIZE_MOST = 50
CHECKED_MOST = 50  # the first pages of an answer are held against the rows, shown or not: its total must not tell what its hits may not
REFILLS_MOST = 20  # a stale page or two is left out and asked again; an index that is wrong throughout is not believed


@dataclass(frozen=True)
class Query:
    """What a person asked; codes, not ids. `size` at most 50, `page` from 1."""

    text: str = ""
    school: str | None = None
    kind: str | None = None
    student_no: str | None = None
    status: str | None = None
    first_on: date | None = None
    last_on: date | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = 20


@dataclass(frozen=True)
class FacetCount:
    """How many pages of the answer carry a value."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class Found:
    """One page that fits."""

    record_id: str
    page: int
    student_id: str | None
    student_no: str | None
    name: str | None
    kind: str | None
    kind_label: str | None
    school: str
    received_on: date
    match: str  # exact or near
    snippet: str
    marks: tuple[tuple[int, int], ...]  # offsets of the words in the snippet
    boxes: tuple[Box, ...]
    width_px: int
    height_px: int
    is_closed: bool  # a sensitive paper: found only for a stated purpose, as is its picture
    is_masked: bool  # name and number are not whole


@dataclass(frozen=True)
class Answer:
    """Hits in order. `total` counts pages in scope that fit exactly, `near_total` those with one wrong character.

    `closed_left_out`: papers of health and justice were not looked at, for want of a purpose; it says nothing about any being there.
    """

    total: int = 0
    near_total: int = 0
    is_exact: bool = True
    took_ms: int = 0
    facets: dict[str, list[FacetCount]] = field(default_factory=dict)
    hits: tuple[Found, ...] = ()
    closed_left_out: bool = False


def find(archive: Archive, query: Query, *, actor: Actor) -> Answer:
    """Answer a query within the actor's scope; any text gives an answer or a plain sentence.

    Raises:
        Rejected: nothing can be looked for with this text; the message says why.
        IndexUnavailable: the index is being rebuilt; records are not affected.
    """
    started = time.perf_counter()
    words = parse(query.text)
    if isinstance(words, Refusal):
        raise Rejected(words.message, code="unreadable_query")
    with archive.read() as session:
        scope = Scope.of(session, actor)
        index_scope = search_scope(scope)
        plan = _with_filters(session, words, query, outdated_pages(session, scope))
    size = max(1, min(query.size, SIZE_MOST))
    window = Window(size=size, offset=(max(query.page, 1) - 1) * size, sort=query.sort)
    found, shown, facets = _allowed(archive, query, plan, (index_scope, window), scope)
    shower = _Shower(archive, words, scope, shown)
    hits = tuple(map(shower.hit, found.hits))
    took_ms = round((time.perf_counter() - started) * 1000)
    return Answer(found.total, found.near_total, found.exact, took_ms, facets, hits, leaves_closed_out(scope))


def _allowed(
    archive: Archive, query: Query, plan: Plan, asked: tuple[IndexScope, Window], scope: Scope
) -> tuple[Hits, Shown, dict[str, list[FacetCount]]]:
    """What the index proposes and the rows allow; what they do not is taken out of the question, so that it is not counted either.

    Raises: IndexUnavailable (again and again it proposes what the rows do not allow).
    """
    index_scope, window = asked
    for _ in range(REFILLS_MOST):
        found, beside = _proposed(archive, plan, index_scope, window)
        counts = archive.index.facets(plan, index_scope, FACETS)
        with archive.begin() as session:
            refused = not_allowed(session, scope, {*beside, *(hit.page_id for hit in found.hits)})
            if not refused:
                shown = shown_rows(session, scope, [hit.page_id for hit in found.hits])
                records = sorted({row.record_id for row in shown.rows.values()})
                detail = {"text": query.text[:200], "total": found.total, "records": records}
                ledger.write(session, "search.made", Subject("search"), actor=scope.actor, now=archive.clock.now(), detail=detail)
                return found, shown, _facets(session, archive, scope, counts)
        plan = And((plan, Without(refused)))
    raise IndexUnavailable("检索索引与材料不符，须重建；已保存的材料不受影响。请通知系统管理员。")


def _proposed(archive: Archive, plan: Plan, scope: IndexScope, window: Window) -> tuple[Hits, list[int]]:
    """The hits of the window, and the first pages of the answer that are not among them."""
    found = archive.index.candidates(plan, scope, Window(CHECKED_MOST, sort=window.sort))
    last = window.offset + window.size
    if last > CHECKED_MOST:
        return archive.index.candidates(plan, scope, window), [hit.page_id for hit in found.hits]
    beside = (*found.hits[: window.offset], *found.hits[last:])
    return replace(found, hits=found.hits[window.offset : last]), [hit.page_id for hit in beside]


def _with_filters(session: Session, words: Plan, query: Query, outdated: frozenset[int]) -> Plan:
    parts: list[Plan] = [words, Without(outdated)] if outdated else [words]
    if query.school:
        number = session.scalars(select(Organisation.number).where(Organisation.code == query.school)).first()
        parts.append(Label("school", frozenset({number or 0})))
    if query.kind:
        number = session.scalars(select(IndexLabel.number).where(IndexLabel.code == query.kind)).first()
        parts.append(Label("kind", frozenset({number or 0})))
    if query.status:
        parts.append(Label("status", frozenset({STATUS_NUMBERS.get(_status(query.status), 0)})))
    if query.student_no:
        parts.append(Number(identity.normalise(query.student_no)))
    if query.first_on or query.last_on:
        first, last = query.first_on or date(1, 1, 1), query.last_on or date(9999, 12, 31)
        parts.append(DateRange(int(first.strftime("%Y%m%d")), int(last.strftime("%Y%m%d"))))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _status(value: str) -> ReviewState:
    if value not in set(ReviewState):
        raise Rejected(f"没有“{value}”这种审核状态，可选：" + "、".join(state.value for state in ReviewState), code="unknown_status")
    return ReviewState(value)


def _facets(session: Session, archive: Archive, scope: Scope, counts: dict[LabelField, dict[int, int]]) -> dict[str, list[FacetCount]]:
    kinds = dict(session.execute(select(IndexLabel.number, IndexLabel.code)).all())
    states = {number: state for state, number in STATUS_NUMBERS.items()}
    named: dict[str, dict[int, tuple[str, str]]] = {
        "school": {unit.number: (unit.code, unit.name) for unit in scope.tree.units.values() if unit.number in counts["school"]},
        "kind": {number: (code, kind.label) for number, code in kinds.items() if (kind := archive.kinds.get(code))},
        "status": {number: (state.value, STATUS_LABELS[state]) for number, state in states.items()},
    }
    return {name: _sorted(named[name], counts[name]) for name in FACETS}


def _sorted(names: dict[int, tuple[str, str]], counts: dict[int, int]) -> list[FacetCount]:
    rows = [FacetCount(*names.get(number, ("", "未定")), count) for number, count in counts.items()]
    return sorted(rows, key=lambda row: (-row.count, row.code))


@dataclass(frozen=True)
class _Shower:
    """Makes hits of what the rows said."""

    archive: Archive
    words: Plan
    scope: Scope
    shown: Shown

    def hit(self, hit: IndexHit) -> Found:
        """One hit with its snippet and boxes."""
        row = self.shown.rows[hit.page_id]
        text = row.text or ""
        places = spans(self.words, text)
        start = max(0, places[0][0] - SNIPPET_BEFORE) if places else 0
        end = start + SNIPPET_BEFORE + SNIPPET_AFTER
        kind = self.archive.kinds.get(row.kind)
        name, student_no = self._called(row)
        return Found(
            record_id=row.record_id,
            page=row.no,
            student_id=row.student_id,
            student_no=student_no,
            name=name,
            kind=row.kind,
            kind_label=kind.label if kind else None,
            school=self.scope.tree.units[row.organisation_id].name,
            received_on=row.received_on,
            match="near" if hit.near else "exact",
            snippet=text[start:end].replace("\n", " "),
            marks=tuple((first - start, min(last, end) - start) for first, last in places if start <= first < end),
            boxes=self._boxes(row, places),
            width_px=row.width_px,
            height_px=row.height_px,
            is_closed=Sensitivity(row.sensitivity).is_closed,
            is_masked=row.is_masked,
        )

    def _called(self, row: Row) -> tuple[str | None, str | None]:
        """Name and number, whole or under their masks. Source: HN-24.1, PIPL-6."""
        if row.student_id is None or row.name is None:
            return None, None
        number = self.shown.numbers.get(row.student_id)
        return (mask_name(row.name), mask_number(number) if number else None) if row.is_masked else (row.name, number)

    def _boxes(self, row: Row, places: list[tuple[int, int]]) -> tuple[Box, ...]:
        transcript = self.shown.transcripts.get(row.record_id)
        if not (places and transcript):
            return ()
        try:
            content = content_of(self.archive, transcript)
        except (Damaged, StoreUnavailable) as fault:  # the page is found all the same: only the places of its words are not known
            log.warning("boxes_missing", rendition=transcript.id, fault=fault.code)
            return ()
        return tuple(boxes_in(content, row.no, row.text or "", places))
