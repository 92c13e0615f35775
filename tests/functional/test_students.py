"""Finding students within one's scope, and the page of one student with its gaps and its onlookers."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, select

from archive_service.errors import NotFound
from archive_service.ids import new_id
from archive_service.models.ledger import Event
from archive_service.models.record import Carrier, KindState, MatchState, Record, RecordState, ReviewState, TranscriptState
from archive_service.models.student import Guardian, NumberKind, StudentNumber, StudentPeriod
from archive_service.rules.access import Role
from archive_service.rules.names import mask_name, mask_number
from archive_service.services.scope import Scope
from archive_service.services.student_page import open_page
from archive_service.services.students import Criteria, current_number, find, student_of_number
from tests.factories import resident_id


@pytest.fixture
def tree(make):
    return make.tree()


@pytest.fixture
def registrar(make, tree):
    return make.actor(Role.SCHOOL_REGISTRAR, tree[3])


def add(archive, *rows):
    with archive.begin() as session:
        session.add_all(rows)


def record_of(student, series, carrier=Carrier.ORIGINAL, *, account_id, sensitivity="M"):
    states = {"state": RecordState.READ, "transcript_state": TranscriptState.PRESENT, "match_state": MatchState.MATCHED}
    states |= {"kind_state": KindState.SURE, "review_state": ReviewState.PENDING, "review_reasons": []}
    unit = {"organisation_id": student.school_id, "received_unit_id": student.school_id, "received_by": account_id}
    content = {"original_name": "a.jpg", "media_type": "image/jpeg", "bytes": 1, "sha256": "0" * 64, "sm3": "0" * 64}
    filed = {"student_id": student.id, "series": series, "carrier": carrier, "sensitivity": sensitivity}
    received = {"received_at": datetime(2026, 9, 1, tzinfo=UTC), "received_on": date(2026, 9, 1)}
    return Record(id=new_id(), **filed, **states, **unit, **content, **received)


@pytest.mark.parametrize("kind", list(NumberKind))
def test_a_number_of_any_kind_finds_its_student(archive, make, tree, registrar, kind):
    student = make.student(tree[3])
    add(archive, StudentNumber(student_id=student.id, number="L520102201303051234", kind=kind))
    found = find(archive, Criteria(student_no="l520102 20130305 1234"), registrar)
    assert [line.id for line in found.items] == [student.id]
    assert found.items[0].student_no == f"G{student.id_no}"
    with archive.read() as session:
        assert student_of_number(session, Scope.of(session, registrar), "L520102201303051234").id == student.id


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(id_no=resident_id(serial=777)),
        Criteria(name="欧阳"),
        Criteria(name="欧阳 娜"),
        Criteria(name="旧名"),
        Criteria(grade="八年级"),
        Criteria(state="SUSPENDED", class_name="2班"),
    ],
)
def test_each_criterion_finds_its_student_and_no_other(archive, make, tree, registrar, criteria):
    make.student(tree[3])
    wanted = make.student(tree[3], name="欧阳娜", former_name="旧名", id_no=resident_id(serial=777))
    add(archive)
    with archive.begin() as session:
        row = session.get(type(wanted), wanted.id)
        row.grade, row.state = "八年级", "SUSPENDED"
    found = find(archive, criteria, registrar)
    assert ([line.id for line in found.items], found.total) == ([wanted.id], 1)


def test_a_wild_card_in_a_name_is_a_character(archive, make, tree, registrar):
    make.student(tree[3])
    assert find(archive, Criteria(name="%"), registrar).total == 0


def test_students_elsewhere_are_neither_found_nor_counted(archive, make, tree, registrar):
    stranger = make.student(make.tree()[3])
    assert find(archive, Criteria(student_no=f"G{stranger.id_no}"), registrar).total == 0
    assert find(archive, Criteria(), make.actor(Role.SYSTEM_ADMIN, tree[0])).total == 0
    with pytest.raises(NotFound):
        open_page(archive, stranger.id, registrar)
    with archive.read() as session, pytest.raises(NotFound):
        student_of_number(session, Scope.of(session, registrar), f"G{stranger.id_no}")


def test_cursors_walk_a_list_once_from_end_to_end(archive, make, tree):
    schools = [tree[3], make.organisation(parent=tree[2])]
    made = {make.student(schools[number % 2], name=f"名{number % 3}").id for number in range(7)}
    reviewer = make.actor(Role.COUNTY_REVIEWER, tree[2])
    seen, cursor = [], None
    while True:
        page = find(archive, Criteria(), reviewer, cursor=cursor, size=3)
        assert page.total == 7
        seen += [line.id for line in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == 7
    assert set(seen) == made


def test_grades_and_classes_come_in_the_order_people_count_them(archive, make, tree):
    places = [("一年级", "2班"), ("二年级", "1班"), ("三年级", "2班"), ("三年级", "10班"), ("高一", "1班"), ("幼小衔接", "1班")]
    for grade, class_name in reversed(places):
        make.student(tree[3], grade=grade, class_name=class_name)
    reviewer = make.actor(Role.COUNTY_REVIEWER, tree[2])
    first = find(archive, Criteria(), reviewer, size=4)
    rest = find(archive, Criteria(), reviewer, cursor=first.next)
    assert [(line.grade, line.class_name) for line in (*first.items, *rest.items)] == places


def test_a_school_narrows_a_list_by_its_code(archive, make, tree):
    other = make.organisation(parent=tree[2])
    make.student(tree[3])
    here = make.student(other)
    found = find(archive, Criteria(school=other.code), make.actor(Role.COUNTY_REVIEWER, tree[2]))
    assert [(line.id, line.school_code) for line in found.items] == [(here.id, other.code)]


def test_a_list_is_on_the_ledger_with_the_identity_number_masked(archive, make, tree, registrar):
    student = make.student(tree[3])
    find(archive, Criteria(id_no=student.id_no), registrar)
    with archive.read() as session:
        written = session.scalars(select(Event).where(Event.act == "students.listed")).one()
    assert (written.account_id, written.detail["id_no"], written.detail["total"]) == (registrar.account_id, mask_number(student.id_no), 1)


def test_the_page_shows_who_where_and_in_whose_keeping(archive, make, tree, registrar):
    student = make.student(tree[3], name="张小明")
    add(
        archive,
        StudentNumber(student_id=student.id, number="L1", kind=NumberKind.FORMER, valid_to_on=date(2025, 10, 1)),
        Guardian(student_id=student.id, name="张伟", relation="父亲"),
        StudentPeriod(
            student_id=student.id, school_id=tree[3].id, grade="七年级", class_name="2班", state="ENROLLED", from_on=date(2025, 9, 1)
        ),
    )
    page = open_page(archive, student.id, registrar)
    assert (page.student.name, page.student.school_name, page.student.state_label) == ("张小明", "观山湖区第三中学", "在籍")
    assert [(line.number, line.kind) for line in page.student.numbers] == [(f"G{student.id_no}", "formal"), ("L1", "former")]
    assert [(each.name, each.relation) for each in page.guardians] == [("张伟", "父亲")]
    assert [(each.school_name, each.state_label, each.to_on) for each in page.periods] == [("观山湖区第三中学", "在籍", None)]
    assert page.dossier.custodian_name == "观山湖区第三中学"
    assert [(each.from_name, each.to_name, each.ground) for each in page.custody] == [(None, "观山湖区第三中学", "建档")]
    assert (mask_name(page.student.name), mask_number(page.student.id_no)[4:-4]) == ("张**", "*" * 10)


def test_opening_a_page_is_on_the_ledger_and_on_the_page(archive, make, tree, registrar):
    student = make.student(tree[3])
    page = open_page(archive, student.id, registrar.for_case(None, "核对信息"))
    look = page.looks[0]
    assert (look.act, look.account_name, look.unit_name, look.purpose) == ("student.viewed", registrar.name, "观山湖区第三中学", "核对信息")
    with archive.read() as session:
        assert session.scalars(select(Event.student_id)).all() == [student.id]


def test_a_shelf_that_needs_paper_shows_its_gap_with_articles(archive, make, tree, registrar):
    student = make.student(tree[3])
    add(archive, record_of(student, "C1", Carrier.DIGITAL, account_id=registrar.account_id))
    rules = archive.law.profile("GZ", date(2026, 9, 1)).series
    found = {shelf.code: shelf for shelf in open_page(archive, student.id, registrar).shelves}
    assert list(found) == [series.value for series in rules]
    assert {code: [gap.code for gap in shelf.gaps] for code, shelf in found.items() if shelf.gaps} == {
        "C1": ["no_paper"],
        "C2": ["no_record"],
    }
    assert found["C2"].gaps[0].articles == rules["C2"].articles
    add(archive, record_of(student, "C1", account_id=registrar.account_id))
    found = {shelf.code: shelf for shelf in open_page(archive, student.id, registrar).shelves}
    assert (found["C1"].gaps, len(found["C1"].records)) == ((), 2)


def test_a_closed_paper_is_hidden_but_not_missing(archive, make, tree, registrar):
    student = make.student(tree[3])
    add(archive, record_of(student, "C2", account_id=registrar.account_id, sensitivity="H"))
    page = open_page(archive, student.id, make.actor(Role.COUNTY_REVIEWER, tree[2]))
    shelf = next(shelf for shelf in page.shelves if shelf.code == "C2")
    assert (shelf.records, shelf.gaps) == ((), ())


def test_records_without_a_series_stand_on_a_shelf_of_their_own(archive, make, tree, registrar):
    student = make.student(tree[3])
    add(archive, record_of(student, None, account_id=registrar.account_id))
    last = open_page(archive, student.id, registrar).shelves[-1]
    assert (last.code, last.label, len(last.records)) == ("", "未归类", 1)


def test_a_full_page_takes_as_many_statements_as_an_empty_one(archive, make, tree, registrar):
    bare, full = make.student(tree[3]), make.student(tree[3])
    add(archive, *(record_of(full, "C1", account_id=registrar.account_id) for _ in range(30)))
    add(archive, *(Guardian(student_id=full.id, name=f"张{number}", relation="父亲") for number in range(5)))
    assert statements(archive, full.id, registrar) == statements(archive, bare.id, registrar) < 20


def statements(archive, student_id, actor):
    counted = []

    def count(*details):
        counted.append(details[2])

    event.listen(archive.engine, "before_cursor_execute", count)
    open_page(archive, student_id, actor)
    event.remove(archive.engine, "before_cursor_execute", count)
    return len(counted)


@pytest.mark.parametrize(
    ("kinds", "in_force"),
    [("formal temporary", 0), ("temporary formal", 1), ("former temporary temporary", 1), ("alias", None), ("former alias", None)],
)
def test_one_number_is_in_force(kinds, in_force):
    rows = [StudentNumber(number=str(place), kind=NumberKind(kind)) for place, kind in enumerate(kinds.split())]
    assert current_number(rows) == (None if in_force is None else str(in_force))
