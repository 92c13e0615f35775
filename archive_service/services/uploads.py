"""Resumable uploads (tus 1.0): bytes collected in a file until a record is made of them.

Lives here: the rows and files of half-finished uploads. Not here: the protocol's headers (`api.uploads`), the door (intake).
The offset is the length of the file, so what was written before a kill is not sent again; it is acknowledged after fsync.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from archive_service.archive import Archive
from archive_service.errors import Conflict, NotFound, Rejected, StoreUnavailable
from archive_service.ids import is_id, new_id
from archive_service.models.upload import Upload
from archive_service.rules.access import Right
from archive_service.services.actor import Actor
from archive_service.services.intake import clean_name
from archive_service.services.scope import Scope

CHUNK_BYTES = 1 << 20


def begin(archive: Archive, *, name: str, length: int, actor: Actor) -> Upload:
    """Announce a file. Raises Rejected (too large), Denied, StoreUnavailable (no room)."""
    if length > archive.settings.intake.max_bytes:
        limit = archive.settings.intake.max_bytes // 1_048_576
        raise Rejected(f"文件超过 {limit} MB 的上限,没有保存。请降低分辨率或拆分后上传。", code="too_large", status=413)
    now = archive.clock.now()
    expires_at = now + timedelta(hours=archive.settings.intake.upload_hours)
    upload = Upload(
        id=new_id(), account_id=str(actor.account_id), name=clean_name(name), length=length, created_at=now, expires_at=expires_at
    )
    with archive.begin() as session:
        Scope.of(session, actor).require(Right.CAPTURE, actor.unit_id)
        session.add(upload)
    path = _path(archive, upload.id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    return upload


def offset(archive: Archive, upload_id: str, *, actor: Actor) -> tuple[Upload, int]:
    """The upload and how many bytes of it are here. Raises NotFound."""
    with archive.read() as session:
        upload = session.get(Upload, upload_id) if is_id(upload_id) else None
    path = _path(archive, upload_id)
    if upload is None or upload.account_id != actor.account_id or not path.exists() or upload.expires_at < archive.clock.now():
        raise NotFound("没有这个上传,或已过期。请重新上传。")
    return upload, path.stat().st_size


def append(archive: Archive, upload_id: str, at: int, stream: BinaryIO, *, actor: Actor) -> int:
    """Add bytes at the offset the sender believes in; returns the new one.

    Bytes received before a broken line are kept. Raises Conflict (another offset), Rejected (more than announced), StoreUnavailable.
    """
    upload, here = offset(archive, upload_id, actor=actor)
    if at != here:
        raise Conflict(f"断点不一致:服务器已有 {here} 字节。", code="offset_mismatch")
    try:
        with _path(archive, upload_id).open("r+b") as file:
            file.seek(here)
            while chunk := stream.read(CHUNK_BYTES):
                here += len(chunk)
                if here > upload.length:
                    raise Rejected("内容比声明的长,没有保存。", code="too_long")
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreUnavailable from error
    return here


def content(archive: Archive, upload_id: str, *, actor: Actor) -> tuple[str, bytes]:
    """The name and all bytes of a finished upload. Raises NotFound, Conflict (not finished)."""
    upload, here = offset(archive, upload_id, actor=actor)
    if here != upload.length:
        raise Conflict(f"上传尚未完成:已有 {here} / {upload.length} 字节。", code="upload_unfinished")
    return upload.name, _path(archive, upload_id).read_bytes()


def drop(archive: Archive, upload_id: str, *, actor: Actor) -> None:
    """Give up an upload, or clear it away once its record is made. Raises NotFound."""
    offset(archive, upload_id, actor=actor)
    with archive.begin() as session:
        row = session.get(Upload, upload_id)
        if row is not None:
            session.delete(row)
    _path(archive, upload_id).unlink(missing_ok=True)


def _path(archive: Archive, upload_id: str) -> Path:
    return archive.settings.home / "uploads" / (upload_id if is_id(upload_id) else "-")
