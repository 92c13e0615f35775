"""events by act, so that the last backup or check is found without leafing through the ledger."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_event__act_id"), "event", ["act", "id"])
