"""Repeated requests: the same Idempotency-Key and body get the first answer again; the same key with another body is a conflict.

The key is taken by a row before the work starts, so that two at once do not both do it. A refusal is not remembered: it changed nothing,
so the caller may correct the request and try again with the same key. After a fault on our side nobody knows what was done, so the key
is kept until the same request may take it over. A record or case that is answered again is looked at again: with scope and event.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from archive_service.api.asking import actor
from archive_service.errors import ArchiveError, Rejected
from archive_service.http.context import archive
from archive_service.services import answers, case_view, papers, records
from archive_service.services.answers import Answer, Taken

HEADER = "Idempotency-Key"
KEY_LENGTH = 200
CHUNK_BYTES = 1 << 20
ROOT = "/api/v1"
TOLD_FOR_A_GROUND = ("fields", "seals", "codes", "matches")  # of a sensitive paper only
KEPT_HEADERS = ("Location", "Upload-Offset", "Tus-Resumable", "ETag", "Content-Type")


def remembered(view: Callable[..., Response]) -> Callable[..., Response]:
    """Let a POST be repeated safely when the caller gives a key."""

    @wraps(view)
    def wrapped(**path: Any) -> Response:  # noqa: ANN401 (path variables)
        key = request.headers.get(HEADER, "").strip()
        if not key:
            return view(**path)
        if len(key) > KEY_LENGTH:
            raise Rejected(f"{HEADER} 不能超过 {KEY_LENGTH} 个字符。", code="malformed")
        who, archived = actor(), archive()
        taken = answers.take(archived, key, _digest(), actor=who)
        if isinstance(taken, Answer):
            return _again(taken)
        g.taken_key = taken
        response = _worked(lambda: view(**path), taken)
        if response.status_code < HTTPStatus.BAD_REQUEST:
            headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
            answers.keep(archived, taken, Answer(response.status_code, response.get_data(as_text=True), headers))
        return response

    return wrapped


def taken_key() -> Taken | None:
    """The key this request holds, if it came with one."""
    held: Taken | None = g.get("taken_key")
    return held


def _worked(work: Callable[[], Response], taken: Taken) -> Response:
    """Do the work; only a refusal gives the key up."""
    status: int = HTTPStatus.INTERNAL_SERVER_ERROR
    try:
        response = work()
        status = response.status_code
    except ArchiveError as error:
        status = error.this_status
        raise
    except HTTPException as error:
        status = error.code or status
        raise
    finally:
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            answers.release(archive(), taken)
    return response


def _again(earlier: Answer) -> Response:
    look = LOOKS.get(str(request.url_rule).removeprefix(ROOT).split("/")[1])  # by the first word of the path
    if look is not None:
        look(json.loads(earlier.body))
    return Response(earlier.body, status=earlier.status, headers={**earlier.headers, "Idempotent-Replay": "true"})


def _record_again(told: dict[str, Any]) -> None:
    """Look at the record again; what was told of a sensitive one for a ground is not told again without."""
    record = records.view(archive(), told["id"], actor=actor()).record
    if any(told[part] for part in TOLD_FOR_A_GROUND):
        papers.check_purpose(record, actor())


def _case_again(told: dict[str, Any]) -> None:
    case_view.case_view(archive(), told["id"], actor=actor())


LOOKS: Mapping[str, Callable[[dict[str, Any]], None]] = {"records": _record_again, "cases": _case_again}


def _digest() -> str:
    """Method, path and content; of an upload the fields and the files' bytes, since the boundary differs at every try."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode("utf-8", "surrogateescape"))
    digest.update(json.dumps([request.headers.get("Upload-Length"), request.headers.get("Upload-Metadata")]).encode())
    if request.form or request.files:
        digest.update(json.dumps(sorted(request.form.items(multi=True), key=_by_name)).encode())
        for name, file in sorted(request.files.items(multi=True), key=_by_name):
            digest.update(json.dumps([name, file.filename]).encode())
            while chunk := file.stream.read(CHUNK_BYTES):
                digest.update(chunk)
            file.stream.seek(0)
    else:
        digest.update(request.get_data())
    return digest.hexdigest()


def _by_name(pair: tuple[str | None, object]) -> str:
    return pair[0] or ""  # a part of a form may come without a name
