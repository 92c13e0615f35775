"""One call of the API: its path, shapes and documentation declared once, from which routing, checking and OpenAPI all follow.

Lives here: `operation`, the registry it fills, parsing of queries and bodies into pydantic models, answers from them.
Not here: what calls do (one module a resource), the document (`openapi`), repeated requests (`idempotency`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar, get_type_hints

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, ValidationError

from archive_service.api.idempotency import remembered
from archive_service.errors import Rejected
from archive_service.web.guard import public as mark_public

api = Blueprint("api", __name__, url_prefix="/api/v1")

Shape = TypeVar("Shape", bound=BaseModel)


class Input(BaseModel):
    """Base of what callers send: an unknown name is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    """Base of what we answer."""

    model_config = ConfigDict(from_attributes=True)


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
        query, body, answer = hints.get("query"), hints.get("body"), hints.get("return")
        documentation = (function.__doc__ or "").strip().split("\n", 1)
        is_model = isinstance(answer, type) and issubclass(answer, BaseModel)
        entry = Operation(
            method=method,
            path=path,
            name=function.__name__,
            summary=documentation[0],
            detail=documentation[1].strip() if len(documentation) > 1 else "",
            tag=tag,
            query=query,
            body=body,
            answer=answer if is_model else None,
            status=status,
            is_public=public,
            extra=extra or {},
        )
        OPERATIONS.append(entry)
        api.add_url_rule(_as_rule(path), function.__name__, _view(function, entry), methods=[method])
        return function

    return declare


def parse(shape: type[Shape], values: Any) -> Shape:  # noqa: ANN401 (anything a caller may have sent)
    """Values checked against a shape. Raises Rejected with every fault and its place."""
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        findings = [
            {"code": fault["type"], "place": ".".join(str(part) for part in fault["loc"]), "advice": fault["msg"]}
            for fault in error.errors()
        ]
        places = "、".join(finding["place"] or "(整体)" for finding in findings)
        raise Rejected(f"提交的内容有 {len(findings)} 处不符合要求:{places}。", code="malformed", findings=findings) from error


def _as_rule(path: str) -> str:
    return path.replace("{", "<").replace("}", ">").replace("<n>", "<int:n>")


def _view(function: Callable[..., Any], entry: Operation) -> Callable[..., Response]:
    def view(**path: Any) -> Response:  # noqa: ANN401 (path variables as Flask converts them)
        if entry.query:
            path["query"] = parse(entry.query, request.args.to_dict())
        if entry.body:
            path["body"] = parse(entry.body, _json_body())
        return _reply(function(**path), entry.status)

    view.__name__ = function.__name__
    if entry.method == "POST":
        view = remembered(view)
    return mark_public(view) if entry.is_public else view


def _json_body() -> Any:  # noqa: ANN401 (whatever the caller sent)
    if not request.data:
        return {}
    values = request.get_json(force=True, silent=True)
    if values is None:
        raise Rejected("请求内容不是有效的 JSON。", code="malformed")
    return values


def _reply(answer: Any, status: int) -> Response:  # noqa: ANN401 (a model, a response, or nothing)
    if isinstance(answer, Response):
        return answer
    if answer is None:
        return Response(status=HTTPStatus.NO_CONTENT)
    response = jsonify(answer.model_dump(mode="json", by_alias=True))
    response.status_code = status
    return response
