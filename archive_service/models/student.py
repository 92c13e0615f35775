"""Students with their dated numbers, states and schools; their dossier and its chain of custody.

A student is `student_id`. The registry number may be missing, temporary, formal, alias or former; all resolve, none is ever
reused (HN-7.1, GZ-10.3). Not every identity document has a check character (HN-28).
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive_service.db import Base, Code, Id, Label, Prose, Serial


class NumberKind(StrEnum):
    """What a registry number is to its student now."""

    TEMPORARY = "temporary"
    FORMAL = "formal"
    ALIAS = "alias"
    FORMER = "former"


class Student(Base):
    """A student as the registry knows them."""

    __tablename__ = "student"
    __table_args__ = (
        Index(None, "school_id", "grade", "class_name"),
        Index(None, "school_id", "section", "state", "id"),
        Index(None, "name", postgresql_ops={"name": "text_pattern_ops"}),  # for names that begin so
        Index(None, "former_name"),
        Index(None, "id_no"),
        Index(None, "birth_on"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    school_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"))
    section: Mapped[Code]
    name: Mapped[Label]
    former_name: Mapped[Label | None]
    sex: Mapped[Code]  # 男, 女
    ethnicity: Mapped[Code | None]
    birth_on: Mapped[date | None]
    id_type: Mapped[Code]
    id_no: Mapped[Code | None]
    grade: Mapped[Code]
    class_name: Mapped[Code]
    entered_on: Mapped[date | None]
    address: Mapped[Prose | None]
    state: Mapped[Code]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    numbers: Mapped[list["StudentNumber"]] = relationship(lazy="raise", order_by="StudentNumber.id")
    guardians: Mapped[list["Guardian"]] = relationship(lazy="raise", order_by="Guardian.id")


class StudentNumber(Base):
    """A registry number (学籍号); unique for ever, across students."""

    __tablename__ = "student_number"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    student_id: Mapped[Id] = mapped_column(ForeignKey("student.id"), index=True)
    number: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[NumberKind]
    valid_from_on: Mapped[date | None]
    valid_to_on: Mapped[date | None]


class Guardian(Base):
    """A parent or other legal guardian."""

    __tablename__ = "guardian"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    student_id: Mapped[Id] = mapped_column(ForeignKey("student.id"), index=True)
    name: Mapped[Label] = mapped_column(index=True)
    relation: Mapped[Code]
    id_no: Mapped[Code | None]
    phone: Mapped[Code | None]


class StudentPeriod(Base):
    """A stretch of a student's history: where, in which class, in which state; the present one has no end."""

    __tablename__ = "student_period"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    student_id: Mapped[Id] = mapped_column(ForeignKey("student.id"), index=True)
    school_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"))
    grade: Mapped[Code]
    class_name: Mapped[Code]
    state: Mapped[Code]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    case_id: Mapped[Id | None]


class Dossier(Base):
    """All records of one student, in the keeping of one unit."""

    __tablename__ = "dossier"

    id: Mapped[Id] = mapped_column(primary_key=True)
    student_id: Mapped[Id] = mapped_column(ForeignKey("student.id"), unique=True)
    custodian_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"), index=True)
    opened_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class CustodyEvent(Base):
    """A line of a dossier's chain of custody; append-only."""

    __tablename__ = "custody_event"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    dossier_id: Mapped[Id] = mapped_column(ForeignKey("dossier.id"), index=True)
    from_id: Mapped[Id | None] = mapped_column(ForeignKey("organisation.id"))
    to_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"))
    ground: Mapped[Label]
    authority_ref: Mapped[Label | None]
    happened_on: Mapped[date]
    recorded_at: Mapped[datetime]
