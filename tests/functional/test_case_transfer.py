"""A student transfer between two counties, with all four parties, and the ways it may come in from outside."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from archive_service.errors import Denied, NotFound, Refused, Rejected
from archive_service.models.case import Case, CaseStep
from archive_service.models.job import Job
from archive_service.models.organisation import Level
from archive_service.models.record import Record
from archive_service.models.student import CustodyEvent, Dossier, Student, StudentPeriod
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction, CaseState
from archive_service.services.case_actions_undo import undo_decision
from archive_service.services.case_evidence import Proof, set_evidence
from archive_service.services.cases import OUTSIDE_SENDER, open_case
from archive_service.services.cases_incoming import identify
from archive_service.services.review_reasons import ReasonGiven
from archive_service.services.scope import Scope
from tests.functional.case_steps import Office

SUBMIT, ACCEPT = CaseAction.SUBMIT, CaseAction.ACCEPT
FACTS = {
    "applicant": "guardian",
    "applied_on": "2026-09-01", "cross_province": False, "form_is_stamped": True, "attends_receiver_already": False,
}  # fmt: skip
PAPERS = {"F-TRC-GZ": "transfer_contact_form", "E-APP": "written_application", "E-MOVE": "household_move_certificate"}


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def sending(office, make):
    """Another county of the same city, with its own school."""
    county = make.organisation(Level.COUNTY, parent=office.units[1], name="白云区教育局")
    school = make.organisation(parent=county, name="白云区第一中学")
    return {
        "county": county,
        "school": school, "leader": make.actor(Role.SCHOOL_LEADER, school), "reviewer": make.actor(Role.COUNTY_REVIEWER, county)
    }  # fmt: skip


@pytest.fixture
def student(sending, make):
    return make.student(sending["school"], name="张小北")


def rows(archive, model, *where):
    with archive.read() as session:
        return list(session.scalars(select(model).where(*where)))


def known(archive, office, student):
    return identify(archive, number=student.id_no, name=student.name, actor=office.registrar)


def opened(archive, office, student, ground="G3", **facts):
    return open_case(archive, procedure="transfer", student_id=student.id, ground=ground, facts={**FACTS, **facts}, actor=office.registrar)


def submitted(archive, office, student, **facts):
    case = opened(archive, office, student, **facts)
    for code in ("F-TRC-GZ", "E-APP"):
        record = office.paper(student, PAPERS[code])
        set_evidence(archive, case.id, code, Proof(record_id=record.id), actor=office.registrar)
    office.act(case.id, SUBMIT, office.registrar)
    return case


def test_four_parties_in_order(archive, office, sending, student):
    known(archive, office, student)
    case = submitted(archive, office, student)
    with pytest.raises(Denied):
        office.act(case.id, ACCEPT, sending["leader"])
    for actor in (office.reviewer, sending["leader"]):
        assert office.act(case.id, ACCEPT, actor).state is CaseState.IN_REVIEW
    assert office.act(case.id, ACCEPT, sending["reviewer"]).state is CaseState.ACCEPTED

    [moved] = rows(archive, Student, Student.id == student.id)
    assert (moved.school_id, moved.state, moved.class_name) == (office.school.id, "ENROLLED", "")
    [dossier] = rows(archive, Dossier, Dossier.student_id == student.id)
    assert dossier.custodian_id == office.school.id
    lines = rows(archive, CustodyEvent, CustodyEvent.dossier_id == dossier.id)
    assert [(line.from_id, line.to_id, line.authority_ref) for line in lines][1:] == [
        (sending["school"].id, office.school.id, case.case_no)
    ]
    periods = rows(archive, StudentPeriod, StudentPeriod.student_id == student.id)
    assert [(each.school_id, each.to_on is None) for each in periods] == [(sending["school"].id, False), (office.school.id, True)]


def test_the_papers_follow_into_the_scope_of_the_new_school(archive, office, sending, student):
    with archive.begin() as session:
        registrar = session.merge(student)
        assert registrar.school_id == sending["school"].id
    old = office.paper(student, "award_certificate", by=sending["leader"], organisation_id=sending["school"].id)
    known(archive, office, student)
    case = submitted(archive, office, student)
    for actor in (office.reviewer, sending["leader"], sending["reviewer"]):
        office.act(case.id, ACCEPT, actor)
    with archive.read() as session:
        assert Scope.of(session, office.registrar).record(session, old.id).organisation_id == office.school.id
    assert old.id in {job.record_id for job in rows(archive, Job, Job.kind == "index")}


def test_nobody_opens_a_case_for_a_student_they_cannot_name(archive, office, student):
    with pytest.raises(NotFound):
        opened(archive, office, student)
    with pytest.raises(NotFound):
        identify(archive, number=student.id_no, name="张大北", actor=office.registrar)
    with pytest.raises(NotFound):
        opened(archive, office, student)
    found = known(archive, office, student)
    assert (found.student_id, found.masked_name) == (student.id, "张**")
    assert opened(archive, office, student).to_school_id == office.school.id


def test_another_registrar_has_to_ask_anew(archive, office, make, student):
    known(archive, office, student)
    colleague = make.actor(Role.SCHOOL_REGISTRAR, office.school)
    with pytest.raises(NotFound):
        open_case(archive, procedure="transfer", student_id=student.id, ground="G1", facts=FACTS, actor=colleague)


def test_only_a_transfer_is_opened_for_a_student_elsewhere(archive, office, student):
    known(archive, office, student)
    facts = {"applicant": "guardian", "treatment_months": 3}
    with pytest.raises(Refused) as error:
        open_case(archive, procedure="suspend", student_id=student.id, ground="illness", facts=facts, actor=office.registrar)
    assert error.value.this_code == "not_own_student"


def test_no_trial_attendance(archive, office, student):
    known(archive, office, student)
    with pytest.raises(Refused) as error:
        opened(archive, office, student, attends_receiver_already=True)
    assert [reason["article"] for reason in error.value.reasons] == ["GZ-16.5"]


def test_two_working_days_for_each_party_over_national_day(archive, office, sending, clock, student):
    known(archive, office, student)
    clock.at = clock.at.replace(month=9, day=30)
    case = submitted(archive, office, student)
    clock.at = clock.at.replace(month=10, day=8)
    office.act(case.id, ACCEPT, office.reviewer)
    steps = rows(archive, CaseStep, CaseStep.case_id == case.id, CaseStep.right == "review_case")
    assert [(step.due_on, step.due_article) for step in steps] == [
        (date(2026, 10, 9), "GZ-16.4"), (date(2026, 10, 10), "GZ-16.4"), (None, None),
    ]  # fmt: skip


def test_each_side_keeps_the_limit_of_its_own_province(archive, office, make):
    """C-42: the sender's county is in Henan and has ten working days."""
    province = make.organisation(Level.PROVINCE, profile="HN")
    county = make.organisation(Level.COUNTY, parent=province, profile="HN")
    school = make.organisation(parent=county, profile="HN")
    student = make.student(school)
    known(archive, office, student)
    case = submitted(archive, office, student)
    office.act(case.id, ACCEPT, office.reviewer)
    office.act(case.id, ACCEPT, make.actor(Role.SCHOOL_LEADER, school))
    steps = rows(archive, CaseStep, CaseStep.case_id == case.id, CaseStep.right == "review_case")
    assert [(step.actor, step.due_article, step.due_on) for step in steps] == [
        ("AUTH_IN", "GZ-16.4", date(2026, 9, 3)), ("SCH_OUT", "HN-11.5", date(2026, 9, 15)), ("AUTH_OUT", "HN-11.5", date(2026, 9, 15)),
    ]  # fmt: skip


def test_across_provinces_two_more_stations(archive, office, student):
    known(archive, office, student)
    case = opened(archive, office, student, cross_province=True)
    acts = [step.act for step in rows(archive, CaseStep, CaseStep.case_id == case.id)]
    assert acts[-5:] == ["review_authority_in", "review_province_in", "review_out", "review_authority_out", "review_province_out"]


def test_a_sender_outside_the_system_is_recorded_by_the_receiver(archive, office):
    student = office.newcomer()
    with pytest.raises(Rejected):
        opened(archive, office, student)
    case = submitted(archive, office, student, **{OUTSIDE_SENDER: "重庆市某中学"})
    office.act(case.id, ACCEPT, office.reviewer)
    with pytest.raises(Rejected):
        office.act(case.id, ACCEPT, office.registrar)
    for _ in range(2):
        stamp = office.act(case.id, ACCEPT, office.registrar, ReasonGiven(note="2026年9月1日复函同意转出"))
    assert stamp.state is CaseState.ACCEPTED
    [enrolled] = rows(archive, Student, Student.id == student.id)
    assert (enrolled.state, enrolled.school_id) == ("ENROLLED", office.school.id)


def test_taking_back_the_last_decision_puts_everything_back(archive, office, sending, clock, student):
    known(archive, office, student)
    case = submitted(archive, office, student)
    for actor in (office.reviewer, sending["leader"], sending["reviewer"]):
        office.act(case.id, ACCEPT, actor)
    clock.at += timedelta(seconds=5)
    assert undo_decision(archive, case.id, actor=sending["reviewer"]).state is CaseState.IN_REVIEW
    [back] = rows(archive, Student, Student.id == student.id)
    assert (back.school_id, back.state, back.class_name) == (sending["school"].id, "ENROLLED", "2班")
    [dossier] = rows(archive, Dossier, Dossier.student_id == student.id)
    assert dossier.custodian_id == sending["school"].id
    assert [line.ground for line in rows(archive, CustodyEvent, CustodyEvent.dossier_id == dossier.id)] == ["建档", "转学", "撤销办结"]
    assert {record.organisation_id for record in rows(archive, Record, Record.student_id == student.id)} == {sending["school"].id}
    assert [each.to_on for each in rows(archive, StudentPeriod, StudentPeriod.student_id == student.id)] == [None]
    assert office.act(case.id, ACCEPT, sending["reviewer"]).state is CaseState.ACCEPTED


def test_soft_rules_are_kept_as_warnings(archive, office, student):
    """C-08: the papers for a ground are our proposal, so their absence is shown and hinders nothing."""
    known(archive, office, student)
    case = submitted(archive, office, student)
    with archive.read() as session:
        kept = session.get_one(Case, case.id)
    assert [(warning["article"], "尚未提交" in str(warning["text"])) for warning in kept.warnings] == [("GZ-16.1", True)]
    assert kept.rules_version == archive.law.version
