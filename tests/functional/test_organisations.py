"""Units from a sheet: all or nothing, superiors first, the past kept; and the list of those one reaches."""

from datetime import date

import pytest
from sqlalchemy import select

from archive_service.errors import Denied
from archive_service.models.ledger import Event
from archive_service.models.organisation import Organisation, OrganisationTerm
from archive_service.rules.access import Role
from archive_service.services import organisations, organisations_import, tasks
from archive_service.services.actor import SERVICE
from archive_service.services.organisations_entry import COLUMNS
from tests.functional.test_roster import sheet_of

PROVINCE = {"代码": "520000", "名称": "贵州省教育厅", "层级": "省", "省域": "GZ", "起始日期": "2014-03-01"}
CITY = {"代码": "520100", "名称": "贵阳市教育局", "层级": "市", "上级代码": "520000"}
COUNTY = {"代码": "520115", "名称": "观山湖区教育局", "层级": "县", "上级代码": "520100"}
SCHOOL = {
    "代码": "5201150003",
    "名称": "观山湖区第三中学",
    "层级": "学校",
    "上级代码": "520115",
    "主管代码": "520115",
    "学段": "小学、初中",
    "起始日期": "2019-09-01",
}


@pytest.fixture
def load(archive):
    def load(*rows, actor=SERVICE, headings=COLUMNS):
        task = organisations_import.start(archive, sheet_of(*rows, headings=headings), actor)
        organisations_import.run(archive, task.id)
        return tasks.read(archive, task.id, actor)

    return load


def unit_of(archive, code):
    with archive.read() as session:
        return session.scalars(select(Organisation).where(Organisation.code == code)).one()


def test_a_tree_is_taken_in_whatever_the_order_of_its_rows(archive, load):
    task = load(SCHOOL, COUNTY, CITY, PROVINCE)
    assert (task.state, task.errors, task.result["created"]) == ("done", [], 4)
    school, county = unit_of(archive, "5201150003"), unit_of(archive, "520115")
    assert (school.parent_id, school.authority_id, school.sections) == (county.id, county.id, ["primary", "junior"])
    assert (school.profile, school.valid_from_on, school.valid_to_on) == ("GZ", date(2019, 9, 1), None)
    with archive.read() as session:
        assert sorted(session.scalars(select(Organisation.number))) == [1, 2, 3, 4]
        assert session.scalars(select(Event.act).order_by(Event.id)).all() == ["organisations.received", "organisations.imported"]


def test_the_same_sheet_again_changes_nothing(archive, load):
    load(SCHOOL, COUNTY, CITY, PROVINCE)
    task = load(SCHOOL, COUNTY, CITY, PROVINCE)
    assert (task.result["created"], task.result["updated"], task.result["unchanged"]) == (0, 0, 4)


def test_an_assisting_department_is_named_kept_and_taken_away(archive, load):
    load(PROVINCE, CITY, COUNTY, {**SCHOOL, "主管代码": "520100", "协管代码": "520115"})
    assert unit_of(archive, "5201150003").assisting_id == unit_of(archive, "520115").id
    old = [column for column in COLUMNS if column != "协管代码"]
    task = load({**SCHOOL, "主管代码": "520100"}, headings=old)
    assert task.result["unchanged"] == 1
    assert unit_of(archive, "5201150003").assisting_id is not None
    assert load({**SCHOOL, "主管代码": "520100"}).result["updated"] == 1
    assert unit_of(archive, "5201150003").assisting_id is None


@pytest.mark.parametrize(("code", "fault"), [("529999", "unknown_assisting"), ("5201150003", "assisting_level")])
def test_who_assists_is_a_known_unit_above(load, code, fault):
    task = load(PROVINCE, CITY, COUNTY, {**SCHOOL, "协管代码": code})
    assert [error["code"] for error in task.errors] == [fault]


def test_a_renamed_school_keeps_its_earlier_term(archive, load):
    load(SCHOOL, COUNTY, CITY, PROVINCE)
    task = load({**SCHOOL, "名称": "观山湖区实验中学", "起始日期": "2026-08-01"})
    assert task.result["updated"] == 1
    school = unit_of(archive, "5201150003")
    assert (school.name, school.valid_from_on) == ("观山湖区实验中学", date(2026, 8, 1))
    with archive.read() as session:
        term = session.scalars(select(OrganisationTerm)).one()
    assert (term.name, term.valid_from_on, term.valid_to_on) == ("观山湖区第三中学", date(2019, 9, 1), date(2026, 7, 31))


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"代码": "5"}, "代码", "code"),
        ({"名称": None}, "名称", "empty"),
        ({"层级": "乡"}, "层级", "level"),
        ({"上级代码": None}, "上级代码", "empty"),
        ({"上级代码": "999999"}, "上级代码", "unknown_parent"),
        ({"上级代码": "5201150003"}, "上级代码", "parent_level"),
        ({"主管代码": None}, "主管代码", "empty"),
        ({"主管代码": "999999"}, "主管代码", "unknown_authority"),
        ({"主管代码": "5201150003"}, "主管代码", "authority_level"),
        ({"学段": "大学"}, "学段", "sections"),
        ({"省域": "火星"}, "省域", "profile"),
        ({"起始日期": "去年"}, "起始日期", "date"),
        ({"终止日期": "2018-01-01"}, "终止日期", "date_range"),
    ],
)
def test_one_fault_and_nothing_is_taken_in(archive, load, change, column, code):
    task = load(PROVINCE, CITY, COUNTY, {**SCHOOL, **change})
    assert (task.state, [(error["row"], error["column"], error["code"]) for error in task.errors]) == ("failed", [(5, column, code)])
    with archive.read() as session:
        assert session.scalars(select(Organisation)).all() == []


def test_a_code_stands_once_in_a_sheet_and_never_changes_its_level(load):
    assert [error["code"] for error in load(PROVINCE, PROVINCE).errors] == ["twice_in_sheet"]
    load(PROVINCE, CITY, COUNTY)
    assert "level_changed" in [error["code"] for error in load({**COUNTY, "层级": "学校", "主管代码": "520100", "学段": "初中"}).errors]


def test_a_system_administrator_takes_in_units_below_its_own_only(archive, make, load):
    load(PROVINCE, CITY, COUNTY)
    admin = make.actor(Role.SYSTEM_ADMIN, unit_of(archive, "520115"))
    assert load(SCHOOL, actor=admin).result["created"] == 1
    assert [error["code"] for error in load({**CITY, "名称": "别的名称"}, actor=admin).errors] == ["out_of_scope"]
    with pytest.raises(Denied):
        load(SCHOOL, actor=make.actor(Role.COUNTY_REVIEWER, unit_of(archive, "520115")))


def test_one_sees_the_units_one_reaches(archive, make, load):
    load(PROVINCE, CITY, COUNTY, SCHOOL)
    reviewer = make.actor(Role.COUNTY_REVIEWER, unit_of(archive, "520115"))
    lines = organisations.visible(archive, reviewer)
    assert [(line.code, line.parent, line.authority) for line in lines] == [("520115", "520100", None), ("5201150003", "520115", "520115")]
    registrar = make.actor(Role.SCHOOL_REGISTRAR, unit_of(archive, "5201150003"))
    assert [line.code for line in organisations.visible(archive, registrar)] == ["5201150003"]
    assert len(organisations.visible(archive, SERVICE)) == 4
