"""second scans: the keys by which pages are found again, and the records that may be one paper."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "page_key",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("page_no", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_page_key__record_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_page_key__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_key")),
    )
    op.create_index(op.f("ix_page_key__unit_id_key_record_id"), "page_key", ["unit_id", "key", "record_id"])
    op.create_index(op.f("ix_page_key__record_id"), "page_key", ["record_id"])
    op.create_table(
        "rescan",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("first_id", sa.String(length=32), nullable=False),
        sa.Column("pages", JSON, nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("denied_by", sa.String(length=32), nullable=True),
        sa.Column("denied_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_rescan__record_id")),
        sa.ForeignKeyConstraint(["first_id"], ["record.id"], name=op.f("fk_rescan__first_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescan")),
        sa.UniqueConstraint("record_id", name=op.f("uq_rescan__record_id")),
    )
    op.create_index(op.f("ix_rescan__first_id"), "rescan", ["first_id"])
