"""Idempotency-Key: the same request twice does its work once, also when two come at once or the first one was killed."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from archive_service.errors import StoreUnavailable
from archive_service.models.batch import Batch
from archive_service.models.case import Case
from archive_service.models.ledger import Event
from archive_service.models.record import Record
from archive_service.models.upload import RememberedAnswer
from archive_service.rules.access import Role
from archive_service.services import answers, cases, records
from archive_service.services.answers import Answer
from tests.functional.case_steps import ILLNESS_FACTS, Office
from tests.papers import jpeg


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


def count(archive, model):
    with archive.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def upload(call, actor, key, text="一张纸", **fields):
    return call.post("/records", actor, data={"file": (io.BytesIO(jpeg(text)), "a.jpg"), **fields}, headers={"Idempotency-Key": key})


def test_the_same_request_gets_the_first_answer(archive, call, office):
    first, again = upload(call, office.registrar, "k1"), upload(call, office.registrar, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert again.headers["Idempotent-Replay"] == "true"
    assert (first.headers["ETag"], again.mimetype) == (again.headers["ETag"], "application/json")
    assert count(archive, Record) == 1


def test_another_body_under_the_key(archive, call, office):
    upload(call, office.registrar, "k1")
    for answer in (upload(call, office.registrar, "k1", "另一张纸"), upload(call, office.registrar, "k1", kind="hukou_page")):
        assert (answer.status_code, answer.json["code"]) == (409, "idempotency_key_reused")
    assert count(archive, Record) == 1


def test_keys_are_each_accounts_own(archive, make, call, office):
    upload(call, office.registrar, "k1")
    assert upload(call, make.actor(Role.SCHOOL_REGISTRAR, office.school), "k1").headers.get("Idempotent-Replay") is None
    assert count(archive, Record) == 2


def test_a_refusal_is_not_remembered(archive, call, office):
    refused = call.post("/batches", office.registrar, json={"expected": -1}, headers={"Idempotency-Key": "k"})
    corrected = call.post("/batches", office.registrar, json={"expected": 1}, headers={"Idempotency-Key": "k"})
    assert (refused.status_code, corrected.status_code) == (400, 201)
    assert count(archive, RememberedAnswer) == 1


def test_a_key_too_long_to_keep(call, office):
    assert call.post("/batches", office.registrar, json={}, headers={"Idempotency-Key": "k" * 201}).status_code == 400


def test_two_at_once_do_it_once(archive, app, token, office):
    header = {**token(office.registrar), "Idempotency-Key": "k"}

    def post(_):
        return app.test_client().post("/api/v1/batches", json={"label": "同时"}, headers=header)

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(post, range(4)))
    assert {answer.status_code for answer in found} <= {201, 409}
    assert {answer.json["code"] for answer in found if answer.status_code == 409} <= {"in_progress"}
    assert len({answer.json["id"] for answer in found if answer.status_code == 201}) == 1
    assert count(archive, Batch) == 1


def test_a_key_of_a_killed_request_may_be_taken_over(archive, clock, call, office, monkeypatch):
    header = {"Idempotency-Key": "k"}
    with monkeypatch.context() as killed:
        killed.setattr(answers, "keep", lambda *_: None)  # the answer is never remembered, as when the process ends here
        made = call.post("/batches", office.registrar, json={"label": "x"}, headers=header).json["id"]
    waiting = call.post("/batches", office.registrar, json={"label": "x"}, headers=header)
    assert (waiting.status_code, waiting.json["code"]) == (409, "in_progress")
    clock.at += answers.ABANDONED_AFTER + timedelta(seconds=1)
    other = call.post("/batches", office.registrar, json={"label": "y"}, headers=header)
    assert other.json["code"] == "idempotency_key_reused"
    again = call.post("/batches", office.registrar, json={"label": "x"}, headers=header)
    assert (again.status_code, again.json["id"]) == (201, made)
    assert call.post("/batches", office.registrar, json={"label": "x"}, headers=header).headers["Idempotent-Replay"] == "true"
    assert count(archive, Batch) == 1, "what the killed request made is answered"


def test_a_paper_taken_in_before_the_kill_is_not_taken_in_again(archive, clock, call, office, monkeypatch):
    noted = []
    monkeypatch.setattr(answers, "keep", lambda _archive, taken, _answer: noted.append(answers.made_before(archive, taken)))
    first = upload(call, office.registrar, "k")  # the answer is never remembered, as when the process ends here
    assert noted == [first.json["id"]]
    clock.at += answers.ABANDONED_AFTER + timedelta(seconds=1)
    again = upload(call, office.registrar, "k")
    assert (again.status_code, again.json["id"], again.json["duplicate_of"]) == (201, first.json["id"], None)
    assert count(archive, Record) == 1


def test_a_case_opened_before_the_kill_is_answered(archive, clock, make, call, office, monkeypatch):
    header, student = {"Idempotency-Key": "k"}, make.student(office.school)
    body = {"procedure": "suspend", "student_id": student.id, "ground": "illness", "facts": ILLNESS_FACTS}
    with monkeypatch.context() as killed:
        killed.setattr(answers, "keep", lambda *_: None)  # the answer is never remembered, as when the process ends here
        made = call.post("/cases", office.registrar, json=body, headers=header).json["id"]
    clock.at += answers.ABANDONED_AFTER + timedelta(seconds=1)
    again = call.post("/cases", office.registrar, json=body, headers=header)
    assert (again.status_code, again.json.get("id")) == (201, made)
    assert call.post("/cases", office.registrar, json=body, headers=header).headers["Idempotent-Replay"] == "true"
    assert count(archive, Case) == 1
    other = call.post("/cases", office.registrar, json=body, headers={"Idempotency-Key": "k2"})
    assert (other.status_code, other.json["code"]) == (422, "case_already_open")


def test_a_key_taken_over_while_a_case_is_opened_opens_none(archive, clock, make, call, office, monkeypatch):
    settle = cases._settle

    def slow(*args):
        clock.at += answers.ABANDONED_AFTER + timedelta(seconds=1)
        args[1].scalars(select(RememberedAnswer)).one().created_at = clock.now()  # somebody asks again meanwhile
        args[1].flush()
        return settle(*args)

    monkeypatch.setattr(cases, "_settle", slow)
    body = {"procedure": "suspend", "student_id": make.student(office.school).id, "ground": "illness", "facts": ILLNESS_FACTS}
    late = call.post("/cases", office.registrar, json=body, headers={"Idempotency-Key": "k"})
    assert (late.status_code, late.json["code"], count(archive, Case)) == (409, "in_progress", 0)


def test_a_slow_request_whose_key_was_taken_over_makes_nothing(archive, clock, call, office, monkeypatch):
    put = archive.blobs.put

    def slow_put(*args, **more):
        clock.at += answers.ABANDONED_AFTER + timedelta(seconds=1)
        with archive.begin() as session:  # somebody asks again meanwhile
            session.scalars(select(RememberedAnswer)).one().created_at = clock.now()
        return put(*args, **more)

    monkeypatch.setattr(archive.blobs, "put", slow_put)
    late = upload(call, office.registrar, "k")
    assert (late.status_code, late.json["code"], count(archive, Record)) == (409, "in_progress", 0)


def test_after_a_fault_on_our_side_the_key_is_kept(archive, clock, call, office, monkeypatch):
    def fail(*_, **__):
        raise StoreUnavailable  # after the record was committed

    with monkeypatch.context() as patched:
        patched.setattr(records, "view", fail)
        assert upload(call, office.registrar, "k").status_code == 503
    waiting = upload(call, office.registrar, "k")
    assert (waiting.status_code, waiting.json["code"]) == (409, "in_progress")
    assert count(archive, Record) == 1
    clock.at += answers.ABANDONED_AFTER + timedelta(seconds=1)
    again = upload(call, office.registrar, "k")
    assert (again.status_code, again.json["duplicate_of"], count(archive, Record)) == (201, None, 1)


def test_a_key_taken_over_no_longer_belongs_to_the_first(archive, clock, office):
    first = answers.take(archive, "k", "digest", actor=office.registrar)
    clock.at += answers.ABANDONED_AFTER + timedelta(seconds=1)
    second = answers.take(archive, "k", "digest", actor=office.registrar)
    answers.release(archive, first)
    answers.keep(archive, first, Answer(201, "first"))
    answers.keep(archive, second, Answer(201, "second"))
    answers.release(archive, second)
    assert answers.take(archive, "k", "digest", actor=office.registrar) == Answer(201, "second")


def test_an_answer_given_again_is_a_look_like_any_other(archive, make, call, office):
    first = upload(call, office.registrar, "k")
    looks = select(func.count()).select_from(Event).where(Event.act == "record.viewed", Event.record_id == first.json["id"])
    with archive.read() as session:
        before = session.scalar(looks)
    upload(call, office.registrar, "k")
    elsewhere, other = make.organisation().id, make.actor(Role.SCHOOL_REGISTRAR, office.county).account_id
    with archive.begin() as session:
        assert session.scalar(looks) == before + 1
        record = session.get_one(Record, first.json["id"])  # moved out of the caller's sight
        record.organisation_id, record.received_unit_id, record.received_by = elsewhere, elsewhere, other
    assert upload(call, office.registrar, "k").status_code == 404
