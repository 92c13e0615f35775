"""A paper reviewed outside any case, and the answer to one that was returned."""

import pytest
from sqlalchemy import select

from archive_service.errors import Denied, NotFound, Refused, Rejected, StaleRow
from archive_service.models.job import Job
from archive_service.models.ledger import Event
from archive_service.models.record import MatchState, RecordState, ReviewState
from archive_service.rules.access import Role
from archive_service.services.review import Review, answer_return, review_record
from archive_service.services.review_reasons import ReasonGiven
from tests.functional.case_steps import Office


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def student(office, make):
    return make.student(office.school)


@pytest.fixture
def paper(office, student):
    return office.paper(student, "award_certificate")


def test_accepting_and_returning(archive, office, student, paper):
    assert review_record(archive, paper.id, Review.ACCEPT, actor=office.reviewer).review_state is ReviewState.ACCEPTED
    other = office.paper(student, "award_certificate")
    with pytest.raises(Rejected):
        review_record(archive, other.id, Review.RETURN, actor=office.reviewer)
    reasons = [ReasonGiven(other.id, "seal_missing")]
    returned = review_record(archive, other.id, Review.RETURN, reasons=reasons, actor=office.reviewer)
    assert returned.review_reasons[0]["text"] == "印章缺失或不清"
    with archive.read() as session:
        assert set(session.scalars(select(Event.act))) == {"record.accepted", "record.returned"}
        assert set(session.scalars(select(Job.record_id).where(Job.kind == "index"))) == {paper.id, other.id}


def test_it_is_decided_once(archive, office, paper):
    review_record(archive, paper.id, Review.ACCEPT, actor=office.reviewer)
    with pytest.raises(Refused):
        review_record(archive, paper.id, Review.ACCEPT, actor=office.reviewer)


def test_who_may(archive, office, make, student, paper):
    with pytest.raises(Denied):
        review_record(archive, paper.id, Review.ACCEPT, actor=office.registrar)
    with pytest.raises(NotFound):
        review_record(archive, paper.id, Review.ACCEPT, actor=make.actor(Role.COUNTY_REVIEWER, make.tree()[2]))
    own = office.paper(student, "award_certificate", received_by=office.reviewer.account_id)
    with pytest.raises(Refused) as error:
        review_record(archive, own.id, Review.ACCEPT, actor=office.reviewer)
    assert error.value.reasons[0]["article"] == "GZ-7.3"


@pytest.mark.parametrize("values", [{"state": RecordState.READING}, {"match_state": MatchState.PROPOSED}])
def test_not_before_it_is_read_and_filed(archive, office, student, values):
    with pytest.raises(Refused) as error:
        review_record(archive, office.paper(student, None, **values).id, Review.ACCEPT, actor=office.reviewer)
    assert error.value.this_code == "record_not_ready"


def test_a_paper_of_an_open_case_is_reviewed_there(archive, office, student):
    _, papers = office.illness_case(student)
    with pytest.raises(Refused) as error:
        review_record(archive, papers["E-APP"].id, Review.ACCEPT, actor=office.reviewer)
    assert error.value.this_code == "record_in_open_case"


def test_a_stale_look(archive, office, paper):
    with pytest.raises(StaleRow):
        review_record(archive, paper.id, Review.ACCEPT, actor=office.reviewer, version=paper.version + 1)


def test_the_answer_takes_the_place(archive, office, make, student, paper):
    answer = office.paper(student, "award_certificate")
    with pytest.raises(Refused):
        answer_return(archive, paper.id, with_record_id=answer.id, actor=office.registrar)
    review_record(archive, paper.id, Review.RETURN, reasons=[ReasonGiven(paper.id, "unclear")], actor=office.reviewer)
    stranger = office.paper(make.student(office.school), "award_certificate")
    for wrong in (stranger, paper):
        with pytest.raises(Refused):
            answer_return(archive, paper.id, with_record_id=wrong.id, actor=office.registrar)
    assert answer_return(archive, paper.id, with_record_id=answer.id, actor=office.registrar).supersedes_id == paper.id
    with pytest.raises(Refused) as error:
        answer_return(archive, paper.id, with_record_id=office.paper(student, None).id, actor=office.registrar)
    assert error.value.this_code == "record_answered"
