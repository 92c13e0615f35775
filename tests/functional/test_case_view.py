"""What the screens show of a case."""

import pytest
from sqlalchemy import event, select

from archive_service.errors import NotFound
from archive_service.models.ledger import Event
from archive_service.models.record import FieldState, Page, PageFinding, PageSeal
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction
from archive_service.services.case_view import case_view
from archive_service.services.claims import Agreement
from archive_service.services.review_reasons import ReasonGiven
from tests.functional.case_steps import Office


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def student(office, make):
    return make.student(office.school)


def statements(archive, look):
    counted = []
    count = lambda *_: counted.append(1)  # noqa: E731 (a listener wants to be taken off again)
    event.listen(archive.engine, "before_cursor_execute", count)
    try:
        look()
    finally:
        event.remove(archive.engine, "before_cursor_execute", count)
    return len(counted)


def test_claim_beside_registry_beside_paper(archive, office, student):
    case, papers = office.illness_case(student)
    office.field(papers["E-APP"], "name", student.name, FieldState.SURE)
    office.field(papers["E-APP"], "birth_on", "2013-05-03", FieldState.SURE)
    office.field(papers["E-APP"], "sex", "男", FieldState.DOUBTFUL)
    view = case_view(archive, case.id, actor=office.registrar)
    rows = {row.field: row for row in view.rows}
    assert rows["name"].verdict is Agreement.AGREES
    assert rows["birth_on"].verdict is Agreement.DISAGREES
    assert (rows["birth_on"].claimed, rows["birth_on"].paper[0].value) == ("2013-03-05", "2013-05-03")
    assert rows["sex"].verdict is Agreement.DOUBTFUL
    assert rows["student_no"].verdict is Agreement.SILENT
    assert rows["hospital"].claimed == "观山湖区人民医院"
    assert rows["birth_on"].paper[0].box == [1, 2, 3, 4]


def test_everything_has_its_words(archive, office, student):
    case, papers = office.illness_case(student)
    office.act(case.id, CaseAction.SUBMIT, office.registrar)
    office.act(case.id, CaseAction.RETURN, office.reviewer, ReasonGiven(papers["E-DX"].id, "unclear", "重扫"))
    view = case_view(archive, case.id, actor=office.registrar)
    assert (view.procedure_label, view.state_label, view.ground_label) == ("休学", "已退回", "因病需停课治疗两个月以上")
    assert [decision.label for decision in view.decisions] == ["提交", "退回"]
    assert view.decisions[1].unit == "观山湖区教育局"
    assert view.actions == [CaseAction.SUBMIT, CaseAction.WITHDRAW]
    assert {"step", "unit", "state", "due_on", "by", "at"} <= set(vars(view.chain[0]))
    assert [step.state_label for step in view.chain] == ["线下办理", "已办", "已退回", "线下办理", "未到"]
    assert all(article.text for article in view.basis)
    assert "已被退回" in view.refusals[0]["text"]
    [returned] = [paper for paper in view.papers if paper.review_state == "returned"]
    assert returned.review_reasons[0]["note"] == "重扫"


def test_the_clock_and_what_a_reviewer_may_do(archive, office, student):
    case, _ = office.illness_case(student)
    office.act(case.id, CaseAction.SUBMIT, office.registrar)
    view = case_view(archive, case.id, actor=office.reviewer)
    assert view.actions == [CaseAction.ACCEPT, CaseAction.RETURN]
    assert (view.clock.remaining, view.clock.overdue) == (10, False)
    assert case_view(archive, case.id, actor=office.registrar).actions == [CaseAction.WITHDRAW]


def test_ten_seconds_to_take_back_are_shown_to_the_one_who_decided(archive, office, student):
    case, _ = office.illness_case(student)
    office.act(case.id, CaseAction.SUBMIT, office.registrar)
    office.act(case.id, CaseAction.ACCEPT, office.reviewer)
    shown = case_view(archive, case.id, actor=office.reviewer).undo_until
    assert (shown - archive.clock.now()).total_seconds() == 10
    assert case_view(archive, case.id, actor=office.registrar).undo_until is None


def test_looking_is_an_event_and_only_parties_look(archive, office, make, student):
    case, _ = office.illness_case(student)
    case_view(archive, case.id, actor=office.reviewer)
    with pytest.raises(NotFound):
        case_view(archive, case.id, actor=make.actor(Role.COUNTY_REVIEWER, make.tree()[2]))
    with archive.read() as session:
        looks = list(session.scalars(select(Event).where(Event.act == "case.viewed")))
    assert [(look.account_id, look.case_id) for look in looks] == [(office.reviewer.account_id, case.id)]


def test_health_papers_are_closed_to_a_superior_who_takes_no_part(archive, office, make):
    """The school answers to the city itself; the county above it sees that there is a case, not what is in it."""
    school = make.organisation(parent=office.county, authority_id=office.units[1].id)
    office.registrar = make.actor(Role.SCHOOL_REGISTRAR, school)
    case, papers = office.illness_case(make.student(school))
    with archive.begin() as session:
        session.merge(papers["E-DX"]).sensitivity = "H"
    view = case_view(archive, case.id, actor=office.reviewer)
    assert [paper.codes for paper in view.papers if paper.is_closed] == [("E-DX",)]
    assert {"hospital", "diagnosis"} & {row.field for row in view.rows} == set()
    assert {"hospital", "diagnosis"} & view.claim.keys() == set()
    whole = case_view(archive, case.id, actor=office.registrar)
    assert [row.claimed for row in whole.rows if row.field == "diagnosis"] == ["肺炎"]


def test_papers_with_pages_findings_and_seals(archive, office, make, student):
    case, papers = office.illness_case(student)
    diagnosis = papers["E-DX"].id
    make._add(Page(record_id=diagnosis, no=1, width_px=800, height_px=600, rotation=0, skew_deg=0, blank=False))
    make._add(PageFinding(record_id=diagnosis, page_no=1, code="dpi_low", severity="warn", advice="分辨率偏低"))
    make._add(PageSeal(record_id=diagnosis, page_no=1, box=[0, 0, 9, 9]))
    view = case_view(archive, case.id, actor=office.registrar)
    assert [paper.codes for paper in view.papers] == [("F-SUSP-GZ",), ("E-APP",), ("E-DX",), ("E-TREAT",)]
    paper = view.papers[2]
    assert (paper.pages[0].width_px, paper.findings[0].advice, paper.seals) == (800, "分辨率偏低", 1)


def test_more_papers_do_not_take_more_statements(archive, office, make, student):
    case, papers = office.illness_case(student)

    def look():
        case_view(archive, case.id, actor=office.registrar)

    few = statements(archive, look)
    for record in papers.values():
        for no in range(1, 6):
            make._add(Page(record_id=record.id, no=no, width_px=8, height_px=6, rotation=0, skew_deg=0, blank=False))
            make._add(PageSeal(record_id=record.id, page_no=no, box=[0, 0, 9, 9]))
            office.field(record, "name", student.name)
    assert statements(archive, look) == few
    assert few <= 32
