"""By what a page is found again, and second scans that were noticed.

A key is a band of the picture's hash, or the digest of a number or name that stands on the page; it is looked up inside the unit that took
the paper in, which never changes. Not here: what makes two pages one paper (`scanners.same_paper`).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Id, Json, Serial


class PageKey(Base):
    """One way to find a page again; written when the page is read."""

    __tablename__ = "page_key"
    __table_args__ = (Index(None, "unit_id", "key", "record_id"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("record.id"), index=True)
    page_no: Mapped[int]
    unit_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"))
    key: Mapped[Code]


class Rescan(Base):
    """A record that may be a second scan of an earlier one; a proposal until a person says that it is none."""

    __tablename__ = "rescan"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    record_id: Mapped[Id] = mapped_column(ForeignKey("record.id"), unique=True)
    first_id: Mapped[Id] = mapped_column(ForeignKey("record.id"), index=True)
    pages: Mapped[list[dict[str, object]]] = mapped_column(Json)  # page, first_page, text and picture: how far they agree, of 1
    found_at: Mapped[datetime]
    denied_by: Mapped[Id | None]
    denied_at: Mapped[datetime | None]
