"""Resumable uploads by the tus 1.0 protocol (core, creation, creation-with-upload, expiration, termination).

Source: https://tus.io/protocols/resumable-upload
A finished upload becomes a record by `POST /records` with its `upload_id`.
"""

import base64
import binascii
from datetime import UTC
from email.utils import format_datetime
from typing import BinaryIO, cast

from flask import Response, request

from archive_service.api.asking import actor
from archive_service.api.operations import api, operation
from archive_service.errors import Rejected
from archive_service.http.context import archive
from archive_service.models.upload import Upload
from archive_service.services import uploads

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,termination"
OFFSET_TYPE = "application/offset+octet-stream"
TUS = {"tus": True}
DIGITS_MOST = 15


@operation("OPTIONS", "/uploads", tag="capture", status=204, public=True, extra=TUS)
def upload_options() -> Response:
    """What this server can do."""
    most = archive().settings.intake.max_bytes
    return _answer(204, {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(most)})


@operation("POST", "/uploads", tag="capture", status=201, extra=TUS)
def begin_upload() -> Response:
    """Announce a file by Upload-Length and Upload-Metadata (filename); Location says where its bytes go."""
    _same_version()
    upload = uploads.begin(archive(), name=_file_name(), length=_number("Upload-Length"), actor=actor())
    here = uploads.append(archive(), upload.id, 0, _stream(), actor=actor()) if request.mimetype == OFFSET_TYPE else 0
    return _answer(201, {"Location": f"/api/v1/uploads/{upload.id}", "Upload-Offset": str(here), **_expiry(upload)})


@operation("HEAD", "/uploads/{id}", tag="capture", extra=TUS)
def upload_offset(id: str) -> Response:  # noqa: A002 (the path's own name)
    """How many bytes are here."""
    _same_version()
    upload, here = uploads.offset(archive(), id, actor=actor())
    return _answer(200, {"Upload-Offset": str(here), "Upload-Length": str(upload.length), **_expiry(upload)})


@operation("PATCH", "/uploads/{id}", tag="capture", status=204, extra=TUS)
def append_upload(id: str) -> Response:  # noqa: A002 (the path's own name)
    """Add bytes at Upload-Offset."""
    _same_version()
    if request.mimetype != OFFSET_TYPE:
        raise Rejected(f"Content-Type 应为 {OFFSET_TYPE}。", code="unsupported_media_type", status=415)
    here = uploads.append(archive(), id, _number("Upload-Offset"), _stream(), actor=actor())
    return _answer(204, {"Upload-Offset": str(here)})


@operation("DELETE", "/uploads/{id}", tag="capture", status=204, extra=TUS)
def drop_upload(id: str) -> Response:  # noqa: A002 (the path's own name)
    """Give an upload up."""
    _same_version()
    uploads.drop(archive(), id, actor=actor())
    return _answer(204, {})


@api.after_request
def _say_version(response: Response) -> Response:
    """Every reply to a tus client names the protocol, refusals too."""
    if request.path.startswith("/api/v1/uploads"):
        response.headers["Tus-Resumable"] = VERSION
        if response.status_code == 412:  # noqa: PLR2004 (the protocol's own number)
            response.headers["Tus-Version"] = VERSION
    return response


def _answer(status: int, headers: dict[str, str]) -> Response:
    return Response(status=status, headers=headers)


def _same_version() -> None:
    """A client that names another version gets 412; one that names none is a script, and is let through."""
    named = request.headers.get("Tus-Resumable", VERSION)
    if named != VERSION:
        raise Rejected(f"本服务支持 tus {VERSION}，不支持 {named[:20]}。", code="tus_version", status=412)


def _expiry(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(upload.expires_at.astimezone(UTC), usegmt=True)}


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit()) or len(text) > DIGITS_MOST:
        raise Rejected(f"请求缺少 {header}，或不是数字。", code="malformed")
    return int(text)


def _stream() -> BinaryIO:
    return cast("BinaryIO", request.stream)


def _file_name() -> str:
    """The name in Upload-Metadata: pairs of a key and a base64 value, parted by commas."""
    pairs = (pair.strip().split(" ", 1) for pair in request.headers.get("Upload-Metadata", "").split(",") if pair.strip())
    values = {pair[0]: pair[1].strip() if len(pair) > 1 else "" for pair in pairs}
    try:
        return base64.b64decode(values.get("filename") or values.get("name") or "", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Rejected("Upload-Metadata 不是有效的 base64。", code="malformed") from error
