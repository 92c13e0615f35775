"""A school's roster: taken in whole or not at all, every fault by cell, history kept, nobody twice."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from archive_service.errors import Denied, NotFound, Refused, Rejected
from archive_service.models.job import Job
from archive_service.models.ledger import Event
from archive_service.models.record import MatchState, Record, RecordState
from archive_service.models.student import CustodyEvent, Dossier, Guardian, Student, StudentNumber, StudentPeriod
from archive_service.rules.access import Role
from archive_service.services import ledger, roster, tasks
from archive_service.services.actor import SERVICE
from archive_service.services.changes import changes_after
from archive_service.services.roster import RosterOrder
from archive_service.services.roster_entry import COLUMNS
from archive_service.services.roster_write import GROUND, PROMOTION
from tests.factories import resident_id
from tests.functional.case_steps import Office


def row_of(serial=1, **values):
    """A valid row of the sheet; columns may be replaced."""
    id_no = values.get("身份证件号", resident_id(serial=serial))
    sex = "男" if serial % 2 else "女"
    row = {
        "学籍号": f"G{id_no}", "姓名": f"王{'一二三四五六七八九'[serial % 9]}", "性别": sex, "民族": "汉", "出生日期": "2013-03-05",
        "身份证件类型": "居民身份证", "身份证件号": id_no, "年级": "七年级", "班级": "2班", "入学年月": "2026-09",
        "监护人": "王建国（父亲）、李芳（母亲）", "户籍地址": "贵阳市观山湖区",
    }  # fmt: skip
    return {**row, **values}


def sheet_of(*rows, headings=COLUMNS, above=()):
    book = Workbook()
    sheet = book.active
    for line in above:
        sheet.append(line)
    sheet.append(list(headings))
    for row in rows:
        sheet.append([row.get(heading) for heading in headings])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def school(make):
    return make.tree()[-1]


@pytest.fixture
def registrar(make, school):
    return make.actor(Role.SCHOOL_REGISTRAR, school)


@pytest.fixture
def load(archive, school, registrar):
    """Import rows and return the task as it ended."""

    def load(*rows, into=None, **order):
        content = rows[0] if rows and isinstance(rows[0], bytes) else sheet_of(*rows)
        unit = into or school
        actor = registrar if into is None else SERVICE
        task = roster.start(archive, content, RosterOrder(unit.code, **order), actor)
        roster.run(archive, task.id)
        return tasks.read(archive, task.id, actor)

    return load


def all_of(archive, model):
    with archive.read() as session:
        return list(session.scalars(select(model)))


def faults(task):
    return [(error["row"], error["column"], error["code"]) for error in task.errors]


def test_a_new_student_gets_number_period_dossier_and_a_first_custody_event(archive, school, registrar, load, clock):
    task = load(row_of(1, 曾用名="王大一"))
    assert (task.state, task.errors, task.result["created"], task.done, task.total) == ("done", [], 1, 1, 1)
    student, number, period = all_of(archive, Student)[0], all_of(archive, StudentNumber)[0], all_of(archive, StudentPeriod)[0]
    assert (student.name, student.former_name, student.section, student.state) == ("王二", "王大一", "junior", "ENROLLED")
    assert (student.id_type, student.birth_on, student.entered_on) == ("1", date(2013, 3, 5), date(2026, 9, 1))
    assert (number.number, number.kind, number.valid_to_on) == (f"G{student.id_no}", "formal", None)
    assert (period.school_id, period.from_on, period.to_on) == (school.id, date(2026, 9, 1), None)
    assert all_of(archive, Dossier)[0].custodian_id == school.id
    assert [(event.ground, event.to_id) for event in all_of(archive, CustodyEvent)] == [(GROUND, school.id)]
    assert {(each.name, each.relation) for each in all_of(archive, Guardian)} == {("王建国", "父亲"), ("李芳", "母亲")}
    acts = [(event.act, event.account_id, event.student_id) for event in all_of(archive, Event)]
    assert acts == [("roster.received", registrar.account_id, None), ("student.created", registrar.account_id, student.id),
                    ("roster.imported", registrar.account_id, None)]  # fmt: skip
    assert not tasks.sheet_file(archive, task.id).exists()


def test_columns_stand_in_any_order_below_a_title(load):
    content = sheet_of(row_of(1), headings=["备注", *reversed(COLUMNS)], above=[["观山湖区第三中学学生花名册"], []])
    assert load(content).result["created"] == 1


@pytest.mark.parametrize(
    ("values", "column", "code"),
    [
        ({"姓名": " "}, "姓名", "empty"),
        ({"性别": "M"}, "性别", "sex"),
        ({"性别": "女"}, "性别", "disagrees_with_id"),
        ({"出生日期": "2013年2月30日"}, "出生日期", "date"),
        ({"出生日期": "20130306"}, "出生日期", "disagrees_with_id"),
        ({"身份证件类型": "学生证"}, "身份证件类型", "id_type"),
        ({"身份证件号": "520102201303051", "学籍号": None}, "身份证件号", "id_no_shape"),
        ({"身份证件号": resident_id()[:-1] + "?", "学籍号": None}, "身份证件号", "id_no_shape"),
        ({"身份证件号": 520102201303050015, "学籍号": None}, "身份证件号", "number_cell"),
        ({"学籍号": "G123"}, "学籍号", "student_no_shape"),
        ({"姓名": '=HYPERLINK("http://x","y")'}, "姓名", "formula"),
        ({"年级": "高一"}, "年级", "grade"),
        ({"入学年月": "明年"}, "入学年月", "date"),
        ({"监护人": "(父亲)"}, "监护人", "guardian"),
        ({"户籍地址": "长" * 201}, "户籍地址", "too_long"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_row_and_column_and_nothing_goes_in(archive, load, values, column, code):
    task = load(row_of(1), row_of(3, **values))
    assert (task.state, faults(task)) == ("failed", [(3, column, code)])
    assert task.errors[0]["message"]
    assert (all_of(archive, Student), task.result["created"], task.result["faulty"]) == ([], 0, 1)


def test_every_fault_of_a_sheet_is_told_at_once(load):
    task = load(row_of(1, 姓名=None, 性别="?", 出生日期="?"), row_of(3, 班级=None))
    assert faults(task) == [(2, "姓名", "empty"), (2, "性别", "sex"), (2, "出生日期", "date"), (3, "班级", "empty")]


def test_partial_takes_the_good_rows_and_tells_the_bad(archive, load):
    task = load(row_of(1), row_of(3, 性别="?"), row_of(5), partial=True)
    assert (task.state, task.result["created"], faults(task)) == ("done", 2, [(3, "性别", "sex")])
    assert len(all_of(archive, Student)) == 2


def test_a_dry_run_writes_nothing_but_the_task(archive, load):
    task = load(row_of(1), dry_run=True)
    assert (task.state, task.result["created"], task.result["written"]) == ("done", 1, False)
    assert all_of(archive, Student) == []


def test_documents_without_a_check_character_are_taken(archive, load):
    rows = [
        row_of(1, 身份证件类型="香港居民来往内地通行证", 身份证件号="H12345678", 学籍号=None),
        row_of(3, 身份证件类型="A", 身份证件号="E12345678", 学籍号=None, 姓名="Maria Silva"),
        row_of(5, 身份证件类型="其他", 身份证件号=None, 学籍号=None),
    ]
    task = load(*rows)
    assert task.errors == []
    assert {(each.id_type, each.name, each.state) for each in all_of(archive, Student)} == {
        ("6", "王二", "PREPARING"), ("A", "Maria Silva", "PREPARING"), ("Z", "王六", "PREPARING")}  # fmt: skip


@pytest.mark.parametrize(
    ("second", "column"),
    [({"学籍号": f"G{resident_id(serial=1)}"}, "学籍号"), ({"身份证件号": resident_id(serial=1), "学籍号": None}, "身份证件号")],
    ids=["number", "identity"],
)
def test_nobody_stands_twice_in_a_sheet(load, second, column):
    task = load(row_of(1), row_of(3, **second))
    assert faults(task) == [(3, column, "twice_in_sheet")]
    assert "第 2 行" in task.errors[0]["message"]


def test_importing_the_same_sheet_again_changes_nothing(archive, load):
    rows = [row_of(1), row_of(3, 身份证件类型="Z", 身份证件号=None, 学籍号=None)]
    load(*rows)
    task = load(*rows)
    assert (task.state, task.result["created"], task.result["updated"], task.result["unchanged"]) == ("done", 0, 0, 2)
    assert len(all_of(archive, Student)) == len(all_of(archive, StudentPeriod)) == 2


def test_a_job_run_twice_imports_once(archive, school, registrar):
    task = roster.start(archive, sheet_of(row_of(1)), RosterOrder(school.code), registrar)
    with archive.read() as session:
        assert session.execute(select(Job.kind, Job.arguments)).all() == [("roster", {"task_id": task.id})]
    roster.run(archive, task.id)
    roster.run(archive, task.id)
    assert len(all_of(archive, Student)) == 1


def test_a_new_class_closes_the_old_period(archive, load, clock):
    load(row_of(1))
    clock.at += timedelta(days=365)
    task = load(row_of(1, 年级="八年级", 监护人="王建国（父亲）、赵敏（继母）"))
    assert task.result["updated"] == 1
    periods = [(each.grade, each.from_on, each.to_on) for each in all_of(archive, StudentPeriod)]
    assert periods == [("七年级", date(2026, 9, 1), date(2027, 8, 31)), ("八年级", date(2027, 9, 1), None)]
    assert {each.name for each in all_of(archive, Guardian)} == {"王建国", "李芳", "赵敏"}


def test_a_temporary_number_becomes_former_when_the_formal_one_comes(archive, load, clock):
    id_no = resident_id(serial=1)
    load(row_of(1, 学籍号=f"L{id_no}"))
    assert all_of(archive, Student)[0].state == "TEMP"
    clock.at += timedelta(days=30)
    load(row_of(1))
    numbers = [(each.number, each.kind, each.valid_to_on) for each in all_of(archive, StudentNumber)]
    assert numbers == [(f"L{id_no}", "former", date(2026, 10, 1)), (f"G{id_no}", "formal", None)]
    assert all_of(archive, Student)[0].state == "ENROLLED"


def test_a_number_of_somebody_else_is_refused(load, make, school):
    other = make.student(school, name="赵六", id_no=resident_id(serial=7))
    task = load(row_of(1, 学籍号=f"G{other.id_no}"))
    assert faults(task) == [(2, "学籍号", "number_taken")]


def test_what_identifies_a_student_is_not_changed_by_a_sheet(archive, load):
    load(row_of(1))
    task = load(row_of(1, 姓名="王改名"))
    assert faults(task) == [(2, "姓名", "needs_case")]
    assert all_of(archive, Student)[0].name == "王二"


def test_a_formal_number_is_for_life(load):
    load(row_of(1))
    task = load(row_of(1, 学籍号=f"G{resident_id(serial=9)}"))
    assert faults(task) == [(2, "学籍号", "number_differs")]


def test_a_student_of_another_school_comes_by_transfer_only(archive, make, load, school):
    elsewhere = make.organisation(name="别的中学")
    student = make.student(elsewhere, name="王二", id_no=resident_id(serial=1))
    task = load(row_of(1))
    assert faults(task) == [(2, "姓名", "other_school")]
    assert "别的中学" not in task.errors[0]["message"]
    with archive.begin() as session:
        session.get(Student, student.id).state = "PROMOTED"
    assert load(row_of(1)).result["updated"] == 1
    with archive.read() as session:
        moved = session.get(Student, student.id)
    assert (moved.school_id, moved.state) == (school.id, "ENROLLED")


def test_the_dossier_follows_a_promoted_student(archive, make, load, school):
    office = Office(archive, make)
    student = make.student(office.school, name="王二", id_no=resident_id(serial=1), state="PROMOTED")
    paper = office.paper(student, "hukou_page")
    load(row_of(1))
    with archive.read() as session:
        dossier = session.scalars(select(Dossier).where(Dossier.student_id == student.id)).one()
        line = session.scalars(select(CustodyEvent).where(CustodyEvent.dossier_id == dossier.id).order_by(CustodyEvent.id.desc())).first()
        moved = session.get(Record, paper.id)
        jobs = list(session.scalars(select(Job.record_id).where(Job.kind == "index")))
    assert dossier.custodian_id == school.id
    assert (line.from_id, line.to_id, line.ground) == (office.school.id, school.id, PROMOTION)
    assert (moved.organisation_id, jobs) == (school.id, [paper.id])
    ledger.seal(archive)
    told = changes_after(archive, 0, actor=make.actor(Role.SCHOOL_REGISTRAR, school)).items
    assert [(change.what, change.student_id) for change in told] == [("custody", student.id)]


def test_search_and_the_tray_learn_from_a_roster(archive, make, load, school, registrar):
    office = Office(archive, make)
    student = make.student(school, name="王二", id_no=resident_id(serial=1), number=None, state="PREPARING")
    paper = office.paper(student, "hukou_page", by=registrar)
    waits = {"student_id": None, "match_state": MatchState.UNMATCHED}
    lost = office.paper(student, "hukou_page", by=registrar, **waits)
    office.paper(student, "hukou_page", by=office.registrar, **waits, organisation_id=office.school.id)
    office.paper(student, "hukou_page", by=registrar, **waits, state=RecordState.READING)
    load(row_of(1))
    with archive.read() as session:
        jobs = session.execute(select(Job.kind, Job.record_id).where(Job.record_id.is_not(None)))
        assert {tuple(job) for job in jobs} == {("index", paper.id), ("match", lost.id)}


def test_the_same_person_without_papers_is_a_doubt_not_a_second_student(load, make, school):
    make.student(school, name="王二", id_no=resident_id(serial=1))
    task = load(row_of(1, 身份证件类型="Z", 身份证件号=None, 学籍号=None))
    assert faults(task) == [(2, "姓名", "possible_duplicate")]


def test_a_namesake_with_other_papers_is_a_note(load):
    load(row_of(1))
    task = load(row_of(1, 身份证件号=resident_id(serial=11), 学籍号=None))
    assert (task.state, [note["code"] for note in task.result["notes"]]) == ("done", ["same_person_data"])


def test_missing_headings_are_named(load):
    task = load(sheet_of(row_of(1), headings=[each for each in COLUMNS if each != "班级"]))
    assert faults(task) == [(1, "班级", "no_column")]


def test_a_workbook_without_headings_fails_with_what_is_wanted(load):
    task = load(sheet_of({"甲": "1"}, headings=["甲"]))
    assert task.state == "failed"
    assert "班级" in task.errors[0]["message"]


def bomb():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/sharedStrings.xml", b" " * (100 * 1024 * 1024))
    return content.getvalue()


def with_entities():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>')
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 415), (b"not a zip", 415), (b"x" * (17 * 1024 * 1024), 413), (bomb(), 413), (with_entities(), 400)],
    ids=["empty", "other", "large", "bomb", "entities"],
)
def test_hostile_files_are_refused_at_the_door(archive, school, registrar, content, status):
    with pytest.raises(Rejected) as rejected:
        roster.start(archive, content, RosterOrder(school.code), registrar)
    assert rejected.value.this_status == status
    assert all_of(archive, Job) == []
    assert not (archive.settings.home / "tasks").exists()


def test_a_package_that_only_looks_like_a_sheet_ends_the_task_with_a_reason(load):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("xl/workbook.xml", "<workbook>")
        package.writestr("[Content_Types].xml", "<Types/>")
    task = load(content.getvalue())
    assert (task.state, task.errors[0]["code"]) == ("failed", "failed")


def test_a_lost_sheet_ends_the_task_with_a_reason(archive, school, registrar):
    task = roster.start(archive, sheet_of(row_of(1)), RosterOrder(school.code), registrar)
    tasks.sheet_file(archive, task.id).unlink()
    roster.run(archive, task.id)
    assert tasks.read(archive, task.id, registrar).state == "failed"


def test_only_the_registrar_of_the_school_imports(archive, make, school):
    content = sheet_of(row_of(1))
    with pytest.raises(NotFound):
        roster.start(archive, content, RosterOrder(school.code), make.actor(Role.SCHOOL_REGISTRAR, make.organisation()))
    with pytest.raises(NotFound):
        roster.start(archive, content, RosterOrder("nowhere"), SERVICE)
    with pytest.raises(Denied):
        roster.start(archive, content, RosterOrder(school.code), make.actor(Role.SCHOOL_LEADER, school))
    with pytest.raises(Refused):
        roster.start(archive, content, RosterOrder(make.tree()[2].code), SERVICE)


def test_a_task_is_for_whoever_started_it(archive, make, school, load):
    task = load(row_of(1))
    with pytest.raises(NotFound):
        tasks.read(archive, task.id, make.actor(Role.SCHOOL_REGISTRAR, school))
    assert tasks.read(archive, task.id, SERVICE).id == task.id


def test_five_hundred_rows_go_in_at_once(archive, load):
    load(*(row_of(serial) for serial in range(1, 999, 2)))
    with archive.read() as session:
        assert session.scalar(select(func.count()).select_from(Student)) == 499
        assert session.scalar(select(func.count()).select_from(Event).where(Event.act == "student.created")) == 499


def test_sheets_nobody_waits_for_are_swept(archive, school, registrar, clock):
    waiting = roster.start(archive, sheet_of(row_of(1)), RosterOrder(school.code), registrar)
    orphan = tasks.keep_sheet(archive, b"left by a crash")
    clock.at = datetime.now(UTC) + timedelta(hours=2)
    assert tasks.sweep_sheets(archive) == 1
    assert not tasks.sheet_file(archive, orphan).exists()
    assert tasks.sheet_file(archive, waiting.id).exists()
    clock.at = datetime.now(UTC)
    tasks.keep_sheet(archive, b"just now")
    assert tasks.sweep_sheets(archive) == 0


def test_a_task_that_cannot_go_on_says_so_and_leaves_nothing_behind(archive, school, registrar):
    task = roster.start(archive, sheet_of(row_of(1)), RosterOrder(school.code), registrar)
    tasks.fail(archive, task.id, "多次尝试未成功，已停止")
    ended = tasks.read(archive, task.id, registrar)
    assert (ended.state, ended.errors[0]["message"]) == ("failed", "多次尝试未成功，已停止")
    assert not tasks.sheet_file(archive, task.id).exists()
