"""A case over HTTP: opened, filled with papers, submitted, returned, answered, accepted; refusals with articles."""

import pytest

from tests.functional.case_steps import ILLNESS_FACTS, ILLNESS_PAPERS, Office


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.fixture
def student(make, office):
    return make.student(office.school)


@pytest.fixture
def draft(call, office, student):
    body = {"procedure": "suspend", "student_id": student.id, "ground": "illness", "facts": ILLNESS_FACTS}
    answer = call.post("/cases", office.registrar, json=body)
    assert answer.status_code == 201, answer.json
    return answer.json


@pytest.fixture
def full(call, office, student, draft):
    """A draft with all its papers, and the papers by code."""
    papers = {}
    for code, kind in ILLNESS_PAPERS.items():
        papers[code] = office.paper(student, kind)
        if code == "E-DX":
            confirm(office, papers[code])
        answer = call.put(f"/cases/{draft['id']}/evidence/{code}", office.registrar, json={"record_id": papers[code].id})
        assert answer.status_code == 200, answer.json
    return answer.json, papers


def confirm(office, record):
    """A person has read hospital and diagnosis off the certificate."""
    office.field(record, "hospital", "观山湖区人民医院")
    office.field(record, "diagnosis", "肺炎")


def act(call, case_id, actor, action, *reasons, headers=None):
    return call.post(f"/cases/{case_id}/actions", actor, json={"action": action, "reasons": list(reasons)}, headers=headers or {})


def test_a_draft_lists_what_it_needs(archive, draft, student):
    assert (draft["state"], draft["procedure"], draft["profile"], draft["version"]) == ("draft", "suspend", "GZ", 1)
    assert draft["rules_version"] == archive.law.version[:64]
    assert draft["student_id"] == student.id
    missing = {line["code"]: line for line in draft["evidence"]}
    assert missing["E-DX"]["state"] == "missing"
    assert missing["E-DX"]["articles"]
    assert draft["actions"] == ["submit", "withdraw"]
    assert [step["step"] for step in draft["chain"]]


def test_submitting_too_early_is_refused_with_articles(call, office, draft):
    answer = act(call, draft["id"], office.registrar, "submit")
    assert answer.status_code == 422
    assert all(set(reason) == {"article", "text"} for reason in answer.json["reasons"])
    assert any(reason["article"] for reason in answer.json["reasons"])


def test_from_submission_to_acceptance_with_a_return(call, office, student, full):
    case, papers = full
    submitted = act(call, case["id"], office.registrar, "submit")
    assert submitted.status_code == 200, submitted.json
    assert submitted.json["state"] == "submitted"
    reason = {"record_id": papers["E-DX"].id, "code": "unclear", "note": "公章看不清"}
    returned = act(call, case["id"], office.reviewer, "return", reason).json
    assert returned["state"] == "returned"
    assert call.get(f"/records/{papers['E-DX'].id}", office.reviewer).json["review"]["state"] == "returned"
    again = office.paper(student, "diagnosis_certificate")
    confirm(office, again)
    call.put(f"/cases/{case['id']}/evidence/E-DX", office.registrar, json={"record_id": again.id})
    assert act(call, case["id"], office.registrar, "submit").json["state"] in ("submitted", "in_review")
    accepted = act(call, case["id"], office.reviewer, "accept").json
    assert accepted["state"] in ("in_review", "accepted")
    assert [one["action"] for one in accepted["decisions"]] == ["submit", "return", "submit", "accept"]


def test_questions_are_answered_later(call, office, draft):
    answer = call.put(f"/cases/{draft['id']}/facts", office.registrar, json={"facts": {"treatment_months": 6}})
    assert (answer.status_code, answer.json["facts"]["treatment_months"], answer.json["version"]) == (200, 6, draft["version"] + 1)


def test_returning_wants_a_reason(call, office, full):
    act(call, full[0]["id"], office.registrar, "submit")
    assert act(call, full[0]["id"], office.reviewer, "return").status_code == 400
    assert act(call, full[0]["id"], office.reviewer, "return", {"code": "no_such_reason"}).json["code"] == "malformed"


def test_the_registrar_does_not_decide(call, office, full):
    act(call, full[0]["id"], office.registrar, "submit")
    assert act(call, full[0]["id"], office.registrar, "accept").status_code == 403


def test_a_stale_act_gets_the_case_as_it_is(call, office, full):
    case_id, version = full[0]["id"], full[0]["version"]
    act(call, case_id, office.registrar, "submit", headers={"If-Match": f'"{version}"'})
    stale = act(call, case_id, office.registrar, "withdraw", {"note": "不办了"}, headers={"If-Match": f'"{version}"'})
    assert (stale.status_code, stale.json["code"]) == (409, "stale")
    assert (stale.json["present"]["state"], stale.json["present"]["version"]) == ("submitted", version + 1)


def test_lists_by_turn_state_and_due_day(call, office, full):
    case_id = full[0]["id"]
    assert call.get("/cases?mine=true", office.reviewer).json["total"] == 0
    act(call, case_id, office.registrar, "submit")
    waiting = call.get("/cases?mine=true&state=submitted", office.reviewer).json
    assert [line["id"] for line in waiting["items"]] == [case_id]
    due_on = waiting["items"][0]["due_on"]
    assert due_on
    assert call.get("/cases?due_before=2099-01-01", office.reviewer).json["total"] == 1
    assert call.get(f"/cases?due_before={due_on}", office.reviewer).json["total"] == 0
    assert call.get("/cases?cursor=nonsense", office.reviewer).status_code == 400
    assert call.get("/cases?state=nonsense", office.reviewer).status_code == 400


def test_a_sighting_is_who_when_what(call, office, draft):
    body = {"sighting": {"by": "王老师", "on": "2026-09-01", "what": "诊断证明原件"}}
    both = {**body, "record_id": "0" * 32}
    assert call.put(f"/cases/{draft['id']}/evidence/E-DX", office.registrar, json=both).status_code == 400
    answer = call.put(f"/cases/{draft['id']}/evidence/E-DX", office.registrar, json=body)
    assert answer.status_code == 200
    line = next(line for line in answer.json["evidence"] if line["code"] == "E-DX")
    assert line["sighting"] == body["sighting"]
    assert call.put(f"/cases/{draft['id']}/evidence/NO-CODE", office.registrar, json=body).json["code"] == "evidence_not_asked_for"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"procedure": "no-such-procedure"}, 422),
        ({"student_id": "0" * 32}, 404),
        ({"facts": {"no_such_fact": 1}}, 400),
        ({"facts": {"treatment_months": 999}}, 400),
    ],
)
def test_what_cannot_be_opened(call, office, student, change, status):
    body = {"procedure": "suspend", "student_id": student.id, "ground": "illness", "facts": ILLNESS_FACTS, **change}
    answer = call.post("/cases", office.registrar, json=body)
    assert answer.status_code == status, answer.json
