"""A look whose event cannot be written does not happen: every page and call that writes an event, on a database that truly cannot.

The routes come from the URL map: whichever writes an event while all is well is tried again when the ledger takes none. Nothing of the
paper, its picture and its child may be in the answer.
"""

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, event, func, select, text

from archive_service.models.ledger import Event
from archive_service.rules.access import Role
from archive_service.services import indexing, intake
from archive_service.worker import Worker
from tests.functional.case_steps import Office
from tests.functional.web_client import signed_in
from tests.papers import hukou, jpeg

NAME, WORD = "慕容蓼蓝", "菖蒲街"
PLACES = {
    "record_id": "record",
    "student_id": "student",
    "case_id": "case",
    "batch_id": "batch",
    "n": "page",
    "no": "page",
    "inspection_id": "none",
}
QUERIES = {"/search": {"q": WORD}, "/api/v1/search": {"q": WORD}, "/students": {"q": NAME}, "/api/v1/students": {"q": NAME}}
# What must be among those that are tried, so that a change of the land cannot empty the test.
SURELY = {
    "/records/<record_id>", "/students/<student_id>", "/cases/<case_id>", "/search", "/tray/<record_id>", "/review/<case_id>",
    "/api/v1/records/<id>", "/api/v1/records/<id>/pages/<int:n>/image", "/api/v1/records/<id>/master", "/api/v1/records/<id>/transcript",
    "/api/v1/students/<id>", "/api/v1/students/<id>/dossier", "/api/v1/search", "/api/v1/cases/<id>", "/ledger",
}  # fmt: skip


@pytest.fixture
def land(archive, make, app, token):
    """A child with a paper that was read and a submitted case; the browsers of a registrar, a reviewer and an auditor."""
    office = Office(archive, make)
    child = make.student(office.school, name=NAME)
    case, _ = office.illness_case(child)
    paper = intake.Incoming(jpeg(hukou(NAME, child.id_no) + WORD), "a.jpg", student_id=child.id, kind="hukou_page")
    record_id = intake.receive(archive, paper, actor=office.registrar).id
    Worker(archive).drain()
    archive.index.finish_rebuild(archive.index.begin_rebuild())
    indexing.rebuild(archive)
    auditor = make.actor(Role.AUDIT_ADMIN, office.county)
    people = [signed_in(app, archive, who).client for who in (office.registrar, office.reviewer, auditor)]
    things = {"record": record_id, "student": child.id, "case": case.id, "batch": "none", "page": "1"}
    return archive, app, people, things, (NAME, child.id_no, WORD)


def path_of(rule, things):
    """The rule with the land's own things in it."""

    def fill(match):
        name = match[1]
        kind = PLACES.get(name) or {"records": "record", "students": "student", "cases": "case"}.get(rule.split("/")[3], "none")
        return things.get(kind, "none")

    return re.sub(r"<(?:\w+:)?(\w+)>", fill, rule)


def events(archive):
    with archive.read() as session:
        return session.scalar(select(func.count()).select_from(Event))


def looks(land):
    """Who opens what, and writes an event by it."""
    archive, app, people, things, _ = land
    rules = sorted({rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.endpoint != "static"})
    found = []
    for rule in rules:
        for client in people:
            before = events(archive)
            with client.get(path_of(rule, things), query_string=QUERIES.get(rule, {}), headers={"X-Purpose": "x"}) as answer:
                seen = answer.status_code == 200
            if seen and events(archive) > before:
                found.append((rule, client))
                break
    return found


@contextmanager
def refused_by_trigger(archive):
    """The table itself raises."""
    with archive.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("create trigger no_more before insert on event begin select raise(abort, 'no'); end"))
        else:
            connection.execute(text("create function no_more() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$"))
            connection.execute(text("create trigger no_more before insert on event for each row execute function no_more()"))
    yield


@contextmanager
def refused_by_database(archive):
    """SQLite: the file may only be read. PostgreSQL: somebody holds the table and does not let go."""
    sqlite = archive.engine.dialect.name == "sqlite"

    def prepare(connection, _):
        connection.execute("pragma query_only = on" if sqlite else "set lock_timeout = 100")
        connection.commit()

    event.listen(archive.engine, "connect", prepare)
    archive.engine.dispose()
    if sqlite:
        yield
        return
    other = create_engine(archive.engine.url)
    with other.begin() as holding:
        holding.exec_driver_sql("lock table event in exclusive mode")
        yield
    other.dispose()


@pytest.mark.parametrize("refuse", [refused_by_trigger, refused_by_database])
def test_what_cannot_be_written_down_is_not_shown(land, refuse):
    archive, _, _, things, marks = land
    found = looks(land)
    assert {rule for rule, _ in found} >= SURELY
    before = events(archive)
    with refuse(archive):
        for rule, client in found:
            with client.get(path_of(rule, things), query_string=QUERIES.get(rule, {}), headers={"X-Purpose": "x"}) as answer:
                told = answer.text
            assert (rule, answer.status_code) == (rule, 503), told[:500]
            assert answer.mimetype == ("application/problem+json" if rule.startswith("/api/") else "text/html"), rule
            assert "没有执行" in told or "没有保存" in told, rule
            assert [mark for mark in marks if mark in told and mark not in QUERIES.get(rule, {}).values()] == [], rule
    assert events(archive) == before
