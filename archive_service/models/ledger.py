"""The ledger: append-only events, and the chain that links them.

An event is inserted in the transaction of its act. One sealer links events into the hash chain within seconds, in a table of its own,
so that writers never queue on the chain and an event row is never touched again (triggers refuse it).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Id, Json, Label, Serial


class Event(Base):
    """One act: who, of which unit, what, on what, from where, under which case or purpose."""

    __tablename__ = "event"
    __table_args__ = (
        Index(None, "student_id", "id"),
        Index(None, "record_id", "id"),
        Index(None, "case_id", "id"),
        Index(None, "account_id", "id"),
        Index(None, "at"),
        Index(None, "act", "id"),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    at: Mapped[datetime]
    act: Mapped[Code]
    account_id: Mapped[Id | None]
    account_name: Mapped[Label]
    unit_id: Mapped[Id | None]
    address: Mapped[Code]
    subject: Mapped[Code]  # what it was done to: record, student, case, account, search …
    subject_id: Mapped[Code | None]
    student_id: Mapped[Id | None]
    record_id: Mapped[Id | None]
    case_id: Mapped[Id | None]
    purpose: Mapped[Label | None]
    detail: Mapped[dict[str, object]] = mapped_column(Json)


class EventLink(Base):
    """A link of the chain: SHA-256 over the previous link and the event's canonical form."""

    __tablename__ = "event_link"

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(Serial, ForeignKey("event.id"), unique=True)
    digest: Mapped[Code]
    sealed_at: Mapped[datetime]
