"""Cases: opening, listing, putting papers in, acting. A refusal is 422 with the articles; a stale If-Match 409 with the case as it is."""

from datetime import date

from pydantic import Field

from archive_service.api.asking import actor, page_size, version_wanted
from archive_service.api.idempotency import taken_key
from archive_service.api.operations import operation
from archive_service.api.shapes_cases import ActionIn, CaseIn, CaseList, CaseOut, EvidenceIn, FactsIn, case_list, case_out
from archive_service.api.values import Listing
from archive_service.http.context import archive
from archive_service.rules.lifecycle import CaseState
from archive_service.services import case_actions, case_evidence, case_view, cases, review_queue
from archive_service.services.asked_again import Asked
from archive_service.services.case_actions import Act
from archive_service.services.case_evidence import Proof, SightingGiven
from archive_service.services.cases import Wish
from archive_service.services.review_queue import CaseFilters
from archive_service.services.review_reasons import ReasonGiven


class CaseQuery(Listing):
    """Which cases; `mine` keeps those that wait at one of my units, `due_before` those due before that day."""

    mine: bool = False
    state: CaseState | None = None
    due_before: date | None = None
    student_id: str | None = Field(default=None, max_length=64)
    procedure: str | None = Field(default=None, max_length=64)


@operation("POST", "/cases", tag="cases", status=201)
def open_case(body: CaseIn) -> CaseOut:
    """Open a case as a draft; what is known to forbid it refuses it at once, with articles."""
    asked = Asked(taken_key())
    made = asked.made_before(archive(), actor=actor())
    if made is None:
        wish = Wish(body.procedure, body.student_id, body.ground, body.facts, note=asked.note)
        made = cases.open_wished(archive(), wish, actor=actor()).id
    return case_out(case_view.case_view(archive(), made, actor=actor()))


@operation("GET", "/cases", tag="cases")
def list_cases(query: CaseQuery) -> CaseList:
    """List cases in scope, first what is due first."""
    filters = CaseFilters(
        mine=query.mine, state=query.state, due_before=query.due_before, student_id=query.student_id, procedure=query.procedure
    )
    return case_list(review_queue.list_cases(archive(), actor=actor(), filters=filters, cursor=query.cursor, size=page_size(query.size)))


@operation("GET", "/cases/{id}", tag="cases")
def get_case(id: str) -> CaseOut:  # noqa: A002 (the path's own name)
    """One case: claim, checklist, chain, and what the caller may do now."""
    return case_out(case_view.case_view(archive(), id, actor=actor()))


@operation("PUT", "/cases/{id}/facts", tag="cases")
def put_facts(id: str, body: FactsIn) -> CaseOut:  # noqa: A002 (as above)
    """Answer more of the questions while the case is at the school; null makes a fact unknown again."""
    cases.amend_facts(archive(), id, body.facts, actor=actor(), version=version_wanted())
    return case_out(case_view.case_view(archive(), id, actor=actor()))


@operation("PUT", "/cases/{id}/evidence/{code}", tag="cases")
def put_evidence(id: str, code: str, body: EvidenceIn) -> CaseOut:  # noqa: A002 (as above)
    """Let a record, or the sighting of an original, stand for an evidence code."""
    seen = body.sighting
    proof = Proof(
        record_id=body.record_id, sighting=SightingGiven(seen.by, seen.on, seen.what) if seen else None, issuer_level=body.issuer_level
    )
    case_evidence.set_evidence(archive(), id, code, proof, actor=actor(), version=version_wanted())
    return case_out(case_view.case_view(archive(), id, actor=actor()))


@operation("POST", "/cases/{id}/actions", tag="cases")
def act_on_case(id: str, body: ActionIn) -> CaseOut:  # noqa: A002 (as above)
    """Submit, accept, return, withdraw, or do a late party's step in its place (force)."""
    reasons = tuple(ReasonGiven(one.record_id, one.code.value if one.code else "", one.note) for one in body.reasons)
    case_actions.act_on_case(archive(), id, Act(body.action, reasons, version_wanted()), actor=actor())
    return case_out(case_view.case_view(archive(), id, actor=actor()))
