"""Half-finished uploads (tus) and remembered answers (Idempotency-Key)."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Id, Label, Prose, Serial


class Upload(Base):
    """A resumable upload; its bytes are in `XUEJI_HOME/uploads/<id>` until a record is made of them."""

    __tablename__ = "upload"

    id: Mapped[Id] = mapped_column(primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[Label]
    length: Mapped[int] = mapped_column(Serial)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    record_id: Mapped[Id | None]  # set when a record was made of it


class RememberedAnswer(Base):
    """The first answer to an Idempotency-Key; `status` absent: still being worked on."""

    __tablename__ = "remembered_answer"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"))
    key: Mapped[Label]
    request_digest: Mapped[Code]
    status: Mapped[int | None]
    body: Mapped[Prose | None]
    created_at: Mapped[datetime]
