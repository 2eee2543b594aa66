"""Where clicks come from, as hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("click", sa.Column("address_hash", sa.String(length=64), nullable=True))
    op.add_column("click", sa.Column("block_hash", sa.String(length=64), nullable=True))
    op.create_index("ix_click_block", "click", ["block_hash"])
