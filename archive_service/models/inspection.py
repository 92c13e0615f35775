"""Scans that are looked at again by sample (抽检): the sample, and what the checker said of each paper in it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Id, Serial


class Inspection(Base):
    """A sample drawn over the papers a school received in some days; `seed` and the ids of these draw it again."""

    __tablename__ = "inspection"
    __table_args__ = (Index(None, "organisation_id", "id"), Index(None, "started_by", "id"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    seed: Mapped[Code]
    population: Mapped[int]
    size: Mapped[int]
    started_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class InspectionItem(Base):
    """One paper of a sample; without a verdict it has not been looked at."""

    __tablename__ = "inspection_item"
    __table_args__ = (UniqueConstraint("inspection_id", "no"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    inspection_id: Mapped[Id] = mapped_column(ForeignKey("inspection.id"))
    no: Mapped[int]
    record_id: Mapped[Id] = mapped_column(ForeignKey("record.id"), index=True)
    verdict: Mapped[Code | None]  # pass, fault, void: it may not be looked at any more
    fault: Mapped[Code | None]
    letters: Mapped[int]  # compared with the picture
    wrong_letters: Mapped[int]
    marked_at: Mapped[datetime | None]
