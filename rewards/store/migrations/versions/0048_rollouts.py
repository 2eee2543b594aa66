"""Creates the tables of randomised rollouts: registered plans, and the people drawn into each arm."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision: str | None = "0046"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rollout",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("gives", sa.String(length=16), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("first_date", sa.Integer(), nullable=False),
        sa.Column("last_date", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("registered_us", sa.BigInteger(), nullable=False),
        sa.Column("stopped_us", sa.BigInteger(), nullable=True),
        sa.Column("stop_reason", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_rollout_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout")),
    )
    op.create_index("ix_rollout_organisation", "rollout", ["organisation_id", "id"])
    op.create_table(
        "rollout_person",
        sa.Column("rollout_id", KEY, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("cluster", sa.String(length=200), nullable=False),
        sa.Column("from_date", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["rollout_id"], ["rollout.id"], name=op.f("fk_rollout_person_rollout_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_rollout_person_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rollout_person_person_id")),
        sa.PrimaryKeyConstraint("rollout_id", "person_id", name=op.f("pk_rollout_person")),
    )
    op.create_index("ix_rollout_person_person", "rollout_person", ["person_id"])
