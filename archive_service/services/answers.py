"""Remembered answers to Idempotency-Keys, so that a request repeated on a bad line does its work once.

A key whose first request was killed midway stays without an answer; after two minutes the same request may take it over. What the
killed one had already done then stands beside what the second does: a paper taken in twice is flagged as a duplicate, never lost.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Select, delete, select, update
from sqlalchemy.exc import IntegrityError

from archive_service.archive import Archive
from archive_service.errors import Conflict, IdempotencyConflict
from archive_service.models.upload import RememberedAnswer
from archive_service.services.actor import Actor

ABANDONED_AFTER = timedelta(minutes=2)  # no call of the API takes as long


@dataclass(frozen=True)
class Answer:
    """What was answered the first time, with the headers that are part of it."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


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


def keep(archive: Archive, key: str, answer: Answer, *, actor: Actor) -> None:
    """Remember the answer; one whose key was given up meanwhile is forgotten."""
    kept = json.dumps({"headers": dict(answer.headers), "body": answer.body}, ensure_ascii=False)
    with archive.begin() as session:
        row = session.scalars(_of(key, actor)).first()
        if row is not None:
            row.status, row.body = answer.status, kept


def release(archive: Archive, key: str, *, actor: Actor) -> None:
    """Forget a key whose request was refused or failed: it changed nothing, so it may be corrected and repeated."""
    with archive.begin() as session:
        session.execute(delete(RememberedAnswer).where(RememberedAnswer.account_id == actor.account_id, RememberedAnswer.key == key))


def _earlier(archive: Archive, key: str, request_digest: str, actor: Actor) -> Answer | None:
    with archive.read() as session:
        row = session.scalars(_of(key, actor)).first()
    if row is not None and row.request_digest != request_digest:
        raise IdempotencyConflict
    if row is not None and row.status is not None:
        kept = json.loads(row.body or "{}")
        return Answer(row.status, kept["body"], kept["headers"])
    if row is None or not _taken_over(archive, row):
        raise Conflict("同一请求正在处理中,请稍后再查。", code="in_progress")
    return None


def _taken_over(archive: Archive, row: RememberedAnswer) -> bool:
    """Whether the first request was killed and this one may do its work; of two that try, one gets it."""
    now = archive.clock.now()
    if now - row.created_at < ABANDONED_AFTER:
        return False
    abandoned = (RememberedAnswer.id == row.id, RememberedAnswer.status.is_(None), RememberedAnswer.created_at == row.created_at)
    with archive.begin() as session:
        taken = session.execute(update(RememberedAnswer).where(*abandoned).values(created_at=now))
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it, the annotated base class does not


def _of(key: str, actor: Actor) -> Select[RememberedAnswer]:
    return select(RememberedAnswer).where(RememberedAnswer.account_id == actor.account_id, RememberedAnswer.key == key)
