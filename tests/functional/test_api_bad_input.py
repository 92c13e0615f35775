"""Input that once broke a call: JSON nested without end, days outside any calendar."""

import pytest

from tests.functional.case_steps import Office


@pytest.fixture
def office(archive, make):
    return Office(archive, make)


@pytest.mark.parametrize("levels", [40, 900, 200_000])
@pytest.mark.parametrize("path", ["/records", "/batches"])
def test_json_nested_too_deep_is_malformed(call, office, path, levels):
    body = b'{"label": ' + b"[" * levels + b"]" * levels + b"}"
    answer = call.post(path, office.registrar, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")
    assert "嵌套" in answer.json["detail"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"3", b'"x"'])
def test_json_that_is_no_upload_is_malformed(call, office, body):
    answer = call.post("/records", office.registrar, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1989-12-31", "2100-01-01"])
def test_a_case_is_about_days_within_reach(call, make, office, day):
    body = {"procedure": "suspend", "student_id": make.student(office.school).id, "ground": "illness", "facts": {"applied_on": day}}
    answer = call.post("/cases", office.registrar, json=body)
    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json["findings"]] == [("applied_on", "day_out_of_reach")]
    assert "1990年至2099年" in answer.json["findings"][0]["advice"]
