"""Resumable uploads by the tus 1.0 protocol (core, creation, termination).

Source: https://tus.io/protocols/resumable-upload
A finished upload becomes a record by `POST /records` with its `upload_id`.
"""

import base64
import binascii

from flask import Response, request

from archive_service.api.operations import operation
from archive_service.errors import Rejected
from archive_service.services import uploads
from archive_service.web.context import actor, archive

VERSION = "1.0.0"
OFFSET_TYPE = "application/offset+octet-stream"
TUS = {"tus": True}


@operation("OPTIONS", "/uploads", tag="capture", status=204, public=True, extra=TUS)
def upload_options() -> Response:
    """What this server can do."""
    most = archive().settings.intake.max_bytes
    return _answer(204, {"Tus-Version": VERSION, "Tus-Extension": "creation,termination", "Tus-Max-Size": str(most)})


@operation("POST", "/uploads", tag="capture", status=201, extra=TUS)
def begin_upload() -> Response:
    """Announce a file by Upload-Length and Upload-Metadata (filename); Location says where its bytes go."""
    upload = uploads.begin(archive(), name=_file_name(), length=_number("Upload-Length"), actor=actor())
    return _answer(201, {"Location": f"/api/v1/uploads/{upload.id}", "Upload-Offset": "0"})


@operation("HEAD", "/uploads/{id}", tag="capture", extra=TUS)
def upload_offset(id: str) -> Response:  # noqa: A002 (the path's own name)
    """How many bytes are here."""
    upload, here = uploads.offset(archive(), id, actor=actor())
    return _answer(200, {"Upload-Offset": str(here), "Upload-Length": str(upload.length)})


@operation("PATCH", "/uploads/{id}", tag="capture", status=204, extra=TUS)
def append_upload(id: str) -> Response:  # noqa: A002 (the path's own name)
    """Add bytes at Upload-Offset."""
    if request.mimetype != OFFSET_TYPE:
        raise Rejected(f"Content-Type 应为 {OFFSET_TYPE}。", code="malformed", status=415)
    here = uploads.append(archive(), id, _number("Upload-Offset"), request.stream, actor=actor())  # type: ignore[arg-type]  # a binary stream by WSGI
    return _answer(204, {"Upload-Offset": str(here)})


@operation("DELETE", "/uploads/{id}", tag="capture", status=204, extra=TUS)
def drop_upload(id: str) -> Response:  # noqa: A002 (the path's own name)
    """Give an upload up."""
    uploads.drop(archive(), id, actor=actor())
    return _answer(204, {})


def _answer(status: int, headers: dict[str, str]) -> Response:
    return Response(status=status, headers={"Tus-Resumable": VERSION, "Cache-Control": "no-store", **headers})


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isdigit():
        raise Rejected(f"请求缺少 {header},或不是数字。", code="malformed")
    return int(text)


def _file_name() -> str:
    """The name in Upload-Metadata: pairs of a key and a base64 value, parted by commas."""
    pairs = (pair.split(" ", 1) for pair in request.headers.get("Upload-Metadata", "").split(",") if pair.strip())
    values = {pair[0].strip(): pair[1] if len(pair) > 1 else "" for pair in pairs}
    try:
        return base64.b64decode(values.get("filename") or values.get("name") or "", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Rejected("Upload-Metadata 不是有效的 base64。", code="malformed") from error
