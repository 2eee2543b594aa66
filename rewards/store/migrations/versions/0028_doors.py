"""Adds single-use links, the set-up link, ended accounts, and the company's languages and networks."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision: str | None = "0027"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "access_link",
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("created_at_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_us", sa.BigInteger(), nullable=True),
        sa.Column("ending", sa.String(length=16), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_access_link_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_access_link_person_id")),
        sa.PrimaryKeyConstraint("link_hash", name=op.f("pk_access_link")),
    )
    op.create_index("ix_access_link_person", "access_link", ["person_id"])
    op.create_table(
        "setup_link",
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_us", sa.BigInteger(), nullable=True),
        sa.Column("ending", sa.String(length=16), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("link_hash", name=op.f("pk_setup_link")),
    )
    with op.batch_alter_table("account") as batch:
        batch.add_column(sa.Column("ended_at_us", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("languages", sa.Text(), nullable=False, server_default="en"))
        batch.add_column(sa.Column("networks", sa.Text(), nullable=False, server_default="{}"))
