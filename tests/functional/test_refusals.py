"""What is refused to somebody known stands on the ledger, once, by itself; what they may not see leaves nothing there."""

import pytest
from sqlalchemy import select, text

from archive_service.ids import new_id
from archive_service.models.ledger import Event
from archive_service.rules.access import Role
from archive_service.services import intake, refusals
from tests.functional.case_steps import Office
from tests.functional.web_client import signed_in
from tests.papers import jpeg


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def child(make, office):
    return make.student(office.school)


@pytest.fixture
def hand_in(archive, office, child):
    def hand_in(kind="hukou_page"):
        return intake.receive(archive, intake.Incoming(jpeg("登记卡"), "a.jpg", student_id=child.id, kind=kind), actor=office.registrar).id

    return hand_in


def refused(archive):
    with archive.read() as session:
        return session.scalars(select(Event).where(Event.act == "access.refused").order_by(Event.id)).all()


def test_a_right_that_is_missing_is_written_down_with_the_thing(archive, make, call, office, child, hand_in):
    record_id, leader = hand_in(), make.actor(Role.SCHOOL_LEADER, office.school)
    answer = call.put(f"/records/{record_id}/kind", leader, json={"kind": "birth_certificate"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 403, answer.text
    [event] = refused(archive)
    assert (event.account_id, event.unit_id, event.subject, event.subject_id) == (leader.account_id, leader.unit_id, "record", record_id)
    assert (event.record_id, event.student_id) == (record_id, child.id)
    assert event.detail == {"wanted": "PUT /api/v1/records/<id>/kind", "code": "denied"}


def test_a_purpose_that_is_missing_is_written_down(archive, call, office, hand_in):
    record_id = hand_in("diagnosis_certificate")
    assert call.get(f"/records/{record_id}/master", office.registrar).json["code"] == "purpose_needed"
    [event] = refused(archive)
    assert (event.record_id, event.detail["code"]) == (record_id, "purpose_needed")
    assert call.get(f"/records/{record_id}/master", office.registrar, headers={"X-Purpose": "check"}).status_code == 200
    assert len(refused(archive)) == 1


def test_a_page_of_another_role_is_written_down(app, archive, office, hand_in):
    browser = signed_in(app, archive, office.registrar)
    browser.get("/operations", status=403)
    [event] = refused(archive)
    assert (event.subject, event.subject_id, event.detail["wanted"]) == ("access", None, "GET /operations")


def test_what_is_not_to_be_seen_leaves_nothing(archive, make, call, office, hand_in):
    record_id, elsewhere = hand_in(), make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=office.county))
    for guessed in (record_id, new_id(), "1"):
        for look in ("", "/master", "/pages/1/image"):
            assert call.get(f"/records/{guessed}{look}", elsewhere).status_code == 404
    assert refused(archive) == []


@pytest.mark.parametrize("kind", ["record", "student", "case"])
def test_an_id_that_was_guessed_is_not_taken_over(archive, make, office, child, hand_in, kind):
    """Where a right is missing before anything is looked for, the ledger holds no id."""
    case, _ = office.illness_case(child)
    theirs = {"record": hand_in(), "student": child.id, "case": case.id}[kind]
    elsewhere = make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=office.county))
    for actor, guessed in ((elsewhere, theirs), (elsewhere, new_id()), (office.registrar, theirs)):
        refusals.note(archive, "GET /anything", "denied", (kind, guessed), actor=actor)
    ids = [(event.subject, event.subject_id, event.record_id, event.case_id) for event in refused(archive)]
    assert ids[:2] == [("access", None, None, None)] * 2
    assert ids[2][:2] == (kind, theirs)


def test_nobody_known_leaves_nothing(archive, client):
    assert client.get("/api/v1/records").status_code == 401
    assert refused(archive) == []


def test_one_that_cannot_be_written_is_refused_all_the_same(archive, call, office, hand_in):
    record_id = hand_in("diagnosis_certificate")
    call.get("/me", office.registrar)  # the token is an event too
    with archive.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("create trigger no_more before insert on event begin select raise(abort, 'no'); end"))
        else:
            connection.execute(text("create function no_more() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$"))
            connection.execute(text("create trigger no_more before insert on event for each row execute function no_more()"))
    answer = call.get(f"/records/{record_id}/master", office.registrar)
    assert (answer.status_code, answer.json["code"]) == (422, "purpose_needed")
    assert refused(archive) == []
