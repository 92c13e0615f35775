"""待审 through the screens: the queue, the claim beside its proof, returning by paper, the answer, accepting, taking back."""

import json
import re

import pytest
from sqlalchemy import select

from archive_service.models.case import Case
from archive_service.models.record import FieldState, Page, Record
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction
from tests.functional.case_steps import Office
from tests.functional.web_client import signed_in


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def registrar(app, archive, office):
    return signed_in(app, archive, office.registrar)


@pytest.fixture
def reviewer(app, archive, office):
    return signed_in(app, archive, office.reviewer)


@pytest.fixture
def student(office, make):
    return make.student(office.school, name="张小明")


def submitted(office, student):
    case, papers = office.illness_case(student)
    office.act(case.id, CaseAction.SUBMIT, office.registrar)
    return case, papers


def row(archive, model, key):
    with archive.read() as session:
        return session.scalars(select(model).where(model.id == key)).one()


def shown_papers(page):
    return json.loads(re.search(r"data-papers='([^']*)'", page.text)[1])


def test_a_case_is_returned_answered_and_accepted(archive, office, registrar, reviewer, student):
    case, papers = submitted(office, student)
    diagnosis = papers["E-DX"].id
    reviewer.get("/review")
    assert "张小明" in reviewer.text()
    reviewer.get(f"/review/{case.id}")
    reasons = [f"{diagnosis}:unclear", f"{diagnosis}:seal_missing", ""]
    answer = reviewer.post(
        f"/review/{case.id}/decision",
        status=200, as_script=True, version=reviewer.version(), action="return", reasons=reasons, note="印章看不清",
    ).json  # fmt: skip
    assert answer == {
        "message": f"已退回 {case.case_no}。", "next_url": "/review", "undo_url": f"/review/{case.id}/undo", "undo_seconds": 10,
    }  # fmt: skip
    assert [one["code"] for one in row(archive, Record, diagnosis).review_reasons] == ["unclear", "seal_missing"]

    registrar.get(f"/cases/{case.id}")
    assert "退回理由：不清晰——印章看不清" in registrar.text()
    better = office.paper(student, "diagnosis_certificate")
    office.field(better, "hospital", "观山湖区人民医院")
    registrar.post(f"/cases/{case.id}/evidence/E-DX", version=registrar.version(), record_id=better.id)
    registrar.get(f"/cases/{case.id}")
    assert f"/records/{diagnosis}?case={case.id}" in registrar.last.text
    registrar.post(f"/cases/{case.id}/actions", version=registrar.version(), action="submit")

    reviewer.get(f"/review/{case.id}")
    assert "由补交件代替被退回的材料" in reviewer.text()
    reviewer.post(f"/review/{case.id}/decision", status=200, as_script=True, version=reviewer.version(), action="accept")
    finish_at_school(archive, registrar, case)


def finish_at_school(archive, registrar, case):
    registrar.get(f"/cases/{case.id}")
    registrar.post(f"/cases/{case.id}/actions", status=422, version=registrar.version(), action="accept")
    registrar.get(f"/cases/{case.id}")
    answers = {"fact_treatment_months": "3", "fact_form_signed_by_authority": "yes"}
    registrar.post(f"/cases/{case.id}/facts", version=registrar.version(), **answers)
    registrar.get(f"/cases/{case.id}")
    registrar.post(f"/cases/{case.id}/actions", version=registrar.version(), action="accept")
    assert row(archive, Case, case.id).state == "accepted"


def test_the_claim_stands_beside_boxed_papers(office, make, reviewer, student):
    case, papers = submitted(office, student)
    diagnosis = papers["E-DX"].id
    make._add(Page(record_id=diagnosis, no=1, width_px=800, height_px=600, rotation=0, skew_deg=0, blank=False))
    office.field(papers["E-DX"], "name", "张小朋", FieldState.SURE)
    office.field(papers["E-DX"], "id_no", student.id_no, FieldState.SURE)
    page = reviewer.get(f"/review/{case.id}")
    [shown] = [paper for paper in shown_papers(page) if paper["record_id"] == diagnosis]
    tones = {box["id"]: box["tone"] for box in shown["boxes"]}
    assert (tones["name"], tones["id_no"], shown["state"]) == ("differ", "agree", "differ")
    assert re.search(r'claim--differ"[^>]*data-field="name" data-value="张小朋"', page.text)
    assert f'data-case="{case.id}"' in page.text
    assert f'value="{diagnosis}:disagrees"' in page.text
    reviewer.get("/review")
    assert "不一致 1" in reviewer.text()


def test_a_decision_is_taken_back_within_seconds(archive, office, reviewer, student):
    case, _ = submitted(office, student)
    reviewer.get(f"/review/{case.id}")
    reviewer.post(f"/review/{case.id}/decision", status=200, as_script=True, version=reviewer.version(), action="accept")
    undone = reviewer.post(f"/review/{case.id}/undo", status=200, as_script=True)
    assert undone.json["next_url"] == f"/review/{case.id}"
    assert row(archive, Case, case.id).state == "submitted"


def test_refusals_are_problems_for_the_script(archive, office, reviewer, student):
    case, _ = submitted(office, student)
    reviewer.get(f"/review/{case.id}")
    version = reviewer.version()
    answer = reviewer.post(f"/review/{case.id}/decision", status=400, as_script=True, version=version, action="return")
    assert answer.mimetype == "application/problem+json"
    assert "勾选" in answer.json["detail"]
    reviewer.post(f"/review/{case.id}/decision", status=400, as_script=True, version=version, action="burn")
    stale = reviewer.post(f"/review/{case.id}/decision", status=409, as_script=True, version=99, action="accept")
    assert stale.json["code"] == "stale"
    assert row(archive, Case, case.id).state == "submitted"


def test_the_queue_is_walked_with_its_filters(archive, office, make, reviewer):
    first, _ = submitted(office, make.student(office.school, name="张甲"))
    second, _ = submitted(office, make.student(office.school, name="张乙"))
    reviewer.get("/review?procedure=suspend")
    assert f"/review/{first.id}?procedure=suspend" in reviewer.last.text
    reviewer.get(f"/review/{first.id}?procedure=suspend")
    assert "1 / 2" in reviewer.text()
    assert f'href="/review/{second.id}?procedure=suspend"' in reviewer.last.text
    answer = reviewer.post(
        f"/review/{first.id}/decision?procedure=suspend", status=200, as_script=True, version=reviewer.version(), action="accept"
    ).json
    assert answer["next_url"] == f"/review/{second.id}?procedure=suspend"
    reviewer.get("/review?due=overdue")
    assert "没有待审的业务" in reviewer.text()


def test_a_case_that_is_not_ones_turn_is_read_only_and_says_who_can(office, registrar, reviewer, student):
    case, _ = office.illness_case(student)
    reviewer.get(f"/review/{case.id}")
    assert "业务草稿，由立办学校补齐材料后提交" in reviewer.text()
    assert "data-decision" not in reviewer.last.text
    registrar.get("/review", status=403)
    assert "审核员" in registrar.text()
    registrar.get(f"/review/{case.id}")
    assert "data-decision" not in registrar.last.text


def test_whoever_is_out_of_scope_or_without_the_token(archive, app, office, make, reviewer, student):
    case, _ = submitted(office, student)
    stranger = signed_in(app, archive, make.actor(Role.COUNTY_REVIEWER, make.tree()[2]))
    stranger.get(f"/review/{case.id}", status=404)
    stranger.post(f"/review/{case.id}/decision", status=404, as_script=True, action="accept")
    reviewer.get(f"/review/{case.id}")
    reviewer.post(f"/review/{case.id}/decision", status=400, csrf="", as_script=True, version=reviewer.version(), action="accept")
    assert row(archive, Case, case.id).state == "submitted"
