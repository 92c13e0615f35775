"""Who reaches what: the tree of units, the authority apart from the parent, assisting counties, parties, sensitivity."""

import pytest
from sqlalchemy import select

from archive_service.errors import Denied, NotFound, Refused
from archive_service.models.ledger import Event
from archive_service.models.organisation import Level
from archive_service.rules import access
from archive_service.rules.access import Right, Role, Standing
from archive_service.rules.vocabulary import Sensitivity
from archive_service.services import intake, records, transcription, transcripts
from archive_service.services.intake import Incoming
from archive_service.services.papers import master
from archive_service.services.records import Filter
from archive_service.services.scope import Scope
from tests.functional.case_steps import Office
from tests.papers import jpeg


@pytest.fixture
def land(archive, make):
    """A province, a city, two counties with a school each, and a senior high the city decides on though it lies in a county."""

    class Land:
        province, city, county, school = make.tree()
        next_county = make.organisation(Level.COUNTY, parent=city, name="白云区教育局")
        next_school = make.organisation(parent=next_county, name="白云区第一中学")
        senior = make.organisation(parent=county, name="观山湖区高级中学", authority_id=city.id, assisting_id=next_county.id)

        def reach(self, role, unit, right=Right.READ_PAPER):
            with archive.read() as session:
                return Scope.of(session, make.actor(role, unit)).units(right)

    return Land()


@pytest.mark.parametrize(
    ("role", "unit", "reached"),
    [
        (Role.SCHOOL_REGISTRAR, "school", {"school"}),
        (Role.COUNTY_REVIEWER, "county", {"county", "school", "senior"}),
        (Role.COUNTY_REVIEWER, "next_county", {"next_county", "next_school", "senior"}),
        (Role.CITY_REVIEWER, "city", {"city", "county", "next_county", "school", "next_school", "senior"}),
        (Role.PROVINCE_REVIEWER, "province", {"province", "city", "county", "next_county", "school", "next_school", "senior"}),
        (Role.SYSTEM_ADMIN, "province", set()),
        (Role.SECURITY_ADMIN, "province", set()),
        (Role.AUDIT_ADMIN, "province", set()),
        (Role.HOMEROOM_TEACHER, "school", set()),
    ],
)
def test_whose_papers_are_read(land, role, unit, reached):
    assert land.reach(role, getattr(land, unit)) == {getattr(land, name).id for name in reached}


def test_an_assisting_county_reads_without_deciding(land):
    assert land.senior.id not in land.reach(Role.COUNTY_REVIEWER, land.next_county, Right.REVIEW_CASE)
    assert land.senior.id in land.reach(Role.CITY_REVIEWER, land.city, Right.REVIEW_CASE)


def test_lists_and_totals_hold_nothing_of_others(archive, make, land):
    registrar, other = make.actor(Role.SCHOOL_REGISTRAR, land.school), make.actor(Role.SCHOOL_REGISTRAR, land.next_school)
    mine = intake.receive(archive, Incoming(jpeg("一"), "a.jpg", kind="hukou_page"), actor=registrar)
    theirs = intake.receive(archive, Incoming(jpeg("二"), "b.jpg", kind="hukou_page"), actor=other)
    listed = records.listed(archive, Filter(), actor=registrar)
    assert ([view.record.id for view in listed.items], listed.total) == ([mine.id], 1)
    reviewer = make.actor(Role.CITY_REVIEWER, land.city)
    assert {view.record.id for view in records.listed(archive, Filter(), actor=reviewer).items} == {mine.id, theirs.id}
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        assert records.listed(archive, Filter(), actor=make.actor(role, land.province)).total == 0


def test_a_closed_paper_is_hidden_from_all_but_the_unit_that_took_it_in(archive, make, land):
    registrar = make.actor(Role.SCHOOL_REGISTRAR, land.school)
    record = intake.receive(archive, Incoming(jpeg("诊断"), "a.jpg", kind="diagnosis_certificate"), actor=registrar)
    assert records.view(archive, record.id, actor=registrar).record.id == record.id
    for role, unit in ((Role.COUNTY_REVIEWER, land.county), (Role.CITY_REVIEWER, land.city), (Role.PROVINCE_REVIEWER, land.province)):
        with pytest.raises(NotFound):
            records.view(archive, record.id, actor=make.actor(role, unit))


def test_a_missing_right_inside_the_scope_is_denied_outside_it_is_not_found(archive, make, land):
    leader = make.actor(Role.SCHOOL_LEADER, land.school)
    with archive.read() as session:
        scope = Scope.of(session, leader)
        with pytest.raises(Denied):
            scope.require(Right.CAPTURE, land.school.id)
        with pytest.raises(NotFound):
            scope.require(Right.CAPTURE, land.next_school.id)


def test_what_a_closed_paper_says_is_told_for_a_purpose_only(archive, make, land):
    registrar = make.actor(Role.SCHOOL_REGISTRAR, land.school)
    record = intake.receive(archive, Incoming(jpeg("姓名  张三"), "a.jpg", kind="diagnosis_certificate"), actor=registrar)
    transcription.judge_record(archive, record.id)
    transcription.read_record(archive, record.id)
    assert records.view(archive, record.id, actor=registrar).fields == ()
    assert records.view(archive, record.id, actor=registrar.for_case(None, "核对")).fields != ()


@pytest.mark.parametrize("level", list(Sensitivity))
def test_rows_follow_the_table_of_standings(archive, make, land, monkeypatch, level):
    monkeypatch.setattr(access, "OPEN_TO", {Standing.LOOKS_ON: {level}, Standing.TAKES_PART: set(Sensitivity) - {level}})
    office = Office(archive, make)
    student = make.student(office.school)
    papers = {each: office.paper(student, "award_certificate", sensitivity=each.value).id for each in Sensitivity}
    assert [view.record.id for view in records.listed(archive, Filter(), actor=office.reviewer).items] == [papers[level]]
    assert records.listed(archive, Filter(), actor=office.registrar).total == len(Sensitivity)


def test_a_list_is_a_look_and_goes_on_the_ledger(archive, make, land):
    registrar = make.actor(Role.SCHOOL_REGISTRAR, land.school)
    assert records.listed(archive, Filter(), actor=registrar).items == ()
    taken = [intake.receive(archive, Incoming(jpeg(text), "a.jpg"), actor=registrar).id for text in ("一", "二", "三")]
    records.listed(archive, Filter(), actor=registrar, size=2)
    with archive.read() as session:
        [told] = session.scalars(select(Event).where(Event.act == "records.listed"))
    assert (told.account_id, told.detail) == (registrar.account_id, {"records": sorted(taken, reverse=True)[:2]})


def test_a_case_of_another_child_is_no_ground(archive, make):
    office = Office(archive, make)
    case, papers = office.illness_case(make.student(office.school))
    paper = office.paper(make.student(office.school), "diagnosis_certificate", sensitivity="H")
    office.field(paper, "diagnosis", "肺炎")
    under = office.registrar.for_case(case.id)
    for look in (records.view, transcripts.shown, master):
        with pytest.raises(Refused) as error:
            look(archive, paper.id, actor=under)
        assert error.value.this_code == "case_of_other_student"
    nobodys = office.paper(make.student(office.school), "diagnosis_certificate", sensitivity="H", student_id=None)
    with pytest.raises(Refused) as error:
        master(archive, nobodys.id, actor=under)
    assert error.value.this_code == "purpose_needed"
    assert records.view(archive, papers["E-DX"].id, actor=under).fields != ()
    listed = {view.record.id: view.fields for view in records.listed(archive, Filter(), actor=under).items}
    assert (listed[paper.id], bool(listed[papers["E-DX"].id])) == ((), True)
    with archive.read() as session:
        looked = session.scalars(select(Event.record_id).where(Event.case_id == case.id, Event.record_id == paper.id))
        assert looked.all() == []
