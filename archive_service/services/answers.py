"""Remembered answers to Idempotency-Keys, so that a request repeated on a bad line does its work once.

A key whose first request was killed or failed midway stays without an answer; after two minutes the same request may take it over.
What makes a record, a batch or a case notes it under the key in its own transaction, so that the second request finds what the first made.
Whoever took a key may answer for it, note what it made or give it up only as long as nobody has taken it over.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive_service.archive import Archive
from archive_service.errors import Conflict, IdempotencyConflict
from archive_service.models.upload import RememberedAnswer
from archive_service.services.actor import Actor

ABANDONED_AFTER = timedelta(minutes=2)  # no call of the API takes as long
IN_PROGRESS = "同一请求正在处理中，请稍后再查。"


@dataclass(frozen=True)
class Answer:
    """What was answered the first time, with the headers that are part of it."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """A key in the hands of one request; the instant tells it from a request that takes the key over."""

    row_id: int
    at: datetime


def take(archive: Archive, key: str, request_digest: str, *, actor: Actor) -> Taken | Answer:
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
    return Taken(row.id, row.created_at)


def made_before(archive: Archive, taken: Taken) -> str | None:
    """The id of what an earlier request under this key made before it was killed."""
    with archive.read() as session:
        return session.scalar(select(RememberedAnswer.body).where(*_still(taken)))


def note_made(session: Session, taken: Taken, made_id: str) -> None:
    """Note, in the transaction that makes it, what the key has made. Raises Conflict: the key was taken over, nothing may be made."""
    noted = session.execute(update(RememberedAnswer).where(*_still(taken)).values(body=made_id))
    if not noted.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it, the annotated base class does not
        raise Conflict(IN_PROGRESS, code="in_progress")


def keep(archive: Archive, taken: Taken, answer: Answer) -> None:
    """Remember the answer; one whose key was taken over meanwhile is forgotten."""
    kept = json.dumps({"headers": dict(answer.headers), "body": answer.body}, ensure_ascii=False)
    with archive.begin() as session:
        session.execute(update(RememberedAnswer).where(*_still(taken)).values(status=answer.status, body=kept))


def release(archive: Archive, taken: Taken) -> None:
    """Forget a key whose request was refused: it changed nothing, so it may be corrected and repeated."""
    with archive.begin() as session:
        session.execute(delete(RememberedAnswer).where(*_still(taken)))


def _earlier(archive: Archive, key: str, request_digest: str, actor: Actor) -> Taken | Answer:
    with archive.read() as session:
        wanted = select(RememberedAnswer).where(RememberedAnswer.account_id == actor.account_id, RememberedAnswer.key == key)
        row = session.scalars(wanted).first()
    if row is not None and row.request_digest != request_digest:
        raise IdempotencyConflict
    if row is not None and row.status is not None:
        kept = json.loads(row.body or "{}")
        return Answer(row.status, kept["body"], kept["headers"])
    taken = _taken_over(archive, row) if row is not None else None
    if taken is None:
        raise Conflict(IN_PROGRESS, code="in_progress")
    return taken


def _taken_over(archive: Archive, row: RememberedAnswer) -> Taken | None:
    """The key for this request when the first one was killed or failed; of two that try, one gets it."""
    now = archive.clock.now()
    if now - row.created_at < ABANDONED_AFTER:
        return None
    with archive.begin() as session:
        changed = session.execute(update(RememberedAnswer).where(*_still(Taken(row.id, row.created_at))).values(created_at=now))
    won = changed.rowcount  # type: ignore[attr-defined]  # an UPDATE's result has it, the annotated base class does not
    return Taken(row.id, now) if won else None


def _still(taken: Taken) -> tuple[ColumnElement[bool], ...]:
    return RememberedAnswer.id == taken.row_id, RememberedAnswer.created_at == taken.at, RememberedAnswer.status.is_(None)
