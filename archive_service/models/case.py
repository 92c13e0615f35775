"""One run of a procedure for one student: its claim, chain, evidence and decisions.

A case remembers the version of the law it ran under. Evidence that was replaced stays, with the time it was replaced.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Id, Json, Label, Prose, Serial
from archive_service.models.organisation import Organisation


class Case(Base):
    """A piece of business (业务)."""

    __tablename__ = "registry_case"
    __table_args__ = (
        UniqueConstraint("organisation_id", "year", "serial"),
        Index(None, "student_id"),
        Index(None, "state", "due_on", "id"),
        Index(None, "due_on", "id"),
        Index(None, "organisation_id", "state"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    case_no: Mapped[Code] = mapped_column(unique=True)  # code of the school, year, serial
    year: Mapped[int]
    serial: Mapped[int]
    procedure: Mapped[Code]
    profile: Mapped[Code]
    rules_version: Mapped[Code]
    student_id: Mapped[Id] = mapped_column(ForeignKey("student.id"))
    organisation_id: Mapped[Id] = mapped_column(ForeignKey(Organisation.id))  # the school that opened it
    from_school_id: Mapped[Id | None] = mapped_column(ForeignKey(Organisation.id))  # of a student transfer
    from_school_name: Mapped[Label | None]  # a sending school outside the system
    to_school_id: Mapped[Id | None] = mapped_column(ForeignKey(Organisation.id))
    ground: Mapped[Code | None]
    facts: Mapped[dict[str, object]] = mapped_column(Json)
    claim: Mapped[dict[str, object]] = mapped_column(Json)
    warnings: Mapped[list[dict[str, object]]] = mapped_column(Json)  # what spoke softly against it when it was opened or submitted
    state: Mapped[Code]
    due_on: Mapped[date | None]  # of the step it waits at
    opened_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    expires_on: Mapped[date | None]  # last day of what it granted (a suspension)
    version: Mapped[int] = mapped_column(default=1)


class CaseStep(Base):
    """A station of the chain; `received_at` starts its clock (C-37)."""

    __tablename__ = "case_step"
    __table_args__ = (UniqueConstraint("case_id", "seq"), Index(None, "unit_id", "state", "due_on"))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("registry_case.id"))
    seq: Mapped[int]
    act: Mapped[Code]
    actor: Mapped[Code]
    label: Mapped[Label]
    unit_id: Mapped[Id | None] = mapped_column(ForeignKey(Organisation.id))
    right: Mapped[Code | None]  # what the step takes; absent: it happens on paper, outside the service
    limit: Mapped[dict[str, object] | None] = mapped_column(Json)  # as the law said when the case was opened
    state: Mapped[Code]  # paper, waiting, open, done, returned
    received_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    due_article: Mapped[Code | None]
    done_by: Mapped[Id | None]
    done_at: Mapped[datetime | None]


class CaseEvidence(Base):
    """A record (or a sighting) playing a part in a case; `replaced_at` keeps the history."""

    __tablename__ = "case_evidence"
    __table_args__ = (Index(None, "case_id", "code"), Index(None, "record_id"))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("registry_case.id"))
    code: Mapped[Code]
    record_id: Mapped[Id | None] = mapped_column(ForeignKey("record.id"))
    sighting: Mapped[dict[str, object] | None] = mapped_column(Json)  # by, on, what
    issuer_level: Mapped[Code | None]  # of who issued the paper, as a person confirmed it (C-33)
    set_by: Mapped[Id]
    set_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class CaseDecision(Base):
    """What somebody did with the case, with reasons by paper; append-only."""

    __tablename__ = "case_decision"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    case_id: Mapped[Id] = mapped_column(ForeignKey("registry_case.id"), index=True)
    step_seq: Mapped[int | None]
    action: Mapped[Code]
    reasons: Mapped[list[dict[str, object]]] = mapped_column(Json)  # record_id, code, note
    note: Mapped[Prose | None]
    decided_by: Mapped[Id]
    unit_id: Mapped[Id]
    decided_at: Mapped[datetime]
    case_version: Mapped[int]  # of the case right after it
    before: Mapped[dict[str, object] | None] = mapped_column(Json)  # rows as they were, for taking it back at once
