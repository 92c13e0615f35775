"""The OpenAPI 3.1 document, made from the declared calls; a test checks that every route is in it and every call in a route.

Lives here: `document`, and the call that serves it. Not here: the declarations (`operations` and one module a resource).
"""

import re
from typing import Any

from flask import Response, jsonify
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from archive_service import __version__
from archive_service.api.operations import OPERATIONS, Operation, operation

REFERENCE = "#/components/schemas/{model}"
REFUSALS = {
    "400": ("Malformed", "Malformed: every fault with its place in `findings`; or a file that is not kept, with the reason"),
    "401": ("NotSignedIn", "No token or session, or one that has ended"),
    "403": ("Denied", "In scope, but the right is missing"),
    "404": ("NotFound", "Unknown, or out of scope: the same answer"),
    "409": ("Conflict", "Moved meanwhile: `present` holds the thing as it is now; or an Idempotency-Key used for something else"),
    "412": ("WrongVersion", "Another version of the upload protocol"),
    "413": ("TooLarge", "Larger than the settings allow; nothing is kept"),
    "415": ("Unsupported", "Not a format we take"),
    "422": ("Refused", "Refused by a rule: `reasons` name the articles"),
    "429": ("TooMany", "Too many calls; wait as Retry-After says"),
    "500": ("Damaged", "What is stored is not what was registered; nothing of it is given, an operator must look"),
    "503": ("Unavailable", "A part is away for now; nothing was lost, try again as Retry-After says"),
}
ALWAYS = ("400", "429", "503")  # may come of any call
WITH_BODY = ("413", "415")
TUS_ONLY, STORED_ONLY = "412", "500"
PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "findings": {"type": "array", "items": {"type": "object"}},
        "present": {"type": "object", "description": "The thing as it is now, after a stale If-Match"},
        "reasons": {
            "type": "array",
            "items": {"type": "object", "properties": {"article": {"type": "string"}, "text": {"type": "string"}}},
        },
    },
}
LOOKS = ("/records/{id}", "/search", "/cases/{id}", "/students/{id}")
STORED = ("get_transcript", "get_master", "get_page_image", "search_pages")
VERSIONED = ("put_match", "put_kind", "put_evidence", "put_facts", "act_on_case")
HEADERS: dict[str, dict[str, Any]] = {
    "X-Case": {"in": "header", "name": "X-Case", "schema": {"type": "string"}, "description": "The case a paper is looked at for"},
    "X-Purpose": {"in": "header", "name": "X-Purpose", "schema": {"type": "string"}, "description": "The purpose; needed for H and J"},
    "Idempotency-Key": {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": 200}},
    "If-Match": {"in": "header", "name": "If-Match", "schema": {"type": "string"}, "description": "The version believed to be current"},
}


def document() -> dict[str, Any]:
    """The whole document."""
    models = _models()
    _, definitions = models_json_schema([(model, mode) for model, mode in models], ref_template=REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for entry in OPERATIONS:
        paths.setdefault(f"/api/v1{entry.path}", {})[entry.method.lower()] = _described(entry)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Xueji Archive 学籍档案", "version": __version__, "description": "The paper side of the student registry."},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted({**definitions.get("$defs", {}), "Problem": PROBLEM}.items())),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "xueji_session", "description": "Behind TLS: __Host-xueji_session"},
            },
            "responses": {name: _problem(text) for name, text in REFUSALS.values()},
        },
    }


@operation("GET", "/openapi.json", tag="watching", public=True)
def get_openapi() -> Response:
    """This document."""
    return jsonify(document())


def _models() -> list[tuple[type[BaseModel], Any]]:
    taken = [model for entry in OPERATIONS for model in (entry.query, entry.body, entry.extra.get("form")) if model]
    answered = [entry.answer for entry in OPERATIONS if entry.answer]
    return [*((model, "validation") for model in dict.fromkeys(taken)), *((model, "serialization") for model in dict.fromkeys(answered))]


def _described(entry: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": entry.name,
        "summary": entry.summary,
        "tags": [entry.tag],
        "parameters": [*_path_parameters(entry.path), *_query_parameters(entry), *_header_parameters(entry)],
        "responses": {str(entry.status): _success(entry), **_refusals(entry)},
    }
    if entry.detail:
        described["description"] = entry.detail
    if entry.is_public:
        described["security"] = []
    body = _body(entry)
    return described | ({"requestBody": body} if body else {})


def _path_parameters(path: str) -> list[dict[str, Any]]:
    kinds = {"n": {"type": "integer", "minimum": 1, "maximum": 100_000}}
    return [
        {"in": "path", "name": name, "required": True, "schema": kinds.get(name, {"type": "string", "minLength": 1})}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(entry: Operation) -> list[dict[str, Any]]:
    if entry.query is None:
        return []
    schema = entry.query.model_json_schema(ref_template=REFERENCE)
    needed = set(schema.get("required", []))
    return [
        {"in": "query", "name": name, "required": name in needed, "schema": value} for name, value in schema.get("properties", {}).items()
    ]


def _header_parameters(entry: Operation) -> list[dict[str, Any]]:
    names = ["X-Case", "X-Purpose"] if entry.path.startswith(LOOKS) else []
    names += ["Idempotency-Key"] if entry.method == "POST" else []
    names += ["If-Match"] if entry.name in VERSIONED else []
    return [HEADERS[name] for name in names] + _tus_headers(entry)


def _tus_headers(entry: Operation) -> list[dict[str, Any]]:
    needed = {"begin_upload": ("Upload-Length",), "append_upload": ("Upload-Offset",)}.get(entry.name, ())
    return [{"in": "header", "name": name, "required": True, "schema": {"type": "integer", "minimum": 0}} for name in needed]


def _body(entry: Operation) -> dict[str, Any] | None:
    if entry.body:
        needed = bool(entry.body.model_json_schema().get("required"))
        return {"required": needed, "content": {"application/json": {"schema": _reference(entry.body)}}}
    binary = {"type": "string", "contentMediaType": "application/octet-stream"}
    if "form" in entry.extra:
        fields = entry.extra["form"].model_json_schema(ref_template=REFERENCE)["properties"]
        return _form({"type": "object", "properties": {"file": binary, **fields}})
    if "sheet" in entry.extra:
        form = _form({"type": "object", "properties": {"file": binary}, "required": ["file"]})
        return {**form, "content": {**form["content"], entry.extra["sheet"]: {"schema": binary}}}
    if entry.name == "append_upload":
        return {"required": True, "content": {"application/offset+octet-stream": {"schema": {"type": "string"}}}}
    return None


def _form(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def _success(entry: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if entry.answer:
        content["application/json"] = {"schema": _reference(entry.answer)}
    if entry.extra.get("text"):
        content["text/plain"] = {"schema": {"type": "string"}}
    for media_type in entry.extra.get("bytes", ()):
        content[media_type] = {"schema": {"type": "string"}}
    if entry.name == "get_openapi":
        content["application/json"] = {"schema": {"type": "object"}}
    return {"description": entry.summary, **({"content": content} if content else {})}


def _refusals(entry: Operation) -> dict[str, Any]:
    takes_body = bool(entry.body or entry.extra)
    wanted = [
        status
        for status in REFUSALS
        if status in ALWAYS
        or (not entry.is_public and status not in (*WITH_BODY, TUS_ONLY, STORED_ONLY))
        or (takes_body and status in WITH_BODY)
        or (entry.extra.get("tus") and status == TUS_ONLY)
        or (entry.name in STORED and status == STORED_ONLY)
    ]
    answers: dict[str, Any] = {status: {"$ref": f"#/components/responses/{REFUSALS[status][0]}"} for status in wanted}
    if entry.name == "get_health":
        answers["503"] = _success(entry)
    return answers


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/problem+json": {"schema": {"$ref": REFERENCE.format(model="Problem")}}}}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}
