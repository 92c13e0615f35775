"""The papers of a case for the screen: pages, findings and seals of all of them, in one statement each.

Lives here: `papers_of`, and which of them this person may read. Not here: values read from the papers (claims), bytes and images.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive_service.models.record import Page, PageFinding, PageSeal, Record
from archive_service.services.case_view_shape import FindingView, PageView, PaperView
from archive_service.services.cases_sheet import Sheet
from archive_service.services.scope import Scope
from scanners.kinds import Kinds

RowT = TypeVar("RowT", Page, PageFinding)


def papers_of(session: Session, sheet: Sheet, kinds: Kinds, *, readable: frozenset[str]) -> list[PaperView]:
    """Papers in the order of the checklist; one that serves twice stands once, with both codes."""
    codes = _codes(sheet)
    ids = [one for one in codes if one in readable]
    pages = _by_record(session.scalars(select(Page).where(Page.record_id.in_(ids)).order_by(Page.record_id, Page.no)))
    findings = _by_record(session.scalars(select(PageFinding).where(PageFinding.record_id.in_(ids)).order_by(PageFinding.id)))
    counted = select(PageSeal.record_id, func.count()).where(PageSeal.record_id.in_(ids)).group_by(PageSeal.record_id)
    seals = {record_id: number for record_id, number in session.execute(counted)}  # noqa: C416 (dict() takes a result for a mapping)
    return [
        _paper(sheet.records[one], codes[one], kinds, pages=pages.get(one, []), findings=findings.get(one, []), seals=seals.get(one, 0))
        if one in readable
        else _closed(sheet.records[one], codes[one], kinds)
        for one in codes
    ]


def _codes(sheet: Sheet) -> dict[str, list[str]]:
    """Records by their first place on the checklist, with the codes they stand for; strangers to it come last."""
    order = {line.code: number for number, line in enumerate(sheet.checklist)}
    codes: dict[str, list[str]] = {}
    for code in sorted(sheet.evidence, key=lambda each: order.get(each, len(order))):
        record_id = sheet.evidence[code].record_id
        if record_id and record_id in sheet.records:
            codes.setdefault(record_id, []).append(code)
    return codes


def _by_record(rows: Iterable[RowT]) -> dict[str, list[RowT]]:
    groups: dict[str, list[RowT]] = {}
    for row in rows:
        groups.setdefault(row.record_id, []).append(row)
    return groups


def readable_of(session: Session, scope: Scope, sheet: Sheet) -> frozenset[str]:
    """Papers of the case this person may read: the student's own; health and justice are closed to all but the parties."""
    own = Record.student_id == sheet.case.student_id
    return frozenset(session.scalars(select(Record.id).where(Record.id.in_(list(sheet.records)), own, scope.records())))


def _closed(record: Record, codes: list[str], kinds: Kinds) -> PaperView:
    return replace(_paper(record, codes, kinds, pages=[], findings=[], seals=0), is_closed=True, review_reasons=[])


def _paper(record: Record, codes: list[str], kinds: Kinds, *, pages: list[Page], findings: list[PageFinding], seals: int) -> PaperView:
    kind = kinds.get(record.kind)
    return PaperView(
        record_id=record.id,
        codes=tuple(codes),
        kind=record.kind,
        kind_label=kind.label if kind else "种类未识别",
        kind_state=record.kind_state.value,
        carrier=record.carrier.value,
        sensitivity=record.sensitivity,
        state=record.state.value,
        review_state=record.review_state.value,
        review_reasons=record.review_reasons,
        supersedes_id=record.supersedes_id,
        version=record.version,
        pages=[PageView(page.no, page.width_px, page.height_px, page.blank) for page in pages],
        findings=[FindingView(finding.code, finding.page_no, finding.severity, finding.advice) for finding in findings],
        seals=seals,
    )
