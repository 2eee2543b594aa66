"""Adds a counter of claims per reward; the remaining stock follows from the scheme in force."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reward_taken",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("reward", sa.String(length=128), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_reward_taken_not_below_none")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_reward_taken_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "reward", name=op.f("pk_reward_taken")),
    )
    op.execute(
        "INSERT INTO reward_taken (organisation_id, reward, taken) "
        "SELECT organisation_id, reward, COUNT(*) FROM claim WHERE status IN ('requested', 'approved') "
        "GROUP BY organisation_id, reward"
    )
    op.drop_table("reward_stock")
