"""The suspension of a Guizhou student for illness, from the draft to the registry, with a return and its answer."""

from datetime import date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from archive_service.errors import Denied, NotFound, Refused, Rejected, StaleRow
from archive_service.models.case import Case, CaseDecision, CaseEvidence, CaseStep
from archive_service.models.job import Job
from archive_service.models.ledger import Event
from archive_service.models.record import Record, ReviewState
from archive_service.models.student import Student, StudentPeriod
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction, CaseState
from archive_service.services.case_actions_undo import undo_decision
from archive_service.services.case_evidence import Proof, set_evidence
from archive_service.services.cases import amend_facts, open_case
from archive_service.services.review_reasons import ReasonGiven
from tests.functional.case_steps import ILLNESS_FACTS, Office

SUBMIT, ACCEPT, RETURN, FORCE, WITHDRAW = CaseAction.SUBMIT, CaseAction.ACCEPT, CaseAction.RETURN, CaseAction.FORCE, CaseAction.WITHDRAW
CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def student(office, make):
    return make.student(office.school)


def rows(archive, model, *where):
    with archive.read() as session:
        return list(session.scalars(select(model).where(*where)))


def articles(error):
    return {reason["article"] for reason in error.value.reasons}


def test_a_whole_walk_with_a_return(archive, office, student):
    case, papers = office.illness_case(student)
    assert case.case_no == f"{office.school.code}-2026-0001"
    assert office.act(case.id, SUBMIT, office.registrar).state is CaseState.SUBMITTED
    returned_and_answered(archive, office, case, papers["E-DX"])
    assert office.act(case.id, ACCEPT, office.reviewer).state is CaseState.IN_REVIEW
    signed_form_comes_back(archive, office, case)

    [suspended] = rows(archive, Student, Student.id == student.id)
    assert suspended.state == "SUSPENDED"
    [done] = rows(archive, Case, Case.id == case.id)
    assert (done.expires_on, done.claim["hospital"]) == (date(2027, 9, 1), "观山湖区人民医院")
    periods = rows(archive, StudentPeriod, StudentPeriod.student_id == student.id)
    assert [(period.state, period.to_on) for period in periods] == [("ENROLLED", date(2026, 9, 1)), ("SUSPENDED", None)]
    decisions = [decision.action for decision in rows(archive, CaseDecision, CaseDecision.case_id == case.id)]
    assert decisions == ["submit", "return", "submit", "accept", "accept"]
    acts = {event.act for event in rows(archive, Event, Event.case_id == case.id)}
    assert acts >= {"case.opened", "case.evidence_set", "case.submitted", "case.returned", "case.accepted", "case.completed"}
    used = rows(archive, CaseEvidence, CaseEvidence.case_id == case.id, CaseEvidence.replaced_at.is_(None))
    accepted = rows(archive, Record, Record.id.in_([row.record_id for row in used]))
    assert {record.review_state for record in accepted} == {ReviewState.ACCEPTED}
    assert {job.record_id for job in rows(archive, Job, Job.kind == "index")} >= {record.id for record in accepted}


def returned_and_answered(archive, office, case, diagnosis):
    office.act(case.id, RETURN, office.reviewer, ReasonGiven(diagnosis.id, "unclear", "印章看不清"))
    [returned] = rows(archive, Record, Record.id == diagnosis.id)
    assert (returned.review_state, returned.review_reasons[0]["text"]) == (ReviewState.RETURNED, "不清晰")
    with pytest.raises(Refused) as error:
        office.act(case.id, SUBMIT, office.registrar)
    assert articles(error) == {"GZ-17.2"}
    assert "已被退回" in error.value.reasons[0]["text"]
    [student] = rows(archive, Student, Student.id == case.student_id)
    answer = office.paper(student, "diagnosis_certificate")
    office.field(answer, "hospital", "观山湖区人民医院")
    set_evidence(archive, case.id, "E-DX", Proof(record_id=answer.id), actor=office.registrar)
    assert [record.supersedes_id for record in rows(archive, Record, Record.id == answer.id)] == [diagnosis.id]
    office.act(case.id, SUBMIT, office.registrar)


def signed_form_comes_back(archive, office, case):
    assert [step.act for step in rows(archive, CaseStep, CaseStep.case_id == case.id, CaseStep.state == "open")] == ["upload_signed_form"]
    with pytest.raises(Refused) as error:
        office.act(case.id, ACCEPT, office.registrar)
    assert articles(error) == {"GZ-17.2"}  # the authority's signature has not been seen
    amend_facts(archive, case.id, {"form_signed_by_authority": True}, actor=office.registrar)
    assert office.act(case.id, ACCEPT, office.registrar).state is CaseState.ACCEPTED


def test_gates_name_their_articles(archive, office, student):
    case = open_case(archive, procedure="suspend", student_id=student.id, ground="illness", facts=ILLNESS_FACTS, actor=office.registrar)
    with pytest.raises(Refused) as error:
        office.act(case.id, SUBMIT, office.registrar)
    assert articles(error) == {"GZ-17.2"}
    assert len(error.value.reasons) == 4


def test_what_is_known_to_forbid_forbids_at_once(archive, office, student):
    facts = {**ILLNESS_FACTS, "treatment_months": 1}
    with pytest.raises(Refused) as error:
        open_case(archive, procedure="suspend", student_id=student.id, ground="illness", facts=facts, actor=office.registrar)
    assert articles(error) == {"GZ-17.1"}
    assert rows(archive, Case) == []


def test_an_open_question_waits_for_submitting(archive, office, student):
    case, _ = office.illness_case(student, treatment_months=None)
    with pytest.raises(Refused) as error:
        office.act(case.id, SUBMIT, office.registrar)
    assert articles(error) == {"GZ-17.1"}
    amend_facts(archive, case.id, {"treatment_months": 2}, actor=office.registrar)
    assert office.act(case.id, SUBMIT, office.registrar).state is CaseState.SUBMITTED


def test_facts_nobody_asks_for_are_rejected(archive, office, student):
    with pytest.raises(Rejected) as error:
        open_case(
            archive,
            procedure="suspend",
            student_id=student.id,
            ground="illness",
            facts={"treatment_months": "long"},
            actor=office.registrar,
        )
    assert [finding["field"] for finding in error.value.findings] == ["treatment_months"]
    with pytest.raises(Rejected):
        open_case(
            archive,
            procedure="suspend",
            student_id=student.id,
            ground="illness",
            facts={"student_state": "ENROLLED"},
            actor=office.registrar,
        )


def test_the_same_business_is_not_opened_twice(archive, office, student):
    case, _ = office.illness_case(student)
    with pytest.raises(Refused) as error:
        office.illness_case(student)
    assert error.value.this_code == "case_already_open"
    office.act(case.id, WITHDRAW, office.registrar, ReasonGiven(note="家长改变主意"))
    again, _ = office.illness_case(student)
    assert again.case_no.endswith("-0002")


def test_whoever_prepares_does_not_decide(archive, office, make, student):
    leader = make.actor(Role.SCHOOL_LEADER, office.school)
    case, _ = office.illness_case(student)
    office.act(case.id, SUBMIT, office.registrar)
    with pytest.raises(Denied):
        office.act(case.id, ACCEPT, leader)  # not this unit's turn
    with archive.begin() as session:
        session.get(Case, case.id).opened_by = office.reviewer.account_id
    with pytest.raises(Refused) as error:
        office.act(case.id, ACCEPT, office.reviewer)
    assert articles(error) == {"GZ-7.3"}


def test_a_superior_does_not_decide_in_the_ordinary_way(archive, office, make, student):
    city = make.actor(Role.CITY_REVIEWER, office.units[1])
    case, _ = office.illness_case(student)
    office.act(case.id, SUBMIT, office.registrar)
    with pytest.raises(Denied):
        office.act(case.id, ACCEPT, city)


def test_only_a_late_step_is_forced_and_only_from_above(archive, office, make, clock, student):
    city = make.actor(Role.CITY_REVIEWER, office.units[1])
    case, _ = office.illness_case(student)
    office.act(case.id, SUBMIT, office.registrar)
    late = ReasonGiven(note="县教育局逾期未办")
    with pytest.raises(Refused) as error:
        office.act(case.id, FORCE, city, late)
    assert articles(error) == {"HN-11.6"}
    clock.at += timedelta(days=30)
    with pytest.raises(Denied):
        office.act(case.id, FORCE, office.reviewer, late)
    with pytest.raises(Rejected):
        office.act(case.id, FORCE, city)
    assert office.act(case.id, FORCE, city, late).state is CaseState.IN_REVIEW


def test_others_do_not_learn_that_a_case_exists(archive, office, make, student):
    case, _ = office.illness_case(student)
    stranger = make.actor(Role.COUNTY_REVIEWER, make.tree()[2])
    for act in (ACCEPT, RETURN):
        with pytest.raises(NotFound):
            office.act(case.id, act, stranger)
    with pytest.raises(NotFound):
        set_evidence(archive, case.id, "E-APP", Proof(record_id="0" * 32), actor=stranger)


def test_a_stale_version_changes_nothing(archive, office, student):
    case, _ = office.illness_case(student)
    with pytest.raises(StaleRow) as error:
        office.act(case.id, SUBMIT, office.registrar, version=1)
    assert error.value.status == 409
    [present] = error.value.findings
    [now] = rows(archive, Case, Case.id == case.id)
    assert (present["state"], present["version"]) == ("draft", now.version)
    assert office.act(case.id, SUBMIT, office.registrar, version=now.version).version == now.version + 1


def test_returning_wants_a_reason_from_the_list(archive, office, student):
    case, papers = office.illness_case(student)
    office.act(case.id, SUBMIT, office.registrar)
    for reasons in ([], [ReasonGiven(code="ugly")], [ReasonGiven(code="other")], [ReasonGiven("0" * 32, "unclear")]):
        with pytest.raises(Rejected):
            office.act(case.id, RETURN, office.reviewer, *reasons)
    office.act(case.id, RETURN, office.reviewer, ReasonGiven(code="conditions_not_met"))
    untouched = rows(archive, Record, Record.id.in_([paper.id for paper in papers.values()]))
    assert {record.review_state for record in untouched} == {ReviewState.PENDING}


def test_a_return_can_be_taken_back_for_ten_seconds(archive, office, clock, student):
    case, papers = office.illness_case(student)
    office.act(case.id, SUBMIT, office.registrar)
    [before] = rows(archive, CaseStep, CaseStep.case_id == case.id, CaseStep.state == "open")
    office.act(case.id, RETURN, office.reviewer, ReasonGiven(papers["E-DX"].id, "unclear"))
    with pytest.raises(Refused):
        undo_decision(archive, case.id, actor=office.registrar)
    clock.at += timedelta(seconds=9)
    assert undo_decision(archive, case.id, actor=office.reviewer).state is CaseState.SUBMITTED
    [record] = rows(archive, Record, Record.id == papers["E-DX"].id)
    assert (record.review_state, record.review_reasons) == (ReviewState.PENDING, [])
    [after] = rows(archive, CaseStep, CaseStep.case_id == case.id, CaseStep.state == "open")
    assert (after.act, after.received_at, after.due_on) == (before.act, before.received_at, before.due_on)
    with pytest.raises(Refused):
        undo_decision(archive, case.id, actor=office.reviewer)


def test_search_learns_of_a_return_and_of_its_undoing(archive, office, student):
    case, papers = office.illness_case(student)
    office.act(case.id, SUBMIT, office.registrar)
    office.act(case.id, RETURN, office.reviewer, ReasonGiven(papers["E-DX"].id, "unclear", "印章看不清"))
    assert [job.record_id for job in rows(archive, Job, Job.kind == "index")] == [papers["E-DX"].id]
    undo_decision(archive, case.id, actor=office.reviewer)
    assert [job.record_id for job in rows(archive, Job, Job.kind == "index")].count(papers["E-DX"].id) == 2


def test_taking_back_too_late_or_after_somebody_acted(archive, office, clock, student):
    case, papers = office.illness_case(student)
    office.act(case.id, SUBMIT, office.registrar)
    office.act(case.id, RETURN, office.reviewer, ReasonGiven(papers["E-DX"].id, "unclear"))
    amend_facts(archive, case.id, {"treatment_months": 4}, actor=office.registrar)
    with pytest.raises(StaleRow):
        undo_decision(archive, case.id, actor=office.reviewer)
    answer = office.paper(student, "diagnosis_certificate")
    office.field(answer, "hospital", "观山湖区人民医院")
    set_evidence(archive, case.id, "E-DX", Proof(record_id=answer.id), actor=office.registrar)
    office.act(case.id, SUBMIT, office.registrar)
    office.act(case.id, ACCEPT, office.reviewer)
    clock.at += timedelta(seconds=60)
    with pytest.raises(Refused) as error:
        undo_decision(archive, case.id, actor=office.reviewer)
    assert error.value.this_code == "too_late_to_undo"


@pytest.mark.parametrize(
    ("submitted", "due_on"),
    [
        (datetime(2026, 9, 1, 12, tzinfo=CHINA), date(2026, 9, 15)),
        (datetime(2026, 9, 28, 12, tzinfo=CHINA), date(2026, 10, 16)),  # National Day off, the Saturday after it worked
        (datetime(2026, 9, 30, 23, 30, tzinfo=CHINA), date(2026, 10, 20)),  # still the 30th in China
    ],
)
def test_the_clock_counts_working_days_from_arrival(archive, office, clock, student, submitted, due_on):
    case, _ = office.illness_case(student)
    clock.at = submitted
    office.act(case.id, SUBMIT, office.registrar)
    [step] = rows(archive, CaseStep, CaseStep.case_id == case.id, CaseStep.state == "open")
    assert (step.due_on, step.due_article, step.received_at) == (due_on, "C-09", submitted)
    [kept] = rows(archive, Case, Case.id == case.id)
    assert kept.due_on == due_on
