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
    "400": "Malformed",
    "401": "NotSignedIn",
    "403": "Denied",
    "404": "NotFound",
    "409": "Conflict",
    "422": "Refused",
    "429": "TooMany",
    "503": "Unavailable",
}
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
        "reasons": {
            "type": "array",
            "items": {"type": "object", "properties": {"article": {"type": "string"}, "text": {"type": "string"}}},
        },
    },
}
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
                "session": {"type": "apiKey", "in": "cookie", "name": "xueji_session"},
            },
            "responses": {name: _problem(name) for name in set(REFUSALS.values())},
        },
    }


@operation("GET", "/openapi.json", tag="watching", public=True)
def get_openapi() -> Response:
    """This document."""
    return jsonify(document())


def _models() -> list[tuple[type[BaseModel], Any]]:
    from_calls = [
        (model, mode) for entry in OPERATIONS for model, mode in ((entry.body, "validation"), (entry.answer, "serialization")) if model
    ]
    forms = [(entry.extra["form"], "validation") for entry in OPERATIONS if "form" in entry.extra]
    return list(dict.fromkeys([*from_calls, *forms]))


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
    schema = entry.query.model_json_schema()
    needed = set(schema.get("required", []))
    return [
        {"in": "query", "name": name, "required": name in needed, "schema": value} for name, value in schema.get("properties", {}).items()
    ]


def _header_parameters(entry: Operation) -> list[dict[str, Any]]:
    names = ["X-Case", "X-Purpose"] if entry.path.startswith("/records/{id}") else []
    names += ["Idempotency-Key"] if entry.method == "POST" and not entry.extra.get("tus") else []
    names += ["If-Match"] if entry.method == "PUT" else []
    return [HEADERS[name] for name in names] + _tus_headers(entry)


def _tus_headers(entry: Operation) -> list[dict[str, Any]]:
    needed = {"begin_upload": ("Upload-Length",), "append_upload": ("Upload-Offset",)}.get(entry.name, ())
    return [{"in": "header", "name": name, "required": True, "schema": {"type": "integer", "minimum": 0}} for name in needed]


def _body(entry: Operation) -> dict[str, Any] | None:
    if entry.body:
        return {
            "required": bool(entry.body.model_json_schema().get("required")),
            "content": {"application/json": {"schema": _reference(entry.body)}},
        }
    if "form" in entry.extra:
        binary = {"type": "object", "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}}}
        return {"required": True, "content": {"multipart/form-data": {"schema": {"allOf": [binary, _reference(entry.extra["form"])]}}}}
    if entry.name == "append_upload":
        return {"required": True, "content": {"application/offset+octet-stream": {"schema": {"type": "string"}}}}
    return None


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
    wanted = dict(REFUSALS)
    if entry.is_public:
        wanted = {status: name for status, name in wanted.items() if status in ("400", "429", "503")}
    if "form" in entry.extra or entry.extra.get("tus"):
        wanted |= {"413": "Refused", "415": "Refused"}
    answers: dict[str, Any] = {status: {"$ref": f"#/components/responses/{name}"} for status, name in wanted.items()}
    if entry.name == "get_health":
        answers["503"] = _success(entry)
    return answers


def _problem(name: str) -> dict[str, Any]:
    return {"description": name, "content": {"application/problem+json": {"schema": {"$ref": REFERENCE.format(model="Problem")}}}}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}
