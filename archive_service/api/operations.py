"""One call of the API: its path, shapes and documentation declared once, from which routing, checking and OpenAPI all follow.

Lives here: `operation`, the list it fills, and the way from a request to a reply. Not here: what calls do (one module a resource),
checking values (`values`), the OpenAPI text (`openapi`), repeated requests (`idempotency`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, get_type_hints

from flask import Blueprint, Response, g, jsonify, request
from pydantic import BaseModel

from archive_service.api.idempotency import remembered
from archive_service.api.values import Input, Look, Output, json_body, parse
from archive_service.errors import NotFound, StaleRow
from archive_service.http.errors import problem
from archive_service.http.guard import public as mark_public
from archive_service.http.text import UNSTORABLE

api = Blueprint("api", __name__, url_prefix="/api/v1")
NUMBER_MOST = 1_000_000


@dataclass(frozen=True)
class Operation:
    """One documented call."""

    method: str
    path: str
    name: str
    summary: str
    detail: str
    tag: str
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    answer: type[BaseModel] | None
    status: int
    is_public: bool
    extra: Mapping[str, Any]
    function: Callable[..., Any]


OPERATIONS: list[Operation] = []


def operation(
    method: str, path: str, *, tag: str, status: int = 200, public: bool = False, extra: Mapping[str, Any] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a call.

    The function takes path variables, and `query` and `body` by the models its annotations name; it returns a model, a Response, or
    nothing.

    Raises to the caller: Rejected 400 with the place of each fault.
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(function)
        answer = hints.get("return")
        documentation = (function.__doc__ or "").strip().split("\n", 1)
        is_model = isinstance(answer, type) and issubclass(answer, BaseModel)
        entry = Operation(
            method=method,
            path=path,
            name=function.__name__,
            summary=documentation[0],
            detail=documentation[1].strip() if len(documentation) > 1 else "",
            tag=tag,
            query=hints.get("query"),
            body=hints.get("body"),
            answer=answer if is_model else None,
            status=status,
            is_public=public,
            extra=extra or {},
            function=function,
        )
        OPERATIONS.append(entry)
        api.add_url_rule(_as_rule(path), function.__name__, _view(function, entry), methods=[method])
        return function

    return declare


@api.errorhandler(StaleRow)
def _stale(error: StaleRow) -> Response:
    """The thing has moved since the caller looked: the answer carries it as it is now, under `present`."""
    body = problem(error)
    entry: Operation = g.operation
    thing = "/".join(entry.path.split("/")[:3])
    shown = next((one for one in OPERATIONS if one.method == "GET" and one.path == thing), None)
    if shown is not None:
        answer = shown.function(request.view_args["id"], **({"query": Look()} if shown.query else {}))  # type: ignore[index]  # the path has an id
        body["present"] = answer.model_dump(mode="json", by_alias=True)
    response = jsonify(body)
    response.status_code, response.mimetype = body["status"], "application/problem+json"
    return response


@api.after_request
def _name_the_scheme(response: Response) -> Response:
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="xueji"'
    return response


def _as_rule(path: str) -> str:
    return path.replace("{", "<").replace("}", ">").replace("<n>", "<int:n>")


def _view(function: Callable[..., Any], entry: Operation) -> Callable[..., Response]:
    def view(**path: Any) -> Response:  # noqa: ANN401 (path variables as Flask converts them)
        if entry.body:
            path["body"] = parse(entry.body, json_body())
        return _reply(function(**path), entry.status)

    inner = remembered(view) if entry.method == "POST" else view

    def outer(**path: Any) -> Response:  # noqa: ANN401 (as above)
        g.operation = entry
        if any(UNSTORABLE.search(value) if isinstance(value, str) else value > NUMBER_MOST for value in path.values()):
            raise NotFound
        if entry.query:
            path["query"] = g.look = parse(entry.query, request.args.to_dict())
            if not isinstance(g.look, Look):
                g.look = None
        return inner(**path)

    outer.__name__ = function.__name__
    return mark_public(outer) if entry.is_public else outer


def _reply(answer: Any, status: int) -> Response:  # noqa: ANN401 (a model, a response, or nothing)
    if isinstance(answer, Response):
        return answer
    if answer is None:
        return Response(status=HTTPStatus.NO_CONTENT)
    body = answer.model_dump(mode="json", by_alias=True)
    response = jsonify(body)
    response.status_code = status
    if isinstance(body.get("version"), int):
        response.headers["ETag"] = f'"{body["version"]}"'
    return response


__all__ = ["OPERATIONS", "Input", "Look", "Operation", "Output", "api", "operation", "parse"]
