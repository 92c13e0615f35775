"""Work to do, as rows: jobs, the leases of single roles, and the long acts that people watch."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Id, Json, Prose, Serial


class JobState(StrEnum):
    """`dead` jobs wait for a person on the operator's page."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(Base):
    """Something to do later; it carries ids only and may be run twice without harm."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "state", "run_at", "id"), Index(None, "kind", "state"), Index(None, "record_id"))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    kind: Mapped[Code]
    record_id: Mapped[Id | None]
    arguments: Mapped[dict[str, object]] = mapped_column(Json)
    priority: Mapped[int] = mapped_column(default=0)  # higher first
    state: Mapped[JobState]
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[Code | None]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[Prose | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Lease(Base):
    """A role that one process holds at a time: indexer, sealer, scheduler."""

    __tablename__ = "lease"

    name: Mapped[Code] = mapped_column(primary_key=True)
    held_by: Mapped[Code]
    held_until: Mapped[datetime]


class Task(Base):
    """A long act that a person watches: progress, result, errors by cell."""

    __tablename__ = "task"

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    account_id: Mapped[Id | None] = mapped_column(ForeignKey("account.id"), index=True)  # absent: the operator's command line
    arguments: Mapped[dict[str, object]] = mapped_column(Json)  # what it was asked to do, and as whom
    state: Mapped[Code]  # waiting, running, done, failed
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    result: Mapped[dict[str, object]] = mapped_column(Json)
    errors: Mapped[list[dict[str, object]]] = mapped_column(Json)  # sheet, row, column, code, message
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
