"""Adds a worker's preview to large people files."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision: str | None = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people_upload", sa.Column("looked", sa.Text(), nullable=True))
