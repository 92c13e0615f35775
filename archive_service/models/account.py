"""Who may sign in, with which roles at which units, through which sessions and tokens.

Roles give rights by the table in `rules.access`. Passwords and tokens are kept as hashes only.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive_service.db import Base, Code, Id, Label, Prose, Serial


class AccountState(StrEnum):
    """A registrar stays `waiting` until a training record is filed (HN-22.1, GZ-29.1, YK-30.2)."""

    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


class Account(Base):
    """A person who may sign in."""

    __tablename__ = "account"

    id: Mapped[Id] = mapped_column(primary_key=True)
    login: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Label]
    password_hash: Mapped[Prose | None]
    state: Mapped[AccountState]
    must_change_password: Mapped[bool]
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class AccountRole(Base):
    """A role of an account at a unit; a homeroom teacher's is narrowed to one class."""

    __tablename__ = "account_role"
    __table_args__ = (UniqueConstraint("account_id", "organisation_id", "role", "grade", "class_name"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[Code]
    grade: Mapped[Code] = mapped_column(default="")
    class_name: Mapped[Code] = mapped_column(default="")
    valid_from_on: Mapped[date]
    valid_to_on: Mapped[date | None]


class TrainingRecord(Base):
    """Proof that a registrar was trained before working."""

    __tablename__ = "training_record"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    trained_on: Mapped[date]
    subject: Mapped[Label]
    filing_ref: Mapped[Label]
    filed_by: Mapped[Id | None]
    filed_at: Mapped[datetime]


class WebSession(Base):
    """A signed-in browser; the cookie holds the token, the row its hash."""

    __tablename__ = "web_session"

    token_hash: Mapped[Code] = mapped_column(primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    role_id: Mapped[int | None] = mapped_column(Serial)  # the role in use where a person has several
    address: Mapped[Code]
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiToken(Base):
    """A bearer token with a scope and an end."""

    __tablename__ = "api_token"

    id: Mapped[Id] = mapped_column(primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[Code] = mapped_column(unique=True)
    label: Mapped[Label]
    scopes: Mapped[list[str]]  # empty: the account's own rights
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class SignInFailure(Base):
    """A failed try, counted by login and by address."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index(None, "login", "at"), Index(None, "address", "at"))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    login: Mapped[Code]
    address: Mapped[Code]
    at: Mapped[datetime]
