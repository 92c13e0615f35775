"""Remembered answers to Idempotency-Keys, so that a request repeated on a bad line does its work once."""

from dataclasses import dataclass

from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError

from archive_service.archive import Archive
from archive_service.errors import Conflict, IdempotencyConflict
from archive_service.models.upload import RememberedAnswer
from archive_service.services.actor import Actor


@dataclass(frozen=True)
class Answer:
    """What was answered the first time."""

    status: int
    body: str


def take(archive: Archive, key: str, request_digest: str, *, actor: Actor) -> Answer | None:
    """Take a key for a new request, or give the first answer to the same one.

    Raises:
        IdempotencyConflict: the key came with other content.
        Conflict: the first request is still being worked on.
    """
    row = RememberedAnswer(account_id=actor.account_id, key=key, request_digest=request_digest, created_at=archive.clock.now())
    try:
        with archive.begin() as session:
            session.add(row)
    except IntegrityError:
        return _earlier(archive, key, request_digest, actor)
    return None


def keep(archive: Archive, key: str, status: int, body: str, *, actor: Actor) -> None:
    """Remember the answer."""
    with archive.begin() as session:
        row = session.scalars(_of(key, actor)).one()
        row.status, row.body = status, body


def release(archive: Archive, key: str, *, actor: Actor) -> None:
    """Forget a key whose request was refused or failed: it changed nothing, so it may be corrected and repeated."""
    with archive.begin() as session:
        session.execute(delete(RememberedAnswer).where(RememberedAnswer.account_id == actor.account_id, RememberedAnswer.key == key))


def _earlier(archive: Archive, key: str, request_digest: str, actor: Actor) -> Answer:
    with archive.read() as session:
        row = session.scalars(_of(key, actor)).first()
    if row is None or row.request_digest != request_digest:
        raise IdempotencyConflict
    if row.status is None:
        raise Conflict("同一请求正在处理中,请稍后再查。", code="in_progress")
    return Answer(row.status, row.body or "")


def _of(key: str, actor: Actor) -> Select[RememberedAnswer]:
    return select(RememberedAnswer).where(RememberedAnswer.account_id == actor.account_id, RememberedAnswer.key == key)
