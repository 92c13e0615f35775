"""Repeated requests: the same Idempotency-Key and body get the first answer again; the same key with another body is a conflict.

The key is taken by a row before the work starts, so that two at once do not both do it. An answer that tells of a fault on our side is
not remembered: the caller may try again with the same key.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, request

from archive_service.errors import ArchiveError
from archive_service.services import answers
from archive_service.web.context import actor, archive

HEADER = "Idempotency-Key"


def remembered(view: Callable[..., Response]) -> Callable[..., Response]:
    """Let a POST be repeated safely when the caller gives a key."""

    @wraps(view)
    def wrapped(**path: Any) -> Response:  # noqa: ANN401 (path variables)
        key = request.headers.get(HEADER)
        if not key:
            return view(**path)
        who = actor()
        earlier = answers.take(archive(), key[:200], _digest(), actor=who)
        if earlier is not None:
            return Response(earlier.body, status=earlier.status, mimetype="application/json", headers={"Idempotent-Replay": "true"})
        try:
            response = view(**path)
        except ArchiveError as error:
            answers.release(archive(), key[:200], actor=who)
            raise error from None
        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            answers.keep(archive(), key[:200], response.status_code, response.get_data(as_text=True), actor=who)
        return response

    return wrapped


def _digest() -> str:
    """Method, path and content; of an upload the fields and the files' bytes, since the boundary differs at every try."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    if request.files:
        digest.update(json.dumps(sorted(request.form.items(multi=True)), ensure_ascii=False).encode())
        for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
            digest.update(f"{name} {file.filename}\n".encode())
            digest.update(file.stream.read())
            file.stream.seek(0)
    elif request.form:
        digest.update(json.dumps(sorted(request.form.items(multi=True)), ensure_ascii=False).encode())
    else:
        digest.update(request.get_data())
    return digest.hexdigest()
