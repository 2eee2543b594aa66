"""Adds the last use and device of sessions, their sign-out at an identity provider, and the last use of tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("session_token") as batch:
        batch.add_column(sa.Column("seen_at_us", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("device", sa.String(length=64), nullable=False, server_default=""))
        batch.add_column(sa.Column("provider_hint", sa.String(), nullable=True))
    op.execute("UPDATE session_token SET seen_at_us = created_at_us")
    with op.batch_alter_table("session_token") as batch:
        batch.alter_column("seen_at_us", existing_type=sa.BigInteger(), nullable=False)
        batch.alter_column("device", existing_type=sa.String(length=64), server_default=None)
    op.add_column("api_token", sa.Column("used_at_us", sa.BigInteger(), nullable=True))
