"""Which paper may stand for what in a case."""

from datetime import date

import pytest
from sqlalchemy import select

from archive_service.errors import Denied, NotFound, Refused, Rejected
from archive_service.models.case import CaseEvidence
from archive_service.models.record import Carrier, FieldState, KindState, MatchState
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction
from archive_service.rules.procedure import LineState
from archive_service.rules.vocabulary import Level
from archive_service.services import corrections, matching
from archive_service.services.case_evidence import Proof, SightingGiven, set_evidence
from archive_service.services.case_view import case_view
from archive_service.services.cases import open_case
from tests.conftest import NOON
from tests.functional.case_steps import ILLNESS_FACTS, Office


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def student(office, make):
    return make.student(office.school)


@pytest.fixture
def case(archive, office, student):
    return open_case(archive, procedure="suspend", student_id=student.id, ground="illness", facts=ILLNESS_FACTS, actor=office.registrar)


@pytest.fixture
def put(archive, office, case):
    def put(code, record, **values):
        return set_evidence(archive, case.id, code, Proof(record_id=record.id, **values), actor=office.registrar)

    return put


@pytest.fixture
def line(archive, office, case):
    def line(code):
        view = case_view(archive, case.id, actor=office.registrar)
        return next(each.line for each in view.evidence if each.line.code == code)

    return line


def test_a_paper_of_the_kind_serves(office, student, put, line):
    put("E-TREAT", office.paper(student, "treatment_receipt"))
    assert line("E-TREAT").state is LineState.PRESENT
    assert line("E-DX").state is LineState.MISSING


def test_a_form_is_known_by_its_title(office, student, put, line):
    put("F-SUSP-GZ", office.paper(student, "suspension_application"))
    assert line("F-SUSP-GZ").state is LineState.PRESENT


def test_another_kind_does_not_serve(office, student, put):
    with pytest.raises(Refused) as error:
        put("E-DX", office.paper(student, "treatment_receipt"))
    assert error.value.this_code == "kind_does_not_serve"


def test_a_doubtful_kind_only_warns(office, student, put):
    assert put("E-DX", office.paper(student, "treatment_receipt", kind_state=KindState.UNSURE)).warnings
    assert put("E-DX", office.paper(student, None, kind_state=KindState.UNSURE)).warnings
    assert put("E-DX", office.paper(student, "diagnosis_certificate")).warnings == ()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"match_state": MatchState.PROPOSED}, "record_unmatched"),
        ({"match_state": MatchState.UNMATCHED, "student_id": None}, "record_unmatched"),
    ],
)
def test_a_paper_nobody_has_filed_is_refused(office, student, put, values, code):
    with pytest.raises(Refused) as error:
        put("E-APP", office.paper(student, "written_application", **values))
    assert error.value.this_code == code


def test_a_paper_of_another_student_is_refused(office, make, put):
    with pytest.raises(Refused) as error:
        put("E-APP", office.paper(make.student(office.school), "written_application"))
    assert error.value.this_code == "record_of_other_student"


def test_a_paper_out_of_scope_is_not_found(make, put, archive, office):
    elsewhere = Office(archive, make)
    with pytest.raises(NotFound):
        put("E-APP", elsewhere.paper(make.student(elsewhere.school), "written_application"))


def test_a_code_the_procedure_does_not_ask_for(office, student, put):
    with pytest.raises(Refused) as error:
        put("E-MOVE", office.paper(student, "written_application"))
    assert error.value.this_code == "evidence_not_asked_for"


def test_the_reviewer_does_not_prepare(archive, office, student, case):
    record = office.paper(student, "written_application")
    with pytest.raises(Denied):
        set_evidence(archive, case.id, "E-APP", Proof(record_id=record.id), actor=office.reviewer)


def test_the_level_of_the_hospital_is_confirmed_not_guessed(office, student, put, line):
    paper = office.paper(student, "diagnosis_certificate")
    office.field(paper, "hospital", "观山湖区人民医院", FieldState.SURE)
    put("E-DX", paper)
    assert line("E-DX").state is LineState.INSUFFICIENT
    put("E-DX", paper, issuer_level=Level.COUNTY)
    assert line("E-DX").state is LineState.PRESENT
    put("E-DX", paper, issuer_level=Level.SCHOOL)
    assert "级别不足" in line("E-DX").reasons[0]


def test_a_copy_does_not_serve_where_the_original_is_kept(office, student, put, line):
    put("E-TREAT", office.paper(student, "treatment_receipt", carrier=Carrier.COPY))
    assert line("E-TREAT").state is LineState.PRESENT
    put("E-APP", office.paper(student, "written_application", carrier=Carrier.COPY))
    assert line("E-APP").state is LineState.INSUFFICIENT


def test_a_doubt_left_open_passes_no_gate(office, student, put, line):
    paper = office.paper(student, "written_application")
    office.field(paper, "name", "张", FieldState.DOUBTFUL)
    put("E-APP", paper)
    assert line("E-APP").reasons == ("材料内容尚未经人工确认",)


def test_what_is_replaced_stays(archive, office, student, put, case):
    first, second = (office.paper(student, "written_application") for _ in range(2))
    put("E-APP", first)
    put("E-APP", second)
    with archive.read() as session:
        kept = list(session.scalars(select(CaseEvidence).where(CaseEvidence.case_id == case.id).order_by(CaseEvidence.id)))
    assert [(row.record_id, row.replaced_at is None) for row in kept] == [(first.id, False), (second.id, True)]


def test_an_original_that_was_shown(archive, office):
    student = office.newcomer()
    case = open_case(archive, procedure="enrol", student_id=student.id, ground=None, facts={}, actor=office.registrar)
    with pytest.raises(Rejected):
        set_evidence(archive, case.id, "E-HKB-O", Proof(sighting=SightingGiven("", date(2026, 9, 1), "户口簿")), actor=office.registrar)
    with pytest.raises(Rejected):
        set_evidence(archive, case.id, "E-HKB-O", Proof(sighting=SightingGiven("李敏", date(2026, 9, 2), "户口簿")), actor=office.registrar)
    paper = office.paper(student, "household_register")
    with pytest.raises(Refused):
        set_evidence(archive, case.id, "E-HKB-O", Proof(record_id=paper.id), actor=office.registrar)
    set_evidence(archive, case.id, "E-HKB-O", Proof(sighting=SightingGiven("李敏", date(2026, 9, 1), "户口簿")), actor=office.registrar)
    view = case_view(archive, case.id, actor=office.registrar)
    [seen] = [each for each in view.evidence if each.line.code == "E-HKB-O"]
    assert (seen.line.state, seen.sighting["by"]) == (LineState.SIGHTED, "李敏")


def test_neither_and_both_are_rejected(archive, office, case):
    seen = SightingGiven("李敏", date(2026, 9, 1), "户口簿")
    for proof in (Proof(), Proof(record_id="0" * 32, sighting=seen)):
        with pytest.raises(Rejected):
            set_evidence(archive, case.id, "E-APP", proof, actor=office.registrar)


def test_a_teacher_cannot_put_papers_into_cases(archive, office, make, case, student):
    teacher = make.actor(Role.HOMEROOM_TEACHER, office.school)
    record = office.paper(student, "written_application")
    with pytest.raises(NotFound):
        set_evidence(archive, case.id, "E-APP", Proof(record_id=record.id), actor=teacher)


def test_a_paper_in_a_case_stays_with_its_student(archive, office, student, case, put, make):
    paper, other = office.paper(student, "diagnosis_certificate"), make.student(office.school)
    put("E-DX", paper)
    with pytest.raises(Refused, match=case.case_no):
        matching.set_match(archive, paper.id, student_id=other.id, reason="看错", actor=office.registrar)
    with pytest.raises(Refused, match="换上另一份材料"):
        matching.undo_match(archive, paper.id, actor=office.registrar)
    matching.set_match(archive, paper.id, student_id=student.id, reason="核对无误", actor=office.registrar)


def test_a_paper_taken_out_of_the_case_may_be_refiled(archive, office, student, case, put, make):
    paper, other = office.paper(student, "diagnosis_certificate"), make.student(office.school)
    put("E-DX", paper)
    put("E-DX", office.paper(student, "diagnosis_certificate"))
    moved = matching.set_match(archive, paper.id, student_id=other.id, reason="看错", actor=office.registrar)
    assert moved.student_id == other.id


def test_a_paper_in_a_case_keeps_a_kind_that_serves(archive, office, student, case, put):
    paper = office.paper(student, None, kind_state=KindState.UNSURE)
    put("E-DX", paper)
    with pytest.raises(Refused, match=case.case_no):
        corrections.set_kind(archive, paper.id, kind="treatment_receipt", actor=office.registrar)
    said = corrections.set_kind(archive, paper.id, kind="diagnosis_certificate", actor=office.registrar)
    assert said.kind_state is KindState.CONFIRMED


@pytest.mark.parametrize(("stray", "word"), [("student", "另一名学生"), ("kind", "不能作为")])
def test_a_paper_that_strayed_is_missing_with_the_reason(archive, office, make, stray, word):
    student, other = make.student(office.school), make.student(office.school)
    case, papers = office.illness_case(student)
    with archive.begin() as session:
        paper = session.merge(papers["E-DX"])
        paper.student_id = other.id if stray == "student" else student.id
        paper.kind = "treatment_receipt" if stray == "kind" else paper.kind
    view = case_view(archive, case.id, actor=office.registrar)
    line = next(each.line for each in view.evidence if each.line.code == "E-DX")
    assert line.state is LineState.INSUFFICIENT
    assert word in line.reasons[0]
    assert next(each.is_closed for each in view.papers if each.record_id == paper.id) is (stray == "student")
    with pytest.raises(Refused) as error:
        office.act(case.id, CaseAction.SUBMIT, office.registrar)
    assert word in str(error.value.reasons)


def test_a_stray_paper_nobody_asks_for_any_more_stops_the_case_too(archive, office, make):
    student, other = make.student(office.school), make.student(office.school)
    case, _ = office.illness_case(student)
    stray = office.paper(other, None, kind_state=KindState.UNSURE)
    make._add(CaseEvidence(case_id=case.id, code="E-CAUSE", record_id=stray.id, set_by=office.registrar.account_id, set_at=NOON))
    with pytest.raises(Refused) as error:
        office.act(case.id, CaseAction.SUBMIT, office.registrar)
    assert "另一名学生" in str(error.value.reasons)
