"""Creates the tables of awards by nomination."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "nomination",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("award", sa.String(length=64), nullable=False),
        sa.Column("first_date", sa.Integer(), nullable=False),
        sa.Column("scheme_version", sa.Integer(), nullable=False),
        sa.Column("nominator_id", KEY, nullable=False),
        sa.Column("nominee_id", KEY, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("named_us", sa.BigInteger(), nullable=False),
        sa.Column("journal_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_nomination_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["nominator_id"], ["person.id"], name=op.f("fk_nomination_nominator_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["person.id"], name=op.f("fk_nomination_nominee_id")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_nomination_journal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
        sa.UniqueConstraint(
            "organisation_id", "award", "first_date", "nominator_id", "nominee_id",
            name=op.f("uq_nomination_once"),
        ),
    )  # fmt: skip
    op.create_index("ix_nomination_nominator", "nomination", ["nominator_id"])
    op.create_index("ix_nomination_nominee", "nomination", ["nominee_id"])
    op.create_table(
        "award_round",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("award", sa.String(length=64), nullable=False),
        sa.Column("first_date", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_award_round_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "award", "first_date", name=op.f("pk_award_round")),
    )
