"""scans looked at again by sample."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
CODE = sa.String(length=64)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "inspection",
        sa.Column("id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("seed", CODE, nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("started_by", ID, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_inspection__organisation_id")),
        sa.ForeignKeyConstraint(["started_by"], ["account.id"], name=op.f("fk_inspection__started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_index(op.f("ix_inspection__organisation_id_id"), "inspection", ["organisation_id", "id"])
    op.create_index(op.f("ix_inspection__started_by_id"), "inspection", ["started_by", "id"])
    op.create_table(
        "inspection_item",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("inspection_id", ID, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("verdict", CODE, nullable=True),
        sa.Column("fault", CODE, nullable=True),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("wrong_letters", sa.Integer(), nullable=False),
        sa.Column("marked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_item__inspection_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_inspection_item__record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_item")),
        sa.UniqueConstraint("inspection_id", "no", name=op.f("uq_inspection_item__inspection_id_no")),
    )
    op.create_index(op.f("ix_inspection_item__record_id"), "inspection_item", ["record_id"])
