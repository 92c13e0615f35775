"""What callers send, as checked values: bases of all shapes, and the one place where raw JSON, forms and queries become models.

Text that no database can keep (NUL, half a surrogate pair) is refused here once, so that no service meets it.
Not here: the shapes themselves (`shapes_*` and beside the calls), the headers (`asking`).
"""

from collections.abc import Iterator
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from archive_service.errors import Rejected
from archive_service.http.text import UNSTORABLE

Shape = TypeVar("Shape", bound=BaseModel)
DEEPEST = 32  # of JSON inside JSON; our shapes need four
TOO_DEEP = "请求内容的 JSON 嵌套过深。"


class Input(BaseModel):
    """Base of what callers send: an unknown name is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    """Base of what we answer."""

    model_config = ConfigDict(from_attributes=True)


class Look(Input):
    """For callers that cannot send headers: the case or purpose of a look at a paper."""

    case: str | None = Field(default=None, max_length=64)
    purpose: str | None = Field(default=None, max_length=200)


class Listing(Input):
    """Which part of a list: at most `size` lines after the cursor that the page before gave as `next`."""

    cursor: str | None = Field(default=None, max_length=200)
    size: int | None = Field(default=None, ge=1, le=1_000_000)


def parse(shape: type[Shape], values: Any) -> Shape:  # noqa: ANN401 (anything a caller may have sent)
    """Values checked against a shape. Raises Rejected with every fault and its place."""
    _refuse_deep(values)
    unstorable = [{"code": "unstorable_text", "place": place, "advice": "含有无法保存的控制字符"} for place in _unstorable(values, "")]
    if unstorable:
        raise _malformed(unstorable)
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        faults = [
            {"code": fault["type"], "place": ".".join(str(part) for part in fault["loc"])[:200], "advice": fault["msg"]} for fault in found
        ]
        raise _malformed(faults) from error


def json_body() -> Any:  # noqa: ANN401 (whatever the caller sent)
    """The JSON of the request, an empty object when nothing was sent. Raises Rejected."""
    if request.mimetype and not request.is_json:
        raise Rejected("请求内容应为 JSON：请写明 Content-Type: application/json。", code="unsupported_media_type", status=415)
    if not request.get_data():
        return {}
    try:
        values = request.get_json(force=True, silent=True)
    except RecursionError as error:
        raise Rejected(TOO_DEEP, code="malformed") from error
    if values is None:
        raise Rejected("请求内容不是有效的 JSON。", code="malformed")
    return values


def _refuse_deep(values: Any) -> None:  # noqa: ANN401 (walks whatever was sent)
    """Refuse what could not be walked by functions that call themselves."""
    level = [values]
    for _ in range(DEEPEST):
        level = [inner for one in level if isinstance(one, dict | list) for inner in (one.values() if isinstance(one, dict) else one)]
    if level:
        raise Rejected(TOO_DEEP, code="malformed")


def _malformed(faults: list[dict[str, str]]) -> Rejected:
    places = "、".join(dict.fromkeys(fault["place"] or "（整体）" for fault in faults))
    return Rejected(f"提交的内容有 {len(faults)} 处不符合要求：{places}。请改正后重新提交。", code="malformed", findings=faults)


def _unstorable(values: Any, place: str) -> Iterator[str]:  # noqa: ANN401 (walks whatever was sent)
    if isinstance(values, str) and UNSTORABLE.search(values):
        yield place or "（整体）"
    elif isinstance(values, dict):
        for name, value in values.items():
            if UNSTORABLE.search(str(name)):
                yield place or "（整体）"  # the name itself cannot be shown
            else:
                yield from _unstorable(value, f"{place}.{name}".lstrip(".")[:200])
    elif isinstance(values, list):
        for number, value in enumerate(values):
            yield from _unstorable(value, f"{place}.{number}".lstrip("."))
