"""Adds hashed origins of clicks, and the creators of tokens and webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("click", sa.Column("address_hash", sa.String(length=64), nullable=True))
    op.add_column("click", sa.Column("block_hash", sa.String(length=64), nullable=True))
    op.create_index("ix_click_block", "click", ["block_hash"])
    for table, column in (("api_token", "maker_id"), ("webhook", "person_id")):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, KEY, nullable=True))
            batch.create_foreign_key(op.f(f"fk_{table}_{column}"), "person", [column], ["id"])
