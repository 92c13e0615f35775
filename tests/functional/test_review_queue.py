"""Lists of cases, the work of the day, and the figures beside it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from archive_service.errors import Denied, Rejected
from archive_service.models.ledger import Event
from archive_service.models.record import MatchState, ReviewState
from archive_service.rules.access import Role
from archive_service.rules.lifecycle import CaseAction, CaseState
from archive_service.services import review_work
from archive_service.services.review_queue import CaseFilters, Due, QueueFilters, list_cases, neighbours, review_queue
from archive_service.services.review_reasons import ReasonGiven
from archive_service.services.review_statistics import statistics
from archive_service.services.review_work import my_work
from tests.functional.case_steps import Office

SUBMIT, ACCEPT, RETURN = CaseAction.SUBMIT, CaseAction.ACCEPT, CaseAction.RETURN


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def waiting(office, make, clock):
    """Three cases, submitted a day apart from each other."""
    cases = []
    for _ in range(3):
        case, papers = office.illness_case(make.student(office.school))
        office.act(case.id, SUBMIT, office.registrar)
        cases.append((case, papers))
        clock.at += timedelta(days=1)
    return cases


def test_what_is_due_first_comes_first(archive, office, waiting):
    queue = review_queue(archive, actor=office.reviewer)
    assert [line.id for line in queue.items] == [case.id for case, _ in waiting]
    line = queue.items[0]
    assert (line.procedure_label, line.awaited, line.state_label) == ("休学", "主管教育行政部门审核签章", "已提交")
    assert (line.clock.due_on, line.clock.article) == (date(2026, 9, 15), "C-09")
    assert (queue.total, queue.counts.total, queue.counts.overdue) == (3, 3, 0)


def test_only_what_waits_at_my_unit(archive, office, make, waiting):
    assert review_queue(archive, actor=office.registrar).total == 0
    assert review_queue(archive, actor=make.actor(Role.COUNTY_REVIEWER, make.tree()[2])).total == 0
    office.act(waiting[0][0].id, ACCEPT, office.reviewer)
    assert review_queue(archive, actor=office.reviewer).total == 2
    assert [line.id for line in review_queue(archive, actor=office.registrar).items] == [waiting[0][0].id]


def test_lists_of_cases_are_looks_and_go_on_the_ledger(archive, office, waiting):
    review_queue(archive, actor=office.reviewer, size=2)
    list_cases(archive, actor=office.registrar)
    with archive.read() as session:
        told = list(session.scalars(select(Event).where(Event.act == "cases.listed").order_by(Event.id)))
    ids = [case.id for case, _ in waiting]
    assert [(event.account_id, event.detail["cases"]) for event in told] == [
        (office.reviewer.account_id, ids[:2]), (office.registrar.account_id, ids),
    ]  # fmt: skip


def test_pages_neither_repeat_nor_skip(archive, office, waiting):
    first = review_queue(archive, actor=office.reviewer, size=2)
    office.act(waiting[0][0].id, ACCEPT, office.reviewer)
    second = review_queue(archive, actor=office.reviewer, size=2, cursor=first.next)
    assert [line.id for line in (*first.items, *second.items)] == [case.id for case, _ in waiting]
    assert second.next is None
    for cursor in ("x", "2026-09-01~x", "2026-13-01~" + "0" * 32):
        with pytest.raises(Rejected):
            review_queue(archive, actor=office.reviewer, cursor=cursor)


def test_what_has_no_clock_comes_last_and_on_its_own_page(archive, office, make, waiting):
    for case, _ in waiting[:2]:
        office.act(case.id, CaseAction.WITHDRAW, office.registrar, ReasonGiven(note="家长撤回"))
    office.illness_case(make.student(office.school))
    lines = list_cases(archive, actor=office.registrar).items
    assert [line.clock is None for line in lines] == [False, False, True, True]
    order = [line.id for line in sorted(lines, key=lambda line: (line.clock is None, line.clock and line.clock.due_on, line.id))]
    for size in (1, 2, 3, 4):
        pages, cursor = [], None
        while cursor or not pages:
            found = list_cases(archive, actor=office.registrar, size=size, cursor=cursor)
            pages.append([line.id for line in found.items])
            cursor = found.next
        assert pages == [order[start : start + size] for start in range(0, len(order), size)]
        assert found.total == len(order)


def test_filters(archive, office, clock, waiting):
    clock.at = clock.at.replace(month=9, day=16)

    def ids(**filters):
        return [line.id for line in review_queue(archive, actor=office.reviewer, filters=QueueFilters(**filters)).items]

    every = [case.id for case, _ in waiting]
    assert ids(due=Due.OVERDUE) == every[:1]
    assert ids(due=Due.TODAY) == every[1:2]
    assert ids(due=Due.WEEK) == every[1:]
    assert ids(procedure="transfer") == []
    assert ids(school_id=office.school.id) == every
    assert ids(text=waiting[2][0].case_no) == every[2:]
    assert ids(text="%") == []
    counts = review_queue(archive, actor=office.reviewer).counts
    assert (counts.overdue, counts.today, counts.week) == (1, 1, 1)


def test_next_and_previous(archive, office, waiting):
    first, second, third = (case.id for case, _ in waiting)
    around = neighbours(archive, second, actor=office.reviewer)
    assert (around.place, around.total, around.previous, around.next) == (2, 3, first, third)
    office.act(first, ACCEPT, office.reviewer)
    assert neighbours(archive, first, actor=office.reviewer).next == second


def test_the_list_of_cases(archive, office, waiting):
    def ids(actor, **filters):
        return {line.id for line in list_cases(archive, actor=actor, filters=CaseFilters(**filters)).items}

    first, second, third = (case.id for case, _ in waiting)
    office.act(second, RETURN, office.reviewer, ReasonGiven(code="conditions_not_met"))
    assert ids(office.registrar) == {first, second, third}
    assert ids(office.registrar, mine=True) == {second}
    assert ids(office.reviewer, mine=True) == {first, third}
    assert ids(office.reviewer, state=CaseState.RETURNED) == {second}
    assert ids(office.reviewer, due_before=date(2026, 9, 16)) == {first}
    assert ids(office.reviewer, student_id=waiting[0][0].student_id) == {first}


def test_the_work_of_the_day(archive, office, clock, waiting):
    first, second, third = (case.id for case, _ in waiting)
    clock.at = clock.at.replace(month=9, day=16)
    work = my_work(archive, actor=office.reviewer)
    assert [[line.id for line in pile] for pile in (work.overdue, work.today, work.this_week, work.later)] == [
        [first],
        [second],
        [third],
        [],
    ]
    office.act(first, RETURN, office.reviewer, ReasonGiven(code="conditions_not_met"))
    assert [line.id for line in my_work(archive, actor=office.registrar).returned] == [first]


def test_a_long_pile_hides_no_other(archive, office, clock, waiting, monkeypatch):
    first, second, third = (case.id for case, _ in waiting)
    clock.at = clock.at.replace(month=9, day=17)
    monkeypatch.setattr(review_work, "LINES_AT_MOST", 1)
    work = my_work(archive, actor=office.reviewer)
    assert ([line.id for line in work.overdue], work.totals["overdue"]) == ([first], 2)
    assert [line.id for line in work.today + work.this_week + work.later] == [third]
    assert second not in {line.id for line in work.overdue}


def test_a_draft_waits_for_its_school(archive, office, make):
    case, _ = office.illness_case(make.student(office.school))
    work = my_work(archive, actor=office.registrar)
    assert [line.id for line in work.later] == [case.id]
    assert my_work(archive, actor=office.reviewer).later == []


def test_the_tray_counts_papers_of_my_unit(archive, office, make):
    student = make.student(office.school)
    office.paper(student, None, match_state=MatchState.PROPOSED)
    office.paper(student, None, match_state=MatchState.CONFLICT)
    office.paper(student, None)
    assert my_work(archive, actor=office.registrar).tray == 2
    assert my_work(archive, actor=office.reviewer).tray == 0


def test_figures_for_the_charts(archive, office, make, waiting):
    student = make.student(office.school)
    office.paper(student, None, match_state=MatchState.PROPOSED)
    office.paper(student, None, review_state=ReviewState.RETURNED)
    figures = statistics(archive, actor=office.reviewer)
    assert len(figures.papers) == 14
    day = next(each for each in figures.papers if each.on == date(2026, 9, 1))
    assert (day.read, day.doubtful, day.returned) == (12, 1, 1)
    assert {each.monday: each.steps for each in figures.due if each.steps} == {date(2026, 9, 14): 3}
    assert sum(day.read for day in statistics(archive, actor=make.actor(Role.COUNTY_REVIEWER, make.tree()[2])).papers) == 0
    with pytest.raises(Denied):
        statistics(archive, actor=make.actor(Role.HOMEROOM_TEACHER, office.school))
