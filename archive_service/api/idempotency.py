"""Repeated requests: the same Idempotency-Key and body get the first answer again; the same key with another body is a conflict.

The key is taken by a row before the work starts, so that two at once do not both do it. A refusal or a fault on our side is not
remembered: it changed nothing, so the caller may correct the request and try again with the same key.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, request

from archive_service.api.asking import actor
from archive_service.errors import Rejected
from archive_service.http.context import archive
from archive_service.services import answers
from archive_service.services.answers import Answer

HEADER = "Idempotency-Key"
KEY_LENGTH = 200
CHUNK_BYTES = 1 << 20
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
        earlier = answers.take(archived, key, _digest(), actor=who)
        if earlier is not None:
            return Response(earlier.body, status=earlier.status, headers={**earlier.headers, "Idempotent-Replay": "true"})
        answer: Answer | None = None
        try:
            response = view(**path)
            if response.status_code < HTTPStatus.BAD_REQUEST:
                headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
                answer = Answer(response.status_code, response.get_data(as_text=True), headers)
        finally:
            if answer is None:
                answers.release(archived, key, actor=who)
        answers.keep(archived, key, answer, actor=who) if answer else None
        return response

    return wrapped


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
