"""Adds the first day with the company, where it is known."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision: str | None = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("joined_date", sa.Integer(), nullable=True))
