"""Resumable uploads (tus 1.0): bytes collected in a file until a record is made of them.

Lives here: the rows and files of half-finished uploads. Not here: the protocol's headers (`api.uploads`), the door (intake).
The offset is the length of the file, so what was written before a kill is not sent again; it is acknowledged after fsync.
A row whose record is made stays until it expires, so that a request repeated on a bad line gets the same record.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.errors import Conflict, NotFound, Rejected, StoreUnavailable
from archive_service.ids import is_id, new_id
from archive_service.models.upload import Upload
from archive_service.rules.access import Right
from archive_service.services import room
from archive_service.services.actor import Actor
from archive_service.services.intake import clean_name
from archive_service.services.scope import Scope

CHUNK_BYTES = 1 << 20
GONE = "没有这个上传，或已过期。请重新上传。"


def begin(archive: Archive, *, name: str, length: int, actor: Actor) -> Upload:
    """Announce a file. Raises Rejected (too large), Denied, StoreUnavailable (no room)."""
    if length > archive.settings.intake.max_bytes:
        limit = archive.settings.intake.max_bytes // 1_048_576
        raise Rejected(f"文件超过 {limit} MB 的上限，没有保存。请降低分辨率或拆分后上传。", code="too_large", status=413)
    room.check_store(archive, length)
    room.check_home(archive, length)
    now = archive.clock.now()
    expires_at = now + timedelta(hours=archive.settings.intake.upload_hours)
    upload = Upload(
        id=new_id(), account_id=str(actor.account_id), name=clean_name(name), length=length, created_at=now, expires_at=expires_at
    )
    with archive.begin() as session:
        Scope.of(session, actor).require(Right.CAPTURE, actor.unit_id)
        session.add(upload)
    path = _path(archive, upload.id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreUnavailable from error
    return upload


def offset(archive: Archive, upload_id: str, *, actor: Actor) -> tuple[Upload, int]:
    """The upload and how many bytes of it are here. Raises NotFound."""
    upload = _own(archive, upload_id, actor)
    path = _path(archive, upload_id)
    if not path.exists():
        raise NotFound(GONE)
    return upload, path.stat().st_size


def append(archive: Archive, upload_id: str, at: int, stream: BinaryIO, *, actor: Actor) -> int:
    """Add bytes at the offset the sender believes in; returns the new one.

    Bytes received before a broken line are kept.

    Raises:
        NotFound, Denied: not the caller's upload, or no right to capture (any more).
        Conflict: another offset, or another sender is at it.
        Rejected: more than announced; what fits is kept.
        StoreUnavailable: no room (what is here is kept), or the disk is broken.
    """
    upload, _ = offset(archive, upload_id, actor=actor)
    _require_capture(archive, actor)
    try:
        with _alone(_path(archive, upload_id)) as file:
            here = file.seek(0, os.SEEK_END)
            if at != here:
                raise Conflict(f"断点不一致：服务器已有 {here} 字节。", code="offset_mismatch")
            room.check_store(archive, upload.length - here, message=room.PAUSED)
            while chunk := stream.read(CHUNK_BYTES):
                room.check_home(archive, len(chunk), message=room.PAUSED)  # again for each: others write meanwhile
                if here + len(chunk) > upload.length:
                    raise Rejected("内容比声明的长，超出的部分没有保存。请核对文件后重新上传。", code="too_long")
                _write_whole(file, chunk)
                here += len(chunk)
    except OSError as error:
        raise StoreUnavailable from error
    return here


def content(archive: Archive, upload_id: str, *, actor: Actor) -> tuple[str, bytes]:
    """The name and all bytes of a finished upload. Raises NotFound, Conflict (not finished)."""
    upload, here = offset(archive, upload_id, actor=actor)
    if here != upload.length:
        raise Conflict(f"上传尚未完成：已有 {here} / {upload.length} 字节。", code="upload_unfinished")
    return upload.name, _path(archive, upload_id).read_bytes()


def record_of(archive: Archive, upload_id: str, *, actor: Actor) -> str | None:
    """The record that was made of the upload, if it was. Raises NotFound."""
    return _own(archive, upload_id, actor).record_id


def note_made(session: Session, upload_id: str, record_id: str) -> None:
    """Note, in the record's own transaction, what the upload became. Raises Conflict: it has become a record already, or is gone."""
    noted = session.execute(update(Upload).where(Upload.id == upload_id, Upload.record_id.is_(None)).values(record_id=record_id))
    if not noted.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it, the annotated base class does not
        raise Conflict("这份上传已经收下或已放弃，请刷新后查看。", code="upload_taken")


def clear(archive: Archive, upload_id: str) -> None:
    """Clear away the bytes of an upload that has become a record; again is no error."""
    _path(archive, upload_id).unlink(missing_ok=True)


def waiting(archive: Archive, session: Session) -> tuple[int, int]:
    """How many uploads lack bytes and can be gone on with, and how many are whole and not yet a record; expired ones are neither."""
    alive = Upload.record_id.is_(None), Upload.expires_at >= archive.clock.now()
    lacking = []
    for upload in session.scalars(select(Upload).where(*alive)):
        path = _path(archive, upload.id)
        if path.exists():
            lacking.append(path.stat().st_size < upload.length)
    return lacking.count(True), lacking.count(False)


def drop(archive: Archive, upload_id: str, *, actor: Actor) -> None:
    """Give up an upload. Raises NotFound, Denied."""
    _own(archive, upload_id, actor)
    _require_capture(archive, actor)
    with archive.begin() as session:
        session.execute(delete(Upload).where(Upload.id == upload_id))
    _path(archive, upload_id).unlink(missing_ok=True)


def sweep(archive: Archive) -> None:
    """Forget uploads past their time, and files whose row is gone.

    A row comes before its file, and files are listed before the rows: a new upload is never taken for a stray file.
    """
    files = [path for path in (archive.settings.home / "uploads").glob("*") if is_id(path.name)]
    with archive.begin() as session:
        session.execute(delete(Upload).where(Upload.expires_at < archive.clock.now()))
        alive = set(session.scalars(select(Upload.id)))
    for path in files:
        if path.name not in alive:
            path.unlink(missing_ok=True)


def _own(archive: Archive, upload_id: str, actor: Actor) -> Upload:
    with archive.read() as session:
        upload = session.get(Upload, upload_id) if is_id(upload_id) else None
    if upload is None or upload.account_id != actor.account_id or upload.expires_at < archive.clock.now():
        raise NotFound(GONE)
    return upload


def _require_capture(archive: Archive, actor: Actor) -> None:
    with archive.read() as session:
        Scope.of(session, actor).require(Right.CAPTURE, actor.unit_id)


@contextmanager
def _alone(path: Path) -> Iterator[BinaryIO]:
    """The file for one sender at a time; whatever was written is on the disk when the file closes, also on a broken line."""
    with path.open("r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Conflict("这个上传正由另一请求写入，请稍后从断点继续。", code="upload_busy") from busy
        try:
            yield file
        finally:
            os.fsync(file.fileno())


def _write_whole(file: BinaryIO, chunk: bytes) -> None:
    """All of it, or OSError: an unbuffered write to a nearly full disk takes a part, and what came next would lie behind the hole."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _path(archive: Archive, upload_id: str) -> Path:
    return archive.settings.home / "uploads" / (upload_id if is_id(upload_id) else "-")
