"""Adds a flag for backfilled events, which are exempt from the review of unusual speed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "event", sa.Column("backfilled", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
    )
