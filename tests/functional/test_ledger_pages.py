"""The ledger on the screen: each auditor reads of their own units alone, and no page of it tells of a child."""

import pytest
from sqlalchemy import event

from archive_service.errors import NotSignedIn
from archive_service.rules.access import Role
from archive_service.services import ledger, ledger_pages
from archive_service.services.actor import SERVICE
from archive_service.services.ledger import Subject
from archive_service.services.sign_in import open_session
from tests.functional.web_client import signed_in


def failed(archive, login, address):
    with pytest.raises(NotSignedIn):
        open_session(archive, login, "wrong", address)


def addresses(archive, auditor):
    return {row.address for row in ledger_pages.page(archive, actor=auditor).rows} - {auditor.address}


@pytest.fixture
def tries(archive, make):
    """A wrong password at one school and for a login nobody has, and an act of the service; the tree of units."""
    units = make.tree()
    make.account(Role.SCHOOL_REGISTRAR, units[-1], login="gsh-registrar")
    failed(archive, "gsh-registrar", "10.0.0.1")
    failed(archive, "nobody", "10.0.0.2")
    with archive.begin() as session:
        ledger.write(session, "store.verified", Subject("store"), actor=SERVICE, now=archive.clock.now())
    return units


def test_a_failed_try_is_read_by_the_auditor_of_its_unit_and_those_above(archive, make, tries):
    _, city, county, school = tries
    neighbour = make.organisation(parent=county)
    for unit, expected in ((school, {"10.0.0.1"}), (county, {"10.0.0.1"}), (city, {"10.0.0.1"}), (neighbour, set())):
        assert addresses(archive, make.actor(Role.AUDIT_ADMIN, unit)) == expected


def test_what_belongs_to_no_unit_is_for_the_auditor_of_all_units(archive, make, tries):
    topmost = make.actor(Role.AUDIT_ADMIN, tries[0])
    assert addresses(archive, topmost) == {"10.0.0.1", "10.0.0.2", SERVICE.address}
    make.organisation(name="外省一中")
    assert addresses(archive, topmost) == {"10.0.0.1"}


def test_a_purpose_is_told_to_be_there_and_not_in_its_words(archive, make, app):
    *_, school = make.tree()
    registrar = make.actor(Role.SCHOOL_REGISTRAR, school).for_case(None, "核对张三抑郁诊断")
    with archive.begin() as session:
        ledger.write(session, "record.viewed", Subject("record", "r1"), actor=registrar, now=archive.clock.now())
    page = signed_in(app, archive, make.actor(Role.AUDIT_ADMIN, school))
    page.get("/ledger?act=record.")
    assert "已写明事由" in page.text()
    assert "抑郁" not in page.last.text


def test_a_person_is_found_by_part_of_the_name_as_are_those_without_an_account(archive, make, tries):
    topmost = make.actor(Role.AUDIT_ADMIN, tries[0])
    make.account(Role.SCHOOL_REGISTRAR, tries[-1], login="li", name="李敏华")
    failed(archive, "li", "10.0.0.3")
    found = {who: [row.who for row in ledger_pages.page(archive, actor=topmost, who=who).rows] for who in ("敏", "系统", "未知", "%")}
    assert found == {"敏": ["李敏华"], "系统": ["系统"], "未知": ["未知账号"], "%": []}


@pytest.mark.parametrize("kind_of_database", ["sqlite"])
def test_looking_for_a_person_does_not_walk_over_all_events(archive, make, tries):
    asked = []
    event.listen(archive.engine, "before_cursor_execute", lambda _c, _u, sql, values, *_: asked.append((sql, values)))
    ledger_pages.page(archive, actor=make.actor(Role.AUDIT_ADMIN, tries[0]), who="gsh")
    with archive.engine.connect() as connection:
        found = [(sql, values) for sql, values in asked if "event.account_id IN" in sql]
        plans = [[row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)] for sql, values in found]
    assert len(plans) == 2  # the count and the rows
    assert all(any("SEARCH event" in step and "account_id" in step for step in plan) for plan in plans), plans
