"""The blueprint of all screens, and small readers of forms that they share."""

import re
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from archive_service.errors import Rejected

pages = Blueprint("pages", __name__)
UNDO_SECONDS = 10
DIGITS_MOST = 9  # what fits into every database's numbers
_NOT_OURS = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")  # browsers drop or turn these, and what is left may be another address


def number(text: str | None) -> int | None:
    """A count, version or page as a query or form gives it: plain digits, and not too many; None for anything else."""
    given = text or ""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= DIGITS_MOST else None


def form_version() -> int | None:
    """The version a form was drawn with. Raises Rejected when it is not a number."""
    text = request.form.get("version", "")
    version = number(text)
    if text and version is None:
        raise Rejected("表单不完整，请刷新页面后重试。", code="malformed")
    return version


def decided(message: str, *, next_url: str | None, undo_url: str | None = None) -> Response | BaseResponse:
    """The answer to a decision: for the page's script what to say and where to go, without it a plain redirect."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(message=message, next_url=next_url, undo_url=undo_url, undo_seconds=UNDO_SECONDS)
    return redirect(next_url or "/")


def inside(path: str | None) -> str:
    """A path of our own, or home: never an address somebody put into a link."""
    if not path or not path.startswith("/") or path.startswith("//") or _NOT_OURS.search(path):
        return "/"
    place = urlsplit(path)
    return "/" if place.scheme or place.netloc else path


def page_url(**changes: Any) -> str:  # noqa: ANN401 (query values)
    """This address with some query values changed; none removes one."""
    values = {**request.args.to_dict(), **changes}
    from_values = "&".join(f"{quoted(name)}={quoted(str(value))}" for name, value in values.items() if value not in (None, ""))
    return f"{request.path}?{from_values}" if from_values else request.path


def quoted(text: str) -> str:
    """Text as a part of a query."""
    return quote(text, safe="")
