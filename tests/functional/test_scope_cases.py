"""What taking part in a case opens, and for how long: a transfer before and after it is submitted, withdrawn, its papers replaced."""

import pytest

from archive_service.errors import NotFound
from archive_service.models.organisation import Level
from archive_service.models.record import MatchState
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction
from archive_service.services import matching, records
from archive_service.services.case_evidence import Proof, set_evidence
from archive_service.services.case_view import case_view
from archive_service.services.cases import open_case
from archive_service.services.cases_incoming import identify
from archive_service.services.review_reasons import ReasonGiven
from archive_service.services.student_page import open_page
from tests.functional.case_steps import Office

SUBMIT, WITHDRAW = CaseAction.SUBMIT, CaseAction.WITHDRAW
FACTS = {
    "applicant": "guardian",
    "applied_on": "2026-09-01", "cross_province": False, "form_is_stamped": True, "attends_receiver_already": False,
}  # fmt: skip


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def far(make):
    """A school of another province, and those who work for it."""

    class Far:
        county = make.organisation(Level.COUNTY, name="白云区教育局")
        school = make.organisation(parent=county, name="白云区第一中学")
        registrar = make.actor(Role.SCHOOL_REGISTRAR, school)
        student = make.student(school, name="张小北")

    return Far()


@pytest.fixture
def draft(archive, office, far):
    identify(archive, number=far.student.id_no, name=far.student.name, actor=office.registrar)
    return open_case(archive, procedure="transfer", student_id=far.student.id, ground="G3", facts=FACTS, actor=office.registrar)


@pytest.fixture
def papers(archive, office, far, draft):
    found = {}
    for code, kind in (("F-TRC-GZ", "transfer_contact_form"), ("E-APP", "written_application")):
        found[code] = office.paper(far.student, kind)
        set_evidence(archive, draft.id, code, Proof(record_id=found[code].id), actor=office.registrar)
    return found


def unseen(archive, student, actor):
    with pytest.raises(NotFound):
        open_page(archive, student.id, actor)


def test_a_draft_opens_no_page_of_a_student_elsewhere(archive, office, far, papers, draft):
    unseen(archive, far.student, office.registrar)
    private = {"id_no", "birth_on", "ethnicity"}
    view = case_view(archive, draft.id, actor=office.registrar)
    assert (view.claim["name"], private & view.claim.keys(), private & {row.field for row in view.rows}) == (far.student.name, set(), set())
    office.act(draft.id, SUBMIT, office.registrar)
    view = case_view(archive, draft.id, actor=office.registrar)
    assert (private & view.claim.keys(), private & {row.field for row in view.rows}) == (private, private)
    assert open_page(archive, far.student.id, office.registrar).student.id == far.student.id


def test_papers_are_filed_with_a_student_elsewhere_while_the_case_is_a_draft(archive, office, far, draft):
    record = office.paper(
        far.student, "written_application", student_id=None, match_state=MatchState.UNMATCHED, organisation_id=office.school.id
    )
    matching.set_match(archive, record.id, student_id=far.student.id, reason="", actor=office.registrar)
    assert records.view(archive, record.id, actor=office.registrar).student.name == far.student.name
    office.act(draft.id, WITHDRAW, office.registrar, ReasonGiven(note="家长改变主意"))
    with pytest.raises(NotFound):
        matching.set_match(archive, record.id, student_id=far.student.id, reason="", actor=office.registrar)


@pytest.mark.parametrize("is_submitted", [False, True])
def test_withdrawing_closes_what_the_case_opened(archive, office, far, papers, draft, *, is_submitted):
    theirs = office.paper(far.student, "diagnosis_certificate", by=far.registrar, sensitivity="H")
    if is_submitted:
        office.act(draft.id, SUBMIT, office.registrar)
    office.act(draft.id, WITHDRAW, office.registrar, ReasonGiven(note="家长改变主意"))
    unseen(archive, far.student, office.registrar)
    for record, actor in ((theirs, office.registrar), (papers["E-APP"], office.reviewer)):
        with pytest.raises(NotFound):
            records.view(archive, record.id, actor=actor)
    assert case_view(archive, draft.id, actor=office.registrar).id == draft.id  # the school keeps its own business


def test_the_others_of_the_chain_see_a_case_once_it_is_submitted(archive, office, far, papers, draft):
    with pytest.raises(NotFound):
        case_view(archive, draft.id, actor=far.registrar)
    office.act(draft.id, SUBMIT, office.registrar)
    assert case_view(archive, draft.id, actor=far.registrar).id == draft.id


def test_only_the_paper_that_stands_is_open_to_the_chain(archive, office, make):
    student = make.student(office.school)
    case, papers = office.illness_case(student)
    for record in papers.values():
        with archive.begin() as session:
            session.merge(record).sensitivity = "H"
    first, second = papers["E-DX"], office.paper(student, "diagnosis_certificate", sensitivity="H")
    for name, value in (("hospital", "观山湖区人民医院"), ("diagnosis", "肺炎")):
        office.field(second, name, value)
    set_evidence(archive, case.id, "E-DX", Proof(record_id=second.id), actor=office.registrar)
    with pytest.raises(NotFound):
        records.view(archive, second.id, actor=office.reviewer)  # a draft is nobody's business yet
    office.act(case.id, SUBMIT, office.registrar)
    assert records.view(archive, second.id, actor=office.reviewer).record.id == second.id
    with pytest.raises(NotFound):
        records.view(archive, first.id, actor=office.reviewer)
    with archive.begin() as session:
        session.merge(second).student_id = make.student(office.school).id
    with pytest.raises(NotFound):
        records.view(archive, second.id, actor=office.reviewer)
