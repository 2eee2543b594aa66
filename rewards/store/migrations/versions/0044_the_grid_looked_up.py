"""Adds columns derived from content documents, by which the grid is filtered and sorted."""

import sqlalchemy as sa
from alembic import op

from rewards.store.facts import told_by

revision = "0044"
down_revision: str | None = "0043"
branch_labels = None
depends_on = None

CHUNK = 500


def upgrade() -> None:
    table = op.create_table(
        "content_fact",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("drafted", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("segments", sa.Text(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Integer(), nullable=True),
        sa.Column("expires_us", sa.BigInteger(), nullable=True),
        sa.Column("open_somewhere", sa.Boolean(create_constraint=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_content_fact_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "item", "drafted", name=op.f("pk_content_fact")),
    )
    connection = op.get_bind()
    for source, drafted in (("content_item", False), ("content_draft", True)):
        query = sa.text(f"SELECT organisation_id, item, document FROM {source}")  # noqa: S608 - one of two names
        known = connection.execute(query).all()
        for start in range(0, len(known), CHUNK):
            rows = [
                {
                    "organisation_id": row.organisation_id,
                    "item": row.item,
                    "drafted": drafted,
                    **told_by(row.document),
                }
                for row in known[start : start + CHUNK]
            ]
            connection.execute(sa.insert(table), rows)
