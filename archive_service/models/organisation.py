"""Bureaus and schools as dated rows; a merger is a fact with a date, the past stays as it was.

`Organisation` holds the present term, `OrganisationTerm` the earlier ones, `OrganisationEvent` what happened between.
The registry authority is a field, never derived (HN-3.2, GZ-7.4, YK-3.1).
"""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Id, Label, Prose, Serial


class Level(StrEnum):
    """Where a unit stands."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    SCHOOL = "school"


class Organisation(Base):
    """A bureau or school as it is now."""

    __tablename__ = "organisation"

    id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)  # small integer that the search index carries in place of the id
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Label]
    level: Mapped[Level]
    profile: Mapped[Code]  # HN, GZ, YK, NAT
    parent_id: Mapped[Id | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    authority_id: Mapped[Id | None] = mapped_column(ForeignKey("organisation.id"))
    assisting_id: Mapped[Id | None] = mapped_column(ForeignKey("organisation.id"))  # reads without deciding (HN-3.4)
    sections: Mapped[list[str]]  # primary, junior, senior, special: a nine-year school has two
    valid_from_on: Mapped[date]
    valid_to_on: Mapped[date | None]


class OrganisationTerm(Base):
    """An earlier code, name, parent or authority; never edited."""

    __tablename__ = "organisation_term"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"), index=True)
    code: Mapped[Code] = mapped_column(index=True)
    name: Mapped[Label]
    parent_id: Mapped[Id | None]
    authority_id: Mapped[Id | None]
    valid_from_on: Mapped[date]
    valid_to_on: Mapped[date]


class OrganisationEvent(Base):
    """A merger, closure or renaming on a day, by a reference."""

    __tablename__ = "organisation_event"
    __table_args__ = (UniqueConstraint("kind", "from_id", "happened_on"), Index(None, "to_id"))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    kind: Mapped[Code]
    from_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"))
    to_id: Mapped[Id | None] = mapped_column(ForeignKey("organisation.id"))
    happened_on: Mapped[date]
    authority_ref: Mapped[Prose]
