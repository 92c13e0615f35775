"""Capture and reading: one file in, its record, its words, its bytes, and what a person says of it."""

import base64
import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Response, request
from pydantic import Field

from archive_service.api.asking import actor, actor_without_purpose, cursor_id, page_size, version_wanted
from archive_service.api.idempotency import taken_key
from archive_service.api.operations import operation
from archive_service.api.shapes import FieldIn, KindIn, MatchIn, RecordList, RecordOut, record_list, record_out
from archive_service.api.shapes_likeness import RescanIn
from archive_service.api.shapes_words import TranscriptOut
from archive_service.api.values import Input, Listing, Look, json_body, parse
from archive_service.errors import Rejected
from archive_service.http.context import archive
from archive_service.models.record import Carrier, MatchState, RecordState
from archive_service.services import (
    corrections,
    intake,
    likeness_told,
    matching,
    papers,
    records,
    students,
    transcription,
    transcripts,
    uploads,
)
from archive_service.services.asked_again import Asked
from archive_service.services.corrections import Correction
from archive_service.services.intake import Incoming
from archive_service.services.papers import Paper
from archive_service.services.records import Filter
from archive_service.services.scope import Scope

BYTES = {"bytes": ("image/jpeg", "application/pdf", "image/tiff", "image/png", "image/heic", "image/webp", "image/bmp")}
FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded", "application/json", "")
WIDTH_MOST_PX = 10_000


class UploadForm(Input):
    """Fields beside `file`, or `upload_id` of a finished resumable upload in its place."""

    student_no: str | None = Field(default=None, max_length=64)
    student_id: str | None = Field(default=None, max_length=64)
    kind: str | None = Field(default=None, max_length=64)
    case_id: str | None = Field(default=None, max_length=64)
    batch_id: str | None = Field(default=None, max_length=64)
    supersedes: str | None = Field(default=None, max_length=64)
    received_on: date | None = None
    carrier: Carrier = Carrier.ORIGINAL
    upload_id: str | None = Field(default=None, max_length=64)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-fA-F]{64}$")


class RecordQuery(Listing):
    """Which records; `match` and `state` by their values."""

    batch: str | None = Field(default=None, max_length=64)
    state: RecordState | None = None
    match: MatchState | None = None
    student_id: str | None = Field(default=None, max_length=64)
    kind: str | None = Field(default=None, max_length=64)
    case: str | None = Field(default=None, max_length=64)


class ImageQuery(Look):
    """Width wanted; the nearest kept size is given."""

    width: int | None = Field(default=None, ge=1, le=WIDTH_MOST_PX)


@operation("POST", "/records", tag="capture", status=201, extra={"form": UploadForm})
def take_record() -> RecordOut:
    """Take one file in.

    `pages` may still be null: the door only sniffs. Refused files are not kept; the answer says why.
    """
    if request.mimetype not in FORM_TYPES:
        raise Rejected("请用 multipart/form-data 上传，文件放在字段 file。", code="unsupported_media_type", status=415)
    form = parse(UploadForm, _fields())
    asked = Asked(taken_key(), form.upload_id)
    made = asked.made_before(archive(), actor=actor())
    if made is None:
        name, content = _file_of(form)
        made = intake.receive(archive(), replace(_incoming(form, name, content), note=asked.note), actor=actor()).id
    if form.upload_id:
        uploads.clear(archive(), form.upload_id)
    return record_out(records.view(archive(), made, actor=actor()))


@operation("GET", "/records", tag="capture")
def list_records(query: RecordQuery) -> RecordList:
    """List records in scope, newest first; what stands on papers of sensitivity H and J is told by GET /records/{id} only."""
    wanted = Filter(
        batch_id=query.batch, state=query.state, match=query.match, student_id=query.student_id, kind=query.kind, case_id=query.case
    )
    cursor = cursor_id(query.cursor)
    return record_list(records.listed(archive(), wanted, actor=actor_without_purpose(), cursor=cursor, size=page_size(query.size)))


@operation("GET", "/records/{id}", tag="capture")
def get_record(id: str, query: Look) -> RecordOut:  # noqa: A002, ARG001 (the path's own name; the look's purpose is read by `actor`)
    """One record."""
    return record_out(records.view(archive(), id, actor=actor()))


@operation("GET", "/records/{id}/transcript", tag="capture", extra={"text": True})
def get_transcript(id: str, query: Look) -> TranscriptOut:  # noqa: A002, ARG001 (as above)
    """The words that were read, with boxes; as plain text when text/plain is asked for."""
    reading = transcripts.shown(archive(), id, actor=actor())
    if request.accept_mimetypes.best_match(["application/json", "text/plain"]) == "text/plain":
        return Response("\n\f\n".join(page.text for page in reading.pages), mimetype="text/plain")  # type: ignore[return-value]  # the other media type
    return TranscriptOut.model_validate(reading)


@operation("GET", "/records/{id}/master", tag="capture", extra=BYTES)
def get_master(id: str, query: Look) -> Response:  # noqa: A002, ARG001 (as above)
    """The bytes as received."""
    return _bytes(papers.master(archive(), id, actor=actor()), is_download=True)


@operation("GET", "/records/{id}/pages/{n}/image", tag="capture", extra=BYTES)
def get_page_image(id: str, n: int, query: ImageQuery) -> Response:  # noqa: A002 (as above)
    """A page, upright."""
    return _bytes(papers.page_image(archive(), id, n, width_px=query.width, actor=actor()))


@operation("PUT", "/records/{id}/match", tag="capture")
def put_match(id: str, body: MatchIn) -> RecordOut:  # noqa: A002 (as above)
    """File the record with a student."""
    matching.set_match(archive(), id, student_id=body.student_id, reason=body.reason, actor=actor(), version=version_wanted())
    return record_out(records.view(archive(), id, actor=actor()))


@operation("DELETE", "/records/{id}/match", tag="capture")
def delete_match(id: str) -> RecordOut:  # noqa: A002 (as above)
    """Take the record back to the tray; the service proposes again."""
    matching.undo_match(archive(), id, actor=actor())
    return record_out(records.view(archive(), id, actor=actor()))


@operation("PUT", "/records/{id}/kind", tag="capture")
def put_kind(id: str, body: KindIn) -> RecordOut:  # noqa: A002 (as above)
    """Say what paper it is."""
    corrections.set_kind(archive(), id, kind=body.kind, reason=body.reason, actor=actor(), version=version_wanted())
    return record_out(records.view(archive(), id, actor=actor()))


@operation("PUT", "/records/{id}/fields/{name}", tag="capture")
def put_field(id: str, name: str, body: FieldIn) -> RecordOut:  # noqa: A002 (as above)
    """Confirm or correct a value, with the page in view."""
    corrections.confirm_field(archive(), id, name, Correction(body.value, body.reason, body.page), actor=actor(), version=version_wanted())
    return record_out(records.view(archive(), id, actor=actor()))


@operation("PUT", "/records/{id}/rescan", tag="capture")
def put_rescan(id: str, body: RescanIn) -> RecordOut:  # noqa: A002 (as above)
    """Say that the record is no second scan of the first, or take that back."""
    decide = likeness_told.deny if body.state == "denied" else likeness_told.restore
    decide(archive(), id, actor=actor())
    return record_out(records.view(archive(), id, actor=actor()))


@operation("POST", "/records/{id}/retry", tag="capture")
def retry_record(id: str) -> RecordOut:  # noqa: A002 (as above)
    """Judge or read again after a failure."""
    transcription.retry(archive(), id, actor=actor())
    return record_out(records.view(archive(), id, actor=actor()))


def _fields() -> Any:  # noqa: ANN401 (whatever the caller sent; the shape decides)
    if request.is_json:
        return json_body()
    return {name: value for name, value in request.form.items() if value != ""}


def _file_of(form: UploadForm) -> tuple[str, bytes]:
    if form.upload_id:
        return uploads.content(archive(), form.upload_id, actor=actor())
    file = request.files.get("file")
    if file is None:
        raise Rejected("没有收到文件：请用表单字段 file 上传，或给出 upload_id。", code="no_file")
    return file.filename or "", file.stream.read()


def _incoming(form: UploadForm, name: str, content: bytes) -> Incoming:
    if form.sha256 and hashlib.sha256(content).hexdigest() != form.sha256.lower():
        raise Rejected("收到的内容与所附 sha256 不符，没有保存；传输可能出错，请重新上传。", code="digest_mismatch")
    return Incoming(
        content=content,
        name=name,
        student_id=form.student_id or _student_of(form.student_no),
        kind=form.kind,
        case_id=form.case_id,
        batch_id=form.batch_id,
        supersedes_id=form.supersedes,
        received_on=form.received_on,
        carrier=form.carrier,
        sha256=form.sha256,
    )


def _student_of(student_no: str | None) -> str | None:
    if not student_no:
        return None
    with archive().read() as session:
        return students.student_of_number(session, Scope.of(session, actor()), student_no).id


def _bytes(paper: Paper, *, is_download: bool = False) -> Response:
    response = Response(paper.content, mimetype=paper.media_type)
    digest = base64.b64encode(bytes.fromhex(paper.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    if is_download:
        response.headers.set("Content-Disposition", "attachment", filename=paper.name)
    return response
