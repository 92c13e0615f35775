"""The OpenAPI document against the code and against the paper that fixes the API's names: nothing is missing on either side."""

import re

import jsonschema_rs
import pytest

from archive_service.api.openapi import document
from archive_service.api.operations import OPERATIONS
from tests.functional.conftest import ROOT

# The paper's calls with the fields their answers must have; «a.b» is b inside a, through lists.
FIXED = {
    "POST /records": "",
    "POST /uploads": "",
    "GET /records/{id}": """id student_id student_no batch_id case_ids carrier sensitivity received_at received_on sha256 sm3 bytes
        media_type duplicate_of supersedes superseded_by searchable_at version links state
        transcript.state transcript.reason transcript.attempts transcript.engine kind.code kind.label kind.confidence kind.state
        pages.no pages.width_px pages.height_px pages.dpi pages.rotation pages.skew_deg pages.blank
        fields.name fields.label fields.value fields.raw fields.confidence fields.state fields.suggestion fields.found_by fields.page
        fields.box seals.page seals.box seals.text seals.confidence codes.page codes.box codes.text codes.format
        findings.code findings.page findings.value findings.limit findings.unit findings.severity findings.advice
        matches.pages matches.state matches.student_id matches.student_no matches.candidates.student_id matches.candidates.student_no
        matches.candidates.score matches.candidates.grounds matches.disagreements.field matches.disagreements.paper
        matches.disagreements.registry matches.disagreements.page matches.disagreements.box matches.disagreements.procedure
        review.state review.reasons review.by review.at""",
    "GET /records": "items next total",
    "GET /records/{id}/transcript": """engine version pages.no pages.lines.text pages.lines.box pages.lines.confidence
        pages.lines.words.text pages.lines.words.box""",
    "GET /records/{id}/master": "",
    "GET /records/{id}/pages/{n}/image": "",
    "PUT /records/{id}/match": "id version",
    "PUT /records/{id}/kind": "id version",
    "PUT /records/{id}/fields/{name}": "id version",
    "POST /records/{id}/retry": "id version",
    "POST /batches": "id pending",
    "GET /batches/{id}": "states pending",
    "GET /search": """total took_ms facets hits.record_id hits.page hits.student_id hits.student_no hits.name hits.kind hits.match
        hits.snippet hits.boxes""",
    "GET /me": "account roles scope",
    "GET /organisations": """items.code items.name items.level items.parent items.authority items.sections items.valid_from
        items.valid_to next total""",
    "POST /organisations/import": "id state",
    "GET /kinds": "items.code items.label items.evidence next total rules_version",
    "GET /procedures": "items.code items.label items.requires next total rules_version",
    "POST /students/import": "id state",
    "GET /tasks/{id}": """kind state done total result errors.sheet errors.row errors.column errors.code errors.message links""",
    "GET /students": "items.id items.student_no next total",
    "GET /students/{id}": "id student_no numbers.number numbers.kind states.state school",
    "GET /students/{id}/dossier": "series.code series.records gaps custodian",
    "POST /cases": "id case_no",
    "GET /cases": "items.id items.case_no next total",
    "GET /cases/{id}": """id case_no procedure profile rules_version state claim evidence.code evidence.required evidence.state
        evidence.record_id evidence.articles evidence.reasons chain.step chain.unit chain.state chain.due_on chain.by chain.at
        actions version""",
    "PUT /cases/{id}/evidence/{code}": "id version",
    "POST /cases/{id}/actions": "id version",
    "GET /changes": "items.seq items.what next",
    "GET /jobs": "kinds oldest_wait_seconds",
    "GET /health": "status",
    "GET /metrics": "",
}
TAKEN = {
    "POST /records": "file student_no student_id kind case_id batch_id received_on carrier upload_id",
    "GET /records": "batch state match student_id kind case cursor size",
    "GET /records/{id}/pages/{n}/image": "width",
    "PUT /records/{id}/match": "student_id reason",
    "PUT /records/{id}/fields/{name}": "value reason",
    "GET /search": "q school kind student_no status from to sort page size",
    "GET /procedures": "profile on",
    "POST /students/import": "school partial dry_run",
    "GET /students": "student_no id_no name school cursor size",
    "POST /cases": "procedure student_id ground facts",
    "GET /cases": "mine state due_before cursor size",
    "PUT /cases/{id}/evidence/{code}": "record_id sighting sighting.by sighting.on sighting.what",
    "POST /cases/{id}/actions": "action reasons reasons.record_id reasons.code reasons.note",
    "GET /changes": "after",
}
VALUES = {
    ("RecordState",): "received judging reading read unreadable",
    ("TranscriptState",): "pending present missing",
    ("KindState",): "sure unsure confirmed",
    ("FieldState",): "sure doubtful failed_check confirmed",
    ("MatchState",): "matched proposed unmatched conflict",
    ("Carrier",): "original copy sighted digital",
    ("LineState",): "missing present insufficient sighted",
    ("CaseAction",): "submit accept return withdraw force",
}
whole = document()


def described(call):
    method, path = call.split(" ")
    return whole["paths"][ROOT + path][method.lower()]


def resolved(schema):
    while "$ref" in schema or "anyOf" in schema:
        schema = (
            whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
            if "$ref" in schema
            else next(option for option in schema["anyOf"] if option.get("type") != "null")
        )
    return resolved(schema["items"]) if schema.get("type") == "array" else schema


def has(schema, path):
    for name in path.split("."):
        properties = resolved(schema).get("properties", {})
        if name not in properties:
            return False
        schema = properties[name]
    return True


@pytest.mark.parametrize("call", FIXED)
def test_every_fixed_call_answers_its_fields(call):
    answers = described(call)["responses"]
    success = next(answer for status, answer in answers.items() if status.startswith("2"))
    fields = FIXED[call].split()
    if fields:
        schema = success["content"]["application/json"]["schema"]
        assert [field for field in fields if not has(schema, field)] == []


@pytest.mark.parametrize("call", TAKEN)
def test_every_fixed_call_takes_its_values(call):
    entry = described(call)
    content = entry.get("requestBody", {}).get("content", {})
    schemas = [one["schema"] for one in content.values()]
    named = {parameter["name"] for parameter in entry["parameters"]}
    assert [name for name in TAKEN[call].split() if name not in named and not any(has(schema, name) for schema in schemas)] == []


@pytest.mark.parametrize("names", VALUES)
def test_states_are_the_fixed_words(names):
    for name in names:
        assert set(VALUES[names].split()) <= set(whole["components"]["schemas"][name]["enum"])


def test_every_route_is_described_and_every_description_routed(app):
    routed = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(ROOT + "/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    told = {(method.upper(), path) for path, methods in whole["paths"].items() for method in methods if method not in ("head", "options")}
    assert routed == told
    assert len({entry.name for entry in OPERATIONS}) == len(OPERATIONS)


def test_the_document_is_served_to_anybody(call):
    served = call.get("/openapi.json").json
    assert served == whole
    assert (served["openapi"], served["info"]["version"]) == ("3.1.0", served["info"]["version"])


def test_every_reference_leads_somewhere():
    for reference in re.findall(r"#/components/(\w+)/([\w-]+)", str(whole)):
        assert reference[1] in whole["components"][reference[0]], reference


def test_every_schema_is_a_schema():
    for name, schema in whole["components"]["schemas"].items():
        jsonschema_rs.validator_for({**schema, "components": whole["components"]})
        assert jsonschema_rs.meta.is_valid(schema), name


def test_idempotency_on_every_post_and_versions_on_writes():
    for path, methods in whole["paths"].items():
        for method, entry in methods.items():
            named = {parameter["name"] for parameter in entry["parameters"]}
            assert ("Idempotency-Key" in named) == (method == "post"), path
            assert entry["summary"].endswith("."), path


def test_refusals_are_problem_documents():
    for methods in whole["paths"].values():
        for entry in methods.values():
            for status, answer in entry["responses"].items():
                if status >= "4" and "$ref" in answer:
                    content = whole["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]["content"]
                    assert list(content) == ["application/problem+json"]
