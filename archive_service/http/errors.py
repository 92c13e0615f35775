"""From the error tree to replies: a problem document for programs (RFC 9457), a page in plain words for people.

An unexpected error tells nothing of itself but a number that the log knows too.
"""

import secrets
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from archive_service.db import is_out_of_room
from archive_service.errors import ArchiveError, Damaged, NotFound, Unavailable
from archive_service.http import refusals

log = structlog.get_logger()
RETRY_SECONDS = 10
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
TITLES = {
    400: "请求不能处理",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这种操作",
    409: "内容已变动",
    413: "文件太大",
    415: "不是可接收的格式",
    422: "按规定不能办理",
    429: "操作过于频繁",
    500: "系统错误",
    503: "暂时不可用",
}


def register_errors(app: Flask) -> None:
    """Answer for every error."""
    app.register_error_handler(ArchiveError, _from_tree)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(DBAPIError, _database_refused)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(500, _unexpected)


def problem(error: ArchiveError) -> dict[str, Any]:
    """The problem document of an error."""
    status = error.this_status
    body: dict[str, Any] = {
        "type": f"urn:xueji:problem:{error.this_code}",
        "title": TITLES.get(status, error.title),
        "status": status,
        "detail": error.message,
        "code": error.this_code,
    }
    if error.reasons:
        body["reasons"] = error.reasons
    if error.findings:
        body["findings"] = error.findings
    return body


def _from_tree(error: ArchiveError) -> Response:
    if isinstance(error, Damaged):
        log.error("damaged", code=error.this_code, path=request.path)
    refusals.note(error)
    body = problem(error)
    response = _as_problem(body) if _is_program() else _as_page(body)
    if isinstance(error, Unavailable) or error.this_status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _stale_form(_: CSRFError) -> Response:
    error = ArchiveError("页面停留过久或来源不明，本次操作没有执行。请刷新页面后重试。", code="csrf", status=400)
    return _from_tree(error)


def _from_http(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    message = NotFound.title if status == HTTPStatus.NOT_FOUND else TITLES.get(status, TITLES[500])
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        message = "文件超过大小上限，没有保存。请降低分辨率或拆分后上传。"
    code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(status, "bad_request")
    response = _from_tree(ArchiveError(message, code=code, status=status))
    for name in ("Allow", "Retry-After"):
        for value in [value for key, value in error.get_headers() if key == name]:
            response.headers[name] = value
    return response


def _database_away(error: OperationalError) -> Response:
    """The database is away, full or overloaded: it may be sent again, under the same key if it came with one."""
    if is_out_of_room(error):
        return _no_room(error)
    if _is_of_ledger(error):
        return _not_on_ledger(error)
    log.error("database away", endpoint=request.endpoint, error=type(error.orig).__name__)
    return _from_tree(Unavailable(f"数据库暂时不可用，{_so_far()}已保存的内容不受影响。请稍后再试。", code="database_unavailable"))


def _database_refused(error: DBAPIError) -> Response:
    """The database answers and says no: where it was an event, its act did not happen; anything else is a fault of ours."""
    return _not_on_ledger(error) if _is_of_ledger(error) else _unexpected(error)


def _so_far() -> str:
    """What became of the request. A write may be done and only its answer fail, since the look at what was made is an event too."""
    return "本次没有执行；" if request.method in LOOKING else "本次操作可能没有保存，请先查看是否已有，再决定要不要重新提交；"


def _no_room(error: DBAPIError) -> Response:
    log.error("database out of room", endpoint=request.endpoint, error=type(error.orig).__name__)
    message = f"数据库所在的磁盘已满或不能写入，{_so_far()}已保存的内容不受影响。请告诉系统管理员清理磁盘。"
    return _from_tree(Unavailable(message, code="database_full"))


def _is_of_ledger(error: DBAPIError) -> bool:
    return (error.statement or "").startswith("INSERT INTO event ")


def _not_on_ledger(error: DBAPIError) -> Response:
    log.error("event not written", endpoint=request.endpoint, error=type(error.orig).__name__)
    message = f"台账暂时不能写入，查阅和办理都须记入台账，{_so_far()}已保存的内容不受影响。请稍后再试，仍不行时告诉系统管理员。"
    return _from_tree(Unavailable(message, code="ledger_unwritable"))


def _unexpected(error: Exception) -> Response:
    number = secrets.token_hex(4)
    log.error("unexpected error", number=number, endpoint=request.endpoint, exc_info=getattr(error, "original_exception", error))
    message = f"系统出错，编号 {number}。已提交的内容不受影响；请稍后再试，仍不行时把编号告诉系统管理员。"
    return _from_tree(ArchiveError(message, code="unexpected", status=500))


def _is_program() -> bool:
    return request.path.startswith("/api/") or request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _as_problem(body: dict[str, Any]) -> Response:
    response = jsonify(body)
    response.status_code = body["status"]
    response.mimetype = "application/problem+json"
    return response


def _as_page(body: dict[str, Any]) -> Response:
    page = render_template(
        "pages/error.html",
        status=body["status"],
        what=body["title"],
        safe="",
        advice=body["detail"],
        reasons=body.get("reasons", []),
        findings=body.get("findings", []),
        reference=None,
        back_url=request.referrer if request.referrer and request.referrer.startswith(request.host_url) else None,
    )
    return Response(page, status=body["status"], mimetype="text/html")
