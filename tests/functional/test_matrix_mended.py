"""Leaks the matrix and a reading of the code found, each with the test that holds it shut."""

import pytest
from sqlalchemy import select

from archive_service.models.ledger import Event
from archive_service.models.record import TranscriptState
from archive_service.rules.lifecycle import CaseAction
from archive_service.services import records, review_work
from archive_service.services.student_page import open_page
from tests.functional.case_steps import Office

PURPOSE = {"X-Purpose": "check"}


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


def test_a_replay_tells_without_a_purpose_no_more_than_a_first_answer(office, make, call):
    paper = office.paper(make.student(office.school), "diagnosis_certificate", sensitivity="H", transcript_state=TranscriptState.MISSING)
    office.field(paper, "diagnosis", "肺炎")
    key, path = {"Idempotency-Key": "one"}, f"/records/{paper.id}/retry"
    first = call.post(path, office.registrar, headers={**key, **PURPOSE})
    assert (first.status_code, [field["value"] for field in first.json["fields"]]) == (200, ["肺炎"])
    again = call.post(path, office.registrar, headers=key)
    assert (again.status_code, again.json["code"], "肺炎" in again.text) == (422, "purpose_needed", False)
    assert call.post(path, office.registrar, headers={**key, **PURPOSE}).json == first.json


def test_what_was_answered_without_a_purpose_is_answered_again_without(office, make, call):
    paper = office.paper(make.student(office.school), "diagnosis_certificate", sensitivity="H", transcript_state=TranscriptState.MISSING)
    office.field(paper, "diagnosis", "肺炎")
    sent = [call.post(f"/records/{paper.id}/retry", office.registrar, headers={"Idempotency-Key": "two"}) for _ in range(2)]
    assert [(one.status_code, one.json["fields"]) for one in sent] == [(200, []), (200, [])]


def test_the_work_of_the_day_is_a_look_and_goes_on_the_ledger(archive, office, make):
    assert review_work.my_work(archive, actor=office.reviewer).later == []
    case, _ = office.illness_case(make.student(office.school))
    office.act(case.id, CaseAction.SUBMIT, office.registrar)
    review_work.my_work(archive, actor=office.reviewer)
    with archive.read() as session:
        wanted = select(Event).where(Event.act == "cases.listed", Event.account_id == office.reviewer.account_id)
        [told] = session.scalars(wanted)
    assert told.detail == {"cases": [case.id]}


def test_looks_at_closed_papers_stand_on_the_page_of_those_who_see_them(archive, office, make):
    student = make.student(office.school)
    paper = office.paper(student, "diagnosis_certificate", sensitivity="H")
    records.view(archive, paper.id, actor=office.registrar.for_case(None, "核对抑郁诊断"))
    seen = {
        actor.role: {look.purpose for look in open_page(archive, student.id, actor).looks} for actor in (office.registrar, office.reviewer)
    }
    assert ("核对抑郁诊断" in seen["school_registrar"], "核对抑郁诊断" in seen["county_reviewer"]) == (True, False)
