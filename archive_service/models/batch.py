"""Papers taken in together, and the number of the act of taking them in (接收号)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Id, Label


class Batch(Base):
    """Papers taken in together by one person for one unit."""

    __tablename__ = "batch"
    __table_args__ = (Index(None, "organisation_id", "opened_at"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    accession_no: Mapped[Code] = mapped_column(unique=True)
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"))
    label: Mapped[Label]
    source: Mapped[Code]  # web, api, folder, sheet, demo
    expected: Mapped[int | None]
    opened_by: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
