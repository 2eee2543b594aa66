"""Adds the progress of notifying the sharers of a recalled item."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision: str | None = "0029"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("content_item", sa.Column("told_until", KEY, nullable=True))
