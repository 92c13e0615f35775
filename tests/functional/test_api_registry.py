"""The registry over HTTP: who one is, units, law, students with their history, dossiers, and sheets taken in as tasks."""

import io
from datetime import date

import pytest

from archive_service.models.student import NumberKind, StudentNumber
from archive_service.rules.access import Role, TokenScope
from archive_service.services import organisations_import, roster
from tests.functional.case_steps import Office
from tests.functional.test_roster import row_of, sheet_of


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


def test_me_names_account_roles_and_scope(call, client, token, office):
    me = call.get("/me", office.registrar).json
    assert me["account"]["id"] == office.registrar.account_id
    assert [(role["role"], role["unit_code"], role["class"]) for role in me["roles"]] == [("school_registrar", office.school.code, "")]
    assert me["scope"] == []
    assert {"capture", "open_case"} <= set(me["rights"])
    narrowed = client.get("/api/v1/me", headers=token(office.registrar, TokenScope.READ)).json
    assert narrowed["scope"] == ["read"]
    assert "capture" not in narrowed["rights"]


def test_organisations_in_reach(call, office):
    units = call.get("/organisations", office.reviewer).json
    assert {unit["code"] for unit in units["items"]} == {office.county.code, office.school.code}
    school = next(unit for unit in units["items"] if unit["level"] == "school")
    assert (school["parent"], school["authority"], school["sections"]) == (office.county.code, office.county.code, ["junior"])
    assert (school["valid_from"], school["valid_to"]) == ("2014-01-01", None)


def test_organisations_from_a_sheet(archive, make, call, office):
    admin = make.actor(Role.SYSTEM_ADMIN, office.county)
    headings = ("代码", "名称", "层级", "上级代码", "主管代码", "学段")
    row = {
        "代码": "5299000001",
        "名称": "第九中学",
        "层级": "学校",
        "上级代码": office.county.code,
        "主管代码": office.county.code,
        "学段": "初中",
    }
    content = sheet_of(row, headings=headings)
    assert call.post("/organisations/import", office.registrar, data={"file": (io.BytesIO(content), "u.xlsx")}).status_code == 403
    task = call.post("/organisations/import", admin, data={"file": (io.BytesIO(content), "u.xlsx")})
    assert (task.status_code, task.json["state"]) == (202, "waiting")
    organisations_import.run(archive, task.json["id"])
    done = call.get(f"/tasks/{task.json['id']}", admin).json
    assert (done["state"], done["result"]["created"], done["errors"]) == ("done", 1, [])
    assert "5299000001" in {unit["code"] for unit in call.get("/organisations", office.reviewer).json["items"]}


def test_kinds_and_procedures_are_the_law_in_force(archive, call, office):
    kinds = call.get("/kinds", office.registrar).json
    assert kinds["rules_version"] == archive.law.version
    assert next(kind["label"] for kind in kinds["items"] if kind["code"] == "diagnosis_certificate")
    found = call.get("/procedures", office.registrar).json
    assert (found["profile"], found["on"]) == ("GZ", "2026-09-01")
    suspend = next(one for one in found["items"] if one["code"] == "suspend")
    assert "illness" in {ground["code"] for ground in suspend["grounds"]}
    asked = {code for row in suspend["requires"] for code in (*row["must"], *row["one_of"], *row["may"])}
    assert asked <= {one["code"] for one in suspend["evidence"]}
    assert all(row["articles"] for row in suspend["requires"])
    assert "treatment_months" in {question["fact"] for question in suspend["questions"]}
    assert call.get("/procedures?profile=HN&on=2026-01-01", office.registrar).json["profile"] == "HN"
    assert call.get("/procedures?profile=XX", office.registrar).json["code"] == "no_such_law"
    assert call.get("/procedures?on=yesterday", office.registrar).status_code == 400


def test_a_roster_is_a_task(archive, call, office):
    content = sheet_of(row_of(1), row_of(2, 性别="其他"))
    path = f"/students/import?school={office.school.code}"
    task = call.post(f"{path}&dry_run=true", office.registrar, data=content, content_type=roster_type())
    assert task.status_code == 202
    roster.run(archive, task.json["id"])
    failed = call.get(f"/tasks/{task.json['id']}", office.registrar).json
    assert (failed["kind"], failed["state"], failed["result"]["written"]) == ("roster", "failed", False)
    assert [(error["row"], error["column"]) for error in failed["errors"]] == [(3, "性别")]
    partial = call.post(f"{path}&partial=true", office.registrar, data={"file": (io.BytesIO(content), "r.xlsx")}).json
    roster.run(archive, partial["id"])
    assert call.get(f"/tasks/{partial['id']}", office.registrar).json["result"]["created"] == 1
    found = call.get(f"/students?school={office.school.code}", office.registrar).json
    assert found["total"] == 1


def roster_type():
    return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_tasks_are_for_whoever_started_them(make, call, office):
    content = sheet_of(row_of(1))
    task = call.post(f"/students/import?school={office.school.code}", office.registrar, data={"file": (io.BytesIO(content), "r.xlsx")}).json
    colleague = make.actor(Role.SCHOOL_REGISTRAR, office.school)
    assert call.get(f"/tasks/{task['id']}", colleague).status_code == 404


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [(b"a,b", "text/csv", 415), (b"not a sheet", None, 415), (b"", None, 415)],
)
def test_what_is_no_sheet(call, office, content, content_type, status):
    answer = call.post(
        f"/students/import?school={office.school.code}", office.registrar, data=content, content_type=content_type or roster_type()
    )
    assert answer.status_code == status


def test_rosters_of_other_schools(make, call, office):
    other = make.organisation(parent=office.county)
    content = {"file": (io.BytesIO(sheet_of(row_of(1))), "r.xlsx")}
    assert call.post(f"/students/import?school={other.code}", office.registrar, data=content).status_code == 404


def test_students_by_any_number_they_ever_had(make, call, office):
    student = make.student(office.school, name="张三")
    make._add(
        StudentNumber(
            student_id=student.id,
            number="L520115001",
            kind=NumberKind.FORMER,
            valid_from_on=date(2020, 9, 1),
            valid_to_on=date(2025, 8, 31),
        )
    )
    for query in (
        "student_no=L520115001",
        f"student_no=G{student.id_no}",
        f"id_no={student.id_no}",
        "name=张",
        f"school={office.school.code}",
    ):
        found = call.get(f"/students?{query}", office.registrar).json
        assert [one["id"] for one in found["items"]] == [student.id], query
    assert call.get("/students?name=李", office.registrar).json["total"] == 0
    one = call.get(f"/students/{student.id}", office.registrar).json
    assert one["student_no"] == f"G{student.id_no}"
    assert {(number["number"], number["kind"]) for number in one["numbers"]} == {(f"G{student.id_no}", "formal"), ("L520115001", "former")}
    assert (one["school"]["code"], one["class"], one["state"]) == (office.school.code, "2班", "ENROLLED")
    stranger = make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=office.county))
    assert call.get(f"/students/{student.id}", stranger).status_code == 404


def test_students_are_paged(make, call, office):
    for _ in range(3):
        make.student(office.school)
    first = call.get("/students?size=2", office.registrar).json
    second = call.get(f"/students?size=2&cursor={first['next']}", office.registrar).json
    assert (first["total"], len(first["items"]), len(second["items"]), second["next"]) == (3, 2, 1, None)


def test_the_dossier_by_series_with_gaps_and_custodian(make, call, office):
    student = make.student(office.school)
    record = office.paper(student, "hukou_page", series="C1")
    dossier = call.get(f"/students/{student.id}/dossier", office.registrar).json
    series = {one["code"]: one for one in dossier["series"]}
    assert set(series) >= {"C1", "C2"}
    assert [one["id"] for one in series["C1"]["records"]] == [record.id]
    assert "C1" not in {gap["series"] for gap in dossier["gaps"]}
    assert all(gap["articles"] for gap in dossier["gaps"])
    assert dossier["custodian"]["id"] == office.school.id
    assert dossier["custody"][0]["to"] == office.school.name
