"""Records over HTTP: in at the door, read, filed, corrected; lists, bytes, and looks at sensitive papers."""

import base64
import hashlib
import io
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from archive_service.models.ledger import Event
from archive_service.models.student import NumberKind, StudentNumber
from archive_service.rules.access import Role, TokenScope
from archive_service.services import indexing, ledger, matching, transcription
from archive_service.worker import Worker
from tests.functional.case_steps import Office
from tests.papers import hukou, jpeg


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def take(call, office):
    """Upload a page as the registrar; answers with its JSON."""

    def take(text="一张纸", *, name="户口簿.jpg", **fields):
        response = call.post("/records", office.registrar, data={"file": (io.BytesIO(jpeg(text)), name), **fields})
        assert response.status_code == 201, response.json
        return response.json

    return take


@pytest.fixture
def read(archive):
    """Bring a record all the way."""

    def read(record_id):
        transcription.judge_record(archive, record_id)
        transcription.read_record(archive, record_id)
        matching.match_record(archive, record_id)
        if archive.index.health().needs_rebuild:
            indexing.rebuild(archive)
        indexing.index_records(archive, {record_id}, job_id=1)

    return read


def events(archive, act):
    with archive.read() as session:
        return list(session.scalars(select(Event).where(Event.act == act).order_by(Event.id)))


def test_a_new_record_is_received_and_pending(take, office):
    content = jpeg("一张纸")
    record = take()
    assert record["state"] == "received"
    assert record["pages"] is None
    assert record["transcript"] == {"state": "pending", "reason": None, "attempts": 0, "engine": None}
    assert record["kind"] == {"code": None, "label": None, "confidence": None, "state": "unsure"}
    assert record["sha256"] == hashlib.sha256(content).hexdigest()
    assert record["bytes"] == len(content)
    assert record["received_on"] == "2026-09-01"
    assert datetime.fromisoformat(record["received_at"]) == datetime(2026, 9, 1, 4, tzinfo=UTC)
    assert record["review"] == {"state": "pending", "reasons": [], "by": None, "at": None}
    assert record["links"]["self"] == f"/api/v1/records/{record['id']}"


def test_a_read_record_tells_what_was_found(make, take, read, call, office):
    student = make.student(office.school, name="张三")
    record = take(hukou("张三", student.id_no, birth="2013年5月3日"))
    read(record["id"])
    record = call.get(f"/records/{record['id']}", office.registrar).json
    assert (record["state"], record["student_id"]) == ("read", student.id)
    assert record["student_no"] == f"G{student.id_no}"
    assert (record["pages"][0]["no"], record["pages"][0]["blank"]) == (1, False)
    assert record["kind"]["code"] == "hukou_page"
    fields = {field["name"]: field for field in record["fields"]}
    assert fields["name"]["value"] == "张三"
    assert fields["birth_on"]["value"] == "2013-05-03"
    match = record["matches"][0]
    assert (match["pages"], match["state"], match["student_no"]) == ([1, 1], "matched", f"G{student.id_no}")
    gap = next(gap for gap in match["disagreements"] if gap["field"] == "birth_on")
    assert (gap["paper"], gap["registry"]) == ("2013-05-03", "2013-03-05")


def test_transcript_as_json_and_as_text(make, take, read, call, office):
    record = take(hukou("张三", make.student(office.school, name="张三").id_no))
    before = call.get(f"/records/{record['id']}/transcript", office.registrar)
    assert (before.status_code, before.json["code"]) == (404, "no_transcript")
    read(record["id"])
    page = call.get(f"/records/{record['id']}/transcript", office.registrar).json["pages"][0]
    assert page["no"] == 1
    assert any("登记卡" in line["text"] and line["words"] for line in page["lines"])
    plain = call.get(f"/records/{record['id']}/transcript", office.registrar, headers={"Accept": "text/plain"})
    assert plain.mimetype == "text/plain"
    assert "登记卡" in plain.text


def test_bytes_carry_their_digest(archive, take, read, call, office):
    record = take()
    master = call.get(f"/records/{record['id']}/master", office.registrar)
    digest = base64.b64encode(hashlib.sha256(master.data).digest()).decode()
    assert master.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert hashlib.sha256(master.data).hexdigest() == record["sha256"]
    read(record["id"])
    image = call.get(f"/records/{record['id']}/pages/1/image?width=320", office.registrar)
    assert (image.status_code, image.mimetype) == (200, "image/jpeg")
    assert call.get(f"/records/{record['id']}/pages/2/image", office.registrar).status_code == 404
    assert call("HEAD", f"/records/{record['id']}/master", office.registrar).headers["Repr-Digest"] == master.headers["Repr-Digest"]
    assert len(events(archive, "master.taken")) == 2


def test_filed_by_a_person_with_the_version_believed_in(make, take, read, call, office):
    record = take()
    read(record["id"])
    student = make.student(office.school)
    seen = call.get(f"/records/{record['id']}", office.registrar)
    wanted = {"student_id": student.id, "reason": "家长送来"}
    filed = call.put(f"/records/{record['id']}/match", office.registrar, json=wanted, headers={"If-Match": seen.headers["ETag"]})
    assert (filed.status_code, filed.json["student_id"]) == (200, student.id)
    stale = call.put(f"/records/{record['id']}/match", office.registrar, json=wanted, headers={"If-Match": seen.headers["ETag"]})
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    assert stale.json["present"]["version"] == filed.json["version"]
    undone = call("DELETE", f"/records/{record['id']}/match", office.registrar)
    assert undone.json["student_id"] is None


def test_kind_and_fields_are_confirmed_by_a_person(take, read, call, office):
    record = take(hukou("张三", "520102201303050010"))
    read(record["id"])
    here = f"/records/{record['id']}"
    assert call.put(f"{here}/kind", office.registrar, json={"kind": "no_such_kind"}).status_code == 422
    kind = call.put(f"{here}/kind", office.registrar, json={"kind": "hukou_page"}).json["kind"]
    assert (kind["code"], kind["state"]) == ("hukou_page", "confirmed")
    fields = call.put(f"{here}/fields/name", office.registrar, json={"value": "张叁", "reason": "看原件"}).json["fields"]
    assert next((field["value"], field["state"]) for field in fields if field["name"] == "name") == ("张叁", "confirmed")
    assert call.put(f"{here}/fields/no_such_field", office.registrar, json={"value": "x"}).json["code"] == "unknown_field"


def test_retry_of_a_failed_reading(archive, take, call, office):
    record = take()
    answer = call.post(f"/records/{record['id']}/retry", office.registrar)
    assert (answer.status_code, answer.json["transcript"]["state"]) == (200, "pending")


def test_lists_are_paged_and_filtered(make, take, call, office):
    ids = [take(f"第{number}张")["id"] for number in range(3)]
    first = call.get("/records?size=2", office.registrar).json
    assert (first["total"], [item["id"] for item in first["items"]]) == (3, ids[:0:-1])
    second = call.get(f"/records?size=2&cursor={first['next']}", office.registrar).json
    assert ([item["id"] for item in second["items"]], second["next"]) == ([ids[0]], None)
    assert call.get("/records?state=read", office.registrar).json["total"] == 0
    assert call.get("/records?match=unmatched", office.registrar).json["total"] == 3
    stranger = make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=office.county))
    assert call.get("/records", stranger).json == {"items": [], "next": None, "total": 0}


def test_a_batch_counts_its_papers(archive, take, call, office):
    batch = call.post("/batches", office.registrar, json={"label": "九月材料", "expected": 2}).json
    assert (batch["total"], batch["pending"], batch["expected"]) == (0, 0, 2)
    record = take(batch_id=batch["id"])
    assert record["batch_id"] == batch["id"]
    assert call.get(f"/batches/{batch['id']}", office.registrar).json["pending"] == 1
    Worker(archive).drain()
    after = call.get(f"/batches/{batch['id']}", office.registrar).json
    assert (after["pending"], after["states"]) == (0, {"read": 1})
    assert call.get(f"/records?batch={batch['id']}", office.registrar).json["total"] == 1


def test_uploaded_for_a_student_by_number(make, take, call, office):
    student = make.student(office.school)
    former = {"kind": NumberKind.FORMER, "valid_from_on": date(2020, 9, 1), "valid_to_on": date(2025, 8, 31)}
    make._add(StudentNumber(student_id=student.id, number="L520115001", **former))
    assert take("旧号", student_no="L520115001")["student_no"] == f"G{student.id_no}"
    assert take(student_no=f"G{student.id_no}")["student_id"] == student.id
    answer = call.post("/records", office.registrar, data={"file": (io.BytesIO(jpeg("x")), "x.jpg"), "student_no": "G000"})
    assert answer.status_code == 404


def test_health_papers_want_a_case_or_a_purpose(archive, take, read, call, office):
    record = take("诊断", kind="diagnosis_certificate")
    read(record["id"])
    here = f"/records/{record['id']}"
    for path in (f"{here}/master", f"{here}/pages/1/image", f"{here}/transcript"):
        answer = call.get(path, office.registrar)
        assert (answer.status_code, answer.json["code"]) == (422, "purpose_needed")
    assert call.get(here, office.registrar).json["fields"] == []
    told = {"X-Purpose": "核对诊断证明".encode().decode("latin-1")}
    assert call.get(f"{here}/pages/1/image", office.registrar, headers=told).status_code == 200
    assert call.get(f"{here}/master?purpose=核对", office.registrar).status_code == 200
    assert events(archive, "page.viewed")[-1].purpose == "核对诊断证明"
    assert call.get(f"{here}/master", office.registrar, headers={"X-Purpose": "%E6%A0%B8"}).status_code == 200
    assert events(archive, "master.taken")[-1].purpose == "核"


def test_a_made_up_case_opens_nothing(archive, make, take, read, call, office):
    record = take("诊断", kind="diagnosis_certificate")
    read(record["id"])
    for case_id in ("0" * 32, "made-up", "长" * 3):
        answer = call.get(f"/records/{record['id']}", office.registrar, headers={"X-Case": case_id.encode().decode("latin-1")})
        assert (answer.status_code, answer.json["code"]) == (404, "case_not_found")
    case, _ = office.illness_case(student := make.student(office.school))
    held = call.get(f"/records/{record['id']}/master", office.registrar, headers={"X-Case": case.id})
    assert (held.status_code, held.json["code"]) == (422, "purpose_needed")  # nobody's paper yet, so not of this case
    matching.set_match(archive, record["id"], student_id=student.id, reason="", actor=office.registrar)
    shown = call.get(f"/records/{record['id']}/master", office.registrar, headers={"X-Case": case.id})
    assert shown.status_code == 200
    assert events(archive, "master.taken")[-1].case_id == case.id
    assert call.get(f"/records?case={case.id}", office.registrar).json["total"] == 4
    other, _ = office.illness_case(make.student(office.school))
    refused = call.get(f"/records/{record['id']}/master", office.registrar, headers={"X-Case": other.id})
    assert (refused.status_code, refused.json["code"]) == (422, "case_of_other_student")


def test_lists_tell_nothing_of_health_papers(make, call, office):
    record = office.paper(make.student(office.school), "diagnosis_certificate", sensitivity="H")
    office.field(record, "diagnosis", "肺炎")
    listed = call.get("/records", office.registrar, headers={"X-Purpose": "x"}).json["items"]
    assert [item["fields"] for item in listed] == [[]]
    assert call.get(f"/records/{record.id}", office.registrar, headers={"X-Purpose": "x"}).json["fields"][0]["value"] == "肺炎"


def test_a_token_narrows_and_never_widens(make, take, call, client, token, office):
    record = take()
    reading = token(office.registrar, TokenScope.READ)
    assert client.get(f"/api/v1/records/{record['id']}", headers=reading).status_code == 200
    inside = client.put(f"/api/v1/records/{record['id']}/kind", headers=reading, json={"kind": "hukou_page"})
    assert (inside.status_code, inside.json["code"]) == (403, "denied")
    stranger = make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=office.county))
    outside, unknown = call.get(f"/records/{record['id']}", stranger), call.get(f"/records/{'0' * 32}", stranger)
    assert outside.status_code == 404
    assert outside.json == unknown.json


def test_search_finds_it_with_boxes(make, take, read, call, office):
    record = take(hukou("张三", make.student(office.school, name="张三").id_no))
    read(record["id"])
    found = call.get("/search?q=登记卡&sort=date", office.registrar).json
    assert (found["total"], found["hits"][0]["record_id"], found["hits"][0]["match"]) == (1, record["id"], "exact")
    assert found["facets"]["school"][0]["count"] == 1
    assert len(found["hits"][0]["boxes"][0]) == 4
    assert call.get("/search?q=登记卡&school=no-such-school", office.registrar).json["total"] == 0


def test_changes_tell_a_follower_what_moved(archive, take, call, office):
    record = take()
    ledger.seal(archive)
    first = call.get("/changes?after=0", office.registrar).json
    assert [(item["what"], item["act"], item["record_id"]) for item in first["items"]] == [("record", "record.received", record["id"])]
    assert call.get(f"/changes?after={first['next']}", office.registrar).json == {"items": [], "next": first["next"]}


def test_a_follower_passes_what_is_out_of_scope(archive, take, call, office, make):
    take()
    sealed = ledger.seal(archive)
    stranger = make.actor(Role.SCHOOL_REGISTRAR, make.organisation(parent=office.county))
    assert call.get("/changes?after=0", stranger).json == {"items": [], "next": sealed}
