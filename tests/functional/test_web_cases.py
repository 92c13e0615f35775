"""业务 through the screens: a registrar opens a suspension, answers, puts papers in, submits; refusals with their articles."""

import re

import pytest
from sqlalchemy import select

from archive_service.models.case import Case
from archive_service.rules.access import Role
from tests.functional.case_steps import ILLNESS_PAPERS, Office
from tests.functional.web_client import signed_in


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def registrar(app, archive, office):
    return signed_in(app, archive, office.registrar)


@pytest.fixture
def student(office, make):
    return make.student(office.school, name="张小明")


def only_case(archive):
    with archive.read() as session:
        return session.scalars(select(Case)).one()


def open_suspension(registrar, student, **answers):
    registrar.get(f"/cases/new?student={student.id}&procedure=suspend&ground=illness")
    facts = {f"fact_{name}": value for name, value in {"treatment_months": "3", **answers}.items()}
    return registrar.post("/cases/new", student=student.id, procedure="suspend", ground="illness", **facts)


def test_a_case_from_the_student_to_the_county(archive, office, registrar, student):
    registrar.get("/cases/new?q=张小")
    assert f"/cases/new?student={student.id}" in registrar.last.text
    registrar.get(f"/cases/new?student={student.id}")
    assert f"/cases/new?student={student.id}&amp;procedure=suspend&amp;ground=illness" in registrar.last.text
    assert "学籍状态为「在籍」，不能办理" in registrar.text()  # enrolling somebody who is enrolled
    open_suspension(registrar, student)
    case = only_case(archive)
    here = f"/cases/{case.id}"
    assert registrar.last.location == here
    assert case.facts == {"treatment_months": 3.0}

    registrar.get(here)
    registrar.post(f"{here}/actions", status=422, version=registrar.version(), action="submit")
    assert "还不能提交" in registrar.text()
    assert "第十七条" in registrar.text()

    put_papers_in(office, registrar, student, here)
    registrar.get(here)
    registrar.post(f"{here}/actions", version=registrar.version(), action="submit")
    assert only_case(archive).state == "submitted"
    registrar.get(here)
    assert "观山湖区教育局" in registrar.text()


def put_papers_in(office, registrar, student, here):
    for code, kind in ILLNESS_PAPERS.items():
        paper = office.paper(student, kind)
        if code == "E-DX":
            office.field(paper, "hospital", "观山湖区人民医院")
        registrar.get(here)
        assert f'<option value="{paper.id}">' in registrar.last.text
        registrar.post(f"{here}/evidence/{code}", version=registrar.version(), record_id=paper.id)


def test_a_refusal_at_opening_keeps_what_was_answered(archive, registrar, student):
    registrar.get(f"/cases/new?student={student.id}&procedure=suspend&ground=illness")
    form = {"student": student.id, "procedure": "suspend", "ground": "illness"}
    registrar.post("/cases/new", status=422, **form, fact_treatment_months="1.5")
    assert "不能办理休学" in registrar.text()
    assert "第十七条" in registrar.text()
    assert 'value="1.5"' in registrar.last.text
    registrar.post("/cases/new", status=400, **form, fact_treatment_months="很久")
    assert 'aria-invalid="true"' in registrar.last.text


def test_answers_may_be_changed_while_it_is_at_the_school(archive, registrar, student):
    open_suspension(registrar, student)
    case = only_case(archive)
    registrar.get(f"/cases/{case.id}")
    version = registrar.version()
    registrar.post(f"/cases/{case.id}/facts", version=version, fact_treatment_months="6")
    assert only_case(archive).facts["treatment_months"] == 6
    registrar.post(f"/cases/{case.id}/facts", status=409, version=version, fact_treatment_months="7")
    assert "刚被他人办理" in registrar.text()
    assert only_case(archive).facts["treatment_months"] == 6


def test_an_original_that_was_seen_says_who_when_and_what(archive, registrar, student, office):
    open_suspension(registrar, student)
    case = only_case(archive)
    registrar.get(f"/cases/{case.id}")
    sighted = {"version": registrar.version(), "sighted_on": "2026-08-31"}
    registrar.post(f"/cases/{case.id}/evidence/E-DX", status=400, **sighted, what="")
    registrar.post(f"/cases/{case.id}/evidence/E-DX", **sighted, what="诊断证明原件")
    registrar.get(f"/cases/{case.id}")
    assert re.search(r"2026年8月31日 核看原件：诊断证明原件", registrar.text())


def test_withdrawing_wants_a_reason(archive, registrar, student):
    open_suspension(registrar, student)
    case = only_case(archive)
    registrar.get(f"/cases/{case.id}")
    registrar.post(f"/cases/{case.id}/actions", status=400, version=registrar.version(), action="withdraw")
    assert "撤回须写明理由" in registrar.text()
    registrar.post(f"/cases/{case.id}/actions", version=registrar.version(), action="withdraw", note="家长改变主意")
    assert only_case(archive).state == "withdrawn"
    registrar.get(f"/cases/{case.id}")
    assert "业务已撤回" in registrar.text()


def test_a_paper_of_another_kind_is_refused_on_the_page(archive, office, registrar, student):
    open_suspension(registrar, student)
    case, wrong = only_case(archive), office.paper(student, "hukou_page")
    registrar.get(f"/cases/{case.id}")
    registrar.post(f"/cases/{case.id}/evidence/E-DX", status=422, version=registrar.version(), record_id=wrong.id)
    assert 'role="alert"' in registrar.last.text


def test_a_student_of_another_school_is_opened_by_number_and_name(archive, app, office, make):
    there = make.organisation(parent=office.county, name="观山湖区第八中学")
    student = make.student(there, name="李小红")
    registrar = signed_in(app, archive, office.registrar)
    registrar.get(f"/cases/new?student={student.id}", status=404)
    registrar.get("/cases/new")
    registrar.post("/cases/new/identify", status=404, number=student.id_no, name="李小花")
    assert "没有找到" in registrar.text()
    registrar.post("/cases/new/identify", number=student.id_no, name="李小红")
    registrar.get(registrar.last.location)
    assert "由学生所在学校办理" in registrar.text()
    assert "李小红" not in registrar.last.text
    registrar.get(f"/cases/new?student={student.id}&procedure=transfer&ground=G2")
    registrar.post("/cases/new", student=student.id, procedure="transfer", ground="G2")
    assert (only_case(archive).from_school_id, only_case(archive).to_school_id) == (there.id, office.school.id)


def test_the_list_is_narrowed_by_what_is_sought(archive, office, make, registrar, student):
    office.illness_case(student)
    other, _ = office.illness_case(make.student(office.school, name="王二"))
    registrar.get("/cases")
    assert all(name in registrar.text() for name in ("张小明", "王二"))
    registrar.get(f"/cases?q={other.case_no}")
    assert "王二" in registrar.text()
    assert "张小明" not in registrar.text()
    registrar.get("/cases?state=submitted")
    assert "没有符合条件的业务" in registrar.text()
    registrar.get("/cases?q=张小明&procedure=suspend&state=draft")
    assert "共 1 件" in registrar.text()


def test_out_of_scope_and_without_the_token(archive, app, office, make, registrar, student):
    open_suspension(registrar, student)
    case = only_case(archive)
    stranger = signed_in(app, archive, make.actor(Role.SCHOOL_REGISTRAR, make.tree()[3]))
    stranger.get(f"/cases/{case.id}", status=404)
    stranger.get(f"/cases/new?student={student.id}", status=404)
    stranger.post(f"/cases/{case.id}/actions", status=404, action="withdraw", note="x")
    registrar.post(f"/cases/{case.id}/actions", status=400, csrf="", action="withdraw", note="x")
    assert only_case(archive).state == "draft"
    reviewer = signed_in(app, archive, office.reviewer)
    reviewer.get("/cases/new", status=403)
    assert "没有权限" in reviewer.text()
