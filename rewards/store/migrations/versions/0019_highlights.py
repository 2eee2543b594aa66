"""Creates the table of recorded highlight rounds."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "highlight_round",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("highlight", sa.String(length=64), nullable=False),
        sa.Column("first_date", sa.Integer(), nullable=False),
        sa.Column("scheme_version", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("decided_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_highlight_round_organisation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "highlight", "first_date", name=op.f("pk_highlight_round")
        ),
    )
