"""The registry: who the caller is, units, law data, students, rosters, and the tasks that take them in."""

from datetime import date

from flask import request
from pydantic import Field

from archive_service.api.asking import actor, cursor_id, page_size
from archive_service.api.operations import operation
from archive_service.api.shapes_registry import (
    KindList,
    KindOut,
    MeOut,
    OrganisationList,
    OrganisationOut,
    ProcedureList,
    ProcedureOut,
    TaskOut,
)
from archive_service.api.shapes_students import DossierOut, StudentDetail, StudentList, dossier_out, student_detail, student_list
from archive_service.api.values import Input, Listing
from archive_service.clock import today
from archive_service.errors import NotFound, Rejected
from archive_service.http.context import archive
from archive_service.rules.facts import Declared, question
from archive_service.rules.law import LawGap
from archive_service.services import organisations, organisations_import, roster, student_page, students, tasks, whoami
from archive_service.services.roster import RosterOrder
from archive_service.services.students import Criteria

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = {"sheet": XLSX}
NATIONAL = "NAT"


class ProcedureQuery(Input):
    """Which law, on which day; by default that of the caller's unit, today."""

    profile: str | None = Field(default=None, max_length=64)
    on: date | None = None


class RosterQuery(Input):
    """Into which school (its code); all or nothing unless `partial`; nothing is written when `dry_run`."""

    school: str = Field(min_length=1, max_length=64)
    partial: bool = False
    dry_run: bool = False


class StudentQuery(Listing):
    """Which students; everything given must hold. Any number a student ever had finds them; `name` may be a beginning."""

    student_no: str = Field(default="", max_length=64)
    id_no: str = Field(default="", max_length=64)
    name: str = Field(default="", max_length=200)
    school: str = Field(default="", max_length=64)


@operation("GET", "/me", tag="registry")
def get_me() -> MeOut:
    """Who the caller is, in which roles, with what scope."""
    return MeOut.of(whoami.whoami(archive(), actor()))


@operation("GET", "/organisations", tag="registry")
def list_organisations() -> OrganisationList:
    """List all units the caller's rights reach, by code."""
    found = organisations.visible(archive(), actor())
    return OrganisationList(items=[OrganisationOut.model_validate(unit) for unit in found], next=None, total=len(found))


@operation("POST", "/organisations/import", tag="registry", status=202, extra=SHEET)
def import_organisations() -> TaskOut:
    """Take a sheet of units in; all or nothing, every fault by cell in the task."""
    return TaskOut.of(organisations_import.start(archive(), _sheet(), actor()))


@operation("GET", "/kinds", tag="registry")
def list_kinds() -> KindList:
    """List the kinds of paper, and which evidence each may serve as."""
    kinds = [KindOut.model_validate(kind) for kind in archive().kinds]
    return KindList(items=kinds, next=None, total=len(kinds), rules_version=archive().law.version)


@operation("GET", "/procedures", tag="registry")
def list_procedures(query: ProcedureQuery) -> ProcedureList:
    """List the procedures of a profile on a day, with grounds, required evidence and the facts they ask for."""
    law, on = archive().law, query.on or today(archive().clock)
    profile = query.profile or next((role.profile for role in whoami.whoami(archive(), actor()).roles), NATIONAL)
    try:
        found = law.procedures(profile, on)
    except LawGap as gap:
        raise NotFound(str(gap), code="no_such_law") from gap
    labels = {fact: question(fact) for fact in Declared.model_fields}
    items = [ProcedureOut.of(procedure, labels) for procedure in found]
    return ProcedureList(items=items, next=None, total=len(items), profile=profile, on=on, rules_version=law.version)


@operation("POST", "/students/import", tag="registry", status=202, extra=SHEET)
def import_students(query: RosterQuery) -> TaskOut:
    """Take a school's roster in.

    Columns by heading, in any order: 学籍号 (may be empty), 姓名, 曾用名, 性别, 民族, 出生日期, 身份证件类型, 身份证件号,
    年级, 班级, 入学年月, 监护人, 户籍地址.
    """
    order = RosterOrder(query.school, partial=query.partial, dry_run=query.dry_run)
    return TaskOut.of(roster.start(archive(), _sheet(), order, actor()))


@operation("GET", "/tasks/{id}", tag="registry")
def get_task(id: str) -> TaskOut:  # noqa: A002 (the path's own name)
    """How far a long act is, and what came of it; for whoever started it."""
    return TaskOut.of(tasks.read(archive(), id, actor()))


@operation("GET", "/students", tag="registry")
def list_students(query: StudentQuery) -> StudentList:
    """List students in scope by school, grade, class and name."""
    criteria = Criteria(student_no=query.student_no, id_no=query.id_no, name=query.name, school=query.school)
    return student_list(students.find(archive(), criteria, actor(), cursor=cursor_id(query.cursor), size=page_size(query.size)))


@operation("GET", "/students/{id}", tag="registry")
def get_student(id: str) -> StudentDetail:  # noqa: A002 (as above)
    """One student: all numbers and states with their times."""
    return student_detail(student_page.open_page(archive(), id, actor()))


@operation("GET", "/students/{id}/dossier", tag="registry")
def get_dossier(id: str) -> DossierOut:  # noqa: A002 (as above)
    """The student's dossier: records by series C1 to C8, what is missing, who keeps it."""
    return dossier_out(student_page.open_page(archive(), id, actor()))


def _sheet() -> bytes:
    """The sheet, as a form's `file` or as the body itself."""
    if request.mimetype == "multipart/form-data":
        file = request.files.get("file")
        if file is None:
            raise Rejected("没有收到表格：请用表单字段 file 上传。", code="no_file")
        return file.stream.read()
    if request.mimetype not in (XLSX, "application/octet-stream"):
        raise Rejected("只接收 .xlsx 表格：请用表单字段 file 上传，或直接作为请求内容。", code="unsupported_media_type", status=415)
    return request.get_data()
