"""学生 and 今日 through the screens: lists, masks, the dossier by tabs, and who looked."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from archive_service.models.ledger import Event
from archive_service.models.record import Page
from archive_service.models.student import Student
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction
from archive_service.services.review_reasons import ReasonGiven
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


def acts(archive):
    with archive.read() as session:
        return list(session.scalars(select(Event.act).order_by(Event.id)))


def test_a_school_sees_its_students_whole_and_a_county_masked(office, make, registrar, reviewer):
    student = make.student(office.school, name="张小明")
    make.student(make.tree()[3], name="李外人")
    number = f"G{student.id_no}"
    registrar.get("/students")
    assert "张小明" in registrar.text()
    assert number in registrar.text()
    assert "李外人" not in registrar.text()
    reviewer.get("/students")
    assert "张**" in reviewer.text()
    assert "张小明" not in reviewer.last.text
    assert number not in reviewer.last.text


def test_showing_a_masked_name_is_on_the_ledger(archive, office, make, reviewer):
    student = make.student(office.school, name="张小明")
    reviewer.get(f"/students/{student.id}")
    assert "张小明" not in reviewer.last.text
    assert student.id_no not in reviewer.last.text
    assert f"/students/{student.id}/reveal" in reviewer.last.text
    reviewer.post(f"/students/{student.id}/reveal", status=200)
    assert "张小明" in reviewer.text()
    assert f"G{student.id_no}" in reviewer.text()
    assert acts(archive)[-1] == "student.revealed"


def test_a_reviewer_sees_whole_whose_case_waits_at_the_county(office, make, reviewer):
    student = make.student(office.school, name="张小明")
    case, _ = office.illness_case(student)
    office.act(case.id, CaseAction.SUBMIT, office.registrar)
    reviewer.get("/students")
    assert "张小明" in reviewer.text()


def test_a_school_lists_its_own_and_shows_others_when_asked(archive, office, make, registrar):
    """After years most children a school knows from its cases are somewhere else; they must not bury its own."""
    gone, here = make.student(office.school, name="张小明"), make.student(office.school, name="王二")
    case, _ = office.illness_case(gone)
    office.act(case.id, CaseAction.SUBMIT, office.registrar)
    with archive.begin() as session:
        session.get(Student, gone.id).school_id = make.tree()[3].id
    for query, shown in (("", {here.name}), ("?school=all", {gone.name, here.name}), ("?q=张小", {gone.name})):
        registrar.get(f"/students{query}")
        assert {name for name in (gone.name, here.name) if name in registrar.text()} == shown, query


@pytest.mark.parametrize("sought", ["张小", "G{}", "{}"])
def test_a_student_is_found_by_name_or_number(office, make, registrar, sought):
    student = make.student(office.school, name="张小明")
    make.student(office.school, name="王二")
    registrar.get(f"/students?q={sought.format(student.id_no)}")
    assert "张小明" in registrar.text()
    assert "王二" not in registrar.text()
    assert "共 1 人" in registrar.text()


def test_a_long_list_goes_on_by_cursor_and_keeps_its_filters(archive, office, make, registrar, monkeypatch):
    monkeypatch.setattr("archive_service.web.students.PAGE_SIZE", 2)
    for name in ("张甲", "张乙", "张丙"):
        make.student(office.school, name=name)
    registrar.get("/students?grade=七年级")
    assert "已显示 2 / 3" in registrar.text()
    [following] = [line for line in registrar.last.text.split('href="') if 'rel="next"' in line[:200] and "cursor=" in line[:200]]
    url = following.split('"')[0].replace("&amp;", "&")
    assert "grade=" in url
    registrar.get(url)
    assert "已显示 1 / 3" in registrar.text()


def test_the_dossier_by_tabs(archive, office, make, registrar):
    student = make.student(office.school, name="张小明")
    record = office.paper(student, "diagnosis_certificate", sensitivity="M")
    make._add(Page(record_id=record.id, no=1, width_px=800, height_px=600, rotation=0, skew_deg=0, blank=False))
    case, _ = office.illness_case(student)
    here = f"/students/{student.id}"
    registrar.get(here)
    assert f"/records/{record.id}" in registrar.last.text
    assert {f"C{no}" for no in range(1, 9)} <= set(registrar.text().split())
    assert "缺 " in registrar.text()
    registrar.get(f"{here}?tab=leaf")
    assert "data-purpose" not in registrar.last.text
    assert record.id in registrar.last.text
    registrar.get(f"{here}?tab=cases")
    assert case.case_no in registrar.text()
    registrar.get(f"{here}?tab=timeline")
    assert "档案建档" in registrar.text()
    registrar.get(f"{here}?tab=looks")
    assert "学生页" in registrar.text()
    assert "观山湖区第三中学" in registrar.text()


def test_a_sensitive_paper_has_no_picture_before_a_purpose(office, make, registrar):
    student = make.student(office.school)
    record = office.paper(student, "diagnosis_certificate", sensitivity="H")
    registrar.get(f"/students/{student.id}")
    assert f"/records/{record.id}" in registrar.last.text
    assert f"/records/{record.id}/pages" not in registrar.last.text


def test_leafing_through_states_no_purpose_for_anybody(office, make, registrar):
    student = make.student(office.school)
    open_one, closed = office.paper(student, "register_form"), office.paper(student, "diagnosis_certificate", sensitivity="H")
    for record in (open_one, closed):
        make._add(Page(record_id=record.id, no=1, width_px=800, height_px=600, rotation=0, skew_deg=0, blank=False))
    registrar.get(f"/students/{student.id}?tab=leaf")
    assert f'href="/records/{closed.id}"' in registrar.last.text
    assert "说明事由后查看" in registrar.text()
    assert shown_papers(registrar) == [open_one.id]
    registrar.get(f"/students/{student.id}?tab=leaf&purpose=核对休学材料")
    assert sorted(shown_papers(registrar)) == sorted([open_one.id, closed.id])
    assert 'data-purpose="核对休学材料"' in registrar.last.text


def shown_papers(browser):
    found = re.search(r"data-papers='([^']*)'", browser.last.text)
    return [one["record_id"] for one in json.loads(found[1])]


def test_a_student_out_of_scope_is_not_found(make, office, registrar):
    stranger = make.student(make.tree()[3])
    unknown = registrar.get("/students/0192f000000070008000000000000000", status=404).text
    outside = registrar.get(f"/students/{stranger.id}", status=404).text
    assert strip_tokens(unknown) == strip_tokens(outside)
    registrar.post(f"/students/{stranger.id}/reveal", status=404)


def strip_tokens(page):
    return [line for line in page.splitlines() if "csrf" not in line]


def test_revealing_wants_the_token(office, make, registrar):
    student = make.student(office.school)
    registrar.post(f"/students/{student.id}/reveal", status=400, csrf="")


def test_a_day_without_work_says_so(registrar):
    registrar.get("/")
    assert "没有等您办的事" in registrar.text()


def test_the_day_sends_each_to_their_own_desk(app, archive, office, make, reviewer):
    student = make.student(office.school, name="张小明")
    case, papers = office.illness_case(student)
    office.act(case.id, CaseAction.SUBMIT, office.registrar)
    reviewer.get("/")
    assert f"/review/{case.id}" in reviewer.last.text
    archive.clock.at += timedelta(days=60)
    reviewer = signed_in(app, archive, office.reviewer)
    reviewer.get("/")
    assert reviewer.text().index("逾期") < reviewer.text().index("张小明")
    office.act(case.id, CaseAction.RETURN, office.reviewer, ReasonGiven(papers["E-DX"].id, "unclear"))
    registrar = signed_in(app, archive, office.registrar)
    registrar.get("/")
    assert "退回待补" in registrar.text()
    assert f"/cases/{case.id}" in registrar.last.text


def test_an_administrator_goes_to_their_own_screen(app, archive, office, make):
    administrator = signed_in(app, archive, make.actor(Role.SYSTEM_ADMIN, office.county))
    assert administrator.get("/", status=302).location == "/operations"
