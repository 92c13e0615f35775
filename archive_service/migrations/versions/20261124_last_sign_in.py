"""when an account last signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE account SET signed_in_at = "
        "(SELECT max(event.at) FROM event WHERE event.account_id = account.id AND event.act = 'session.opened')"
    )
