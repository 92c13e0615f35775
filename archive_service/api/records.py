"""Capture and reading: one file in, its record, its words, its bytes, and what a person says of it."""

import base64
from datetime import date
from typing import Any, Literal

from flask import Response, request
from pydantic import Field

from archive_service.api.operations import Input, Output, operation, parse
from archive_service.api.shapes import FieldIn, KindIn, MatchIn, RecordList, RecordOut, record_list, record_out
from archive_service.errors import Rejected
from archive_service.models.record import Carrier
from archive_service.services import corrections, intake, matching, papers, records, students, transcription, transcripts, uploads
from archive_service.services.intake import Incoming
from archive_service.services.papers import Paper
from archive_service.services.records import Filter
from archive_service.web.context import actor, archive

UPLOAD = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/UploadForm"}}}}}
BYTES = {"bytes": ("image/jpeg", "application/pdf", "image/tiff", "image/png", "image/heic", "image/webp")}
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


class RecordQuery(Input):
    """Which records; `match` and `state` by their values."""

    batch: str | None = None
    state: Literal["received", "judging", "reading", "read", "unreadable"] | None = None
    match: Literal["matched", "proposed", "unmatched", "conflict"] | None = None
    student_id: str | None = None
    kind: str | None = None
    case: str | None = None
    cursor: str | None = None
    size: int | None = Field(default=None, ge=1)


class ImageQuery(Input):
    """Width wanted; the nearest kept size is given."""

    width: int | None = Field(default=None, ge=1, le=WIDTH_MOST_PX)
    case: str | None = None
    purpose: str | None = None


class LookQuery(Input):
    """For callers that cannot send headers: the case or purpose of the look."""

    case: str | None = None
    purpose: str | None = None


def page_size(wanted: int | None) -> int:
    """The rows a list answers, within the settings."""
    api = archive().settings.api
    return min(wanted or api.page_size, api.page_size_most)


def version_wanted() -> int | None:
    """The version in If-Match; absent when the caller does not insist."""
    text = request.headers.get("If-Match", "").strip().strip('"')
    if not text or text == "*":
        return None
    if not text.isdigit():
        raise Rejected('If-Match 应是版本号,例如 "3"。', code="malformed")
    return int(text)


@operation("POST", "/records", tag="capture", status=201, extra=UPLOAD)
def take_record() -> RecordOut:
    """Take one file in.

    `pages` may still be null: the door only sniffs. Refused files are not kept; the answer says why.
    """
    form = parse(UploadForm, {name: value for name, value in request.form.items() if value != ""} or _json_form())
    name, content = _file_of(form)
    student_id = form.student_id or (students.resolve(archive(), form.student_no, actor=actor()) if form.student_no else None)
    incoming = Incoming(
        content=content,
        name=name,
        student_id=student_id,
        kind=form.kind,
        case_id=form.case_id,
        batch_id=form.batch_id,
        supersedes_id=form.supersedes,
        received_on=form.received_on,
        carrier=form.carrier,
        sha256=form.sha256,
    )
    record = intake.receive(archive(), incoming, actor=actor())
    if form.upload_id:
        uploads.drop(archive(), form.upload_id, actor=actor())
    return record_out(records.view(archive(), record.id, actor=actor()))


@operation("GET", "/records", tag="capture")
def list_records(query: RecordQuery) -> RecordList:
    """List records in scope, newest first."""
    wanted = Filter(
        batch_id=query.batch, state=query.state, match=query.match, student_id=query.student_id, kind=query.kind, case_id=query.case
    )
    return record_list(records.listed(archive(), wanted, actor=actor(), cursor=query.cursor, size=page_size(query.size)))


@operation("GET", "/records/{id}", tag="capture")
def get_record(id: str, query: LookQuery) -> RecordOut:  # noqa: A002, ARG001 (the path's own name; the look's purpose is read by `actor`)
    """One record."""
    return record_out(records.view(archive(), id, actor=actor()))


class TranscriptOut(Output):
    """The words of a record with their boxes."""

    engine: str
    version: str
    pages: list[dict[str, Any]]


@operation("GET", "/records/{id}/transcript", tag="capture", extra={"text": True})
def get_transcript(id: str, query: LookQuery) -> TranscriptOut:  # noqa: A002, ARG001 (as above)
    """The words that were read, with boxes; as plain text when text/plain is asked for."""
    reading = transcripts.shown(archive(), id, actor=actor())
    if request.accept_mimetypes.best_match(["application/json", "text/plain"]) == "text/plain":
        return Response("\n\f\n".join(page.text for page in reading.pages), mimetype="text/plain")  # type: ignore[return-value]  # the other media type
    return TranscriptOut(engine=reading.engine, version=reading.version, pages=[page.to_json() for page in reading.pages])


@operation("GET", "/records/{id}/master", tag="capture", extra=BYTES)
def get_master(id: str, query: LookQuery) -> Response:  # noqa: A002, ARG001 (as above)
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
    corrections.set_kind(archive(), id, kind=body.kind, actor=actor(), version=version_wanted())
    return record_out(records.view(archive(), id, actor=actor()))


@operation("PUT", "/records/{id}/fields/{name}", tag="capture")
def put_field(id: str, name: str, body: FieldIn) -> RecordOut:  # noqa: A002 (as above)
    """Confirm or correct a value, with the page in view."""
    corrections.confirm_field(archive(), id, name, value=body.value, reason=body.reason, actor=actor())
    return record_out(records.view(archive(), id, actor=actor()))


@operation("POST", "/records/{id}/retry", tag="capture")
def retry_record(id: str) -> RecordOut:  # noqa: A002 (as above)
    """Judge or read again after a failure."""
    transcription.retry(archive(), id, actor=actor())
    return record_out(records.view(archive(), id, actor=actor()))


def _json_form() -> Any:  # noqa: ANN401 (whatever the caller sent)
    return request.get_json(silent=True) or {} if request.is_json else {}


def _file_of(form: UploadForm) -> tuple[str, bytes]:
    if form.upload_id:
        return uploads.content(archive(), form.upload_id, actor=actor())
    file = request.files.get("file")
    if file is None:
        raise Rejected("没有收到文件:请用表单字段 file 上传,或给出 upload_id。", code="no_file")
    return file.filename or "", file.stream.read()


def _bytes(paper: Paper, *, is_download: bool = False) -> Response:
    response = Response(paper.content, mimetype=paper.media_type)
    digest = base64.b64encode(bytes.fromhex(paper.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    response.headers["Cache-Control"] = "no-store"
    if is_download:
        response.headers.set("Content-Disposition", "attachment", filename=paper.name)
    return response
