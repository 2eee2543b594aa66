"""Creates the tables of the approval gate: rehearsals and decisions. Existing organisations publish without the gate."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision: str | None = "0040"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "organisation",
        sa.Column(
            "gated", sa.Boolean(create_constraint=False), server_default=sa.text("false"), nullable=False
        ),
    )
    op.add_column(
        "organisation", sa.Column("rehearsal_days", sa.Integer(), server_default="30", nullable=False)
    )
    op.add_column(
        "organisation", sa.Column("notice_hours", sa.Integer(), server_default="24", nullable=False)
    )
    op.create_table(
        "scheme_rehearsal",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("result_id", KEY, nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column(
            "fair", sa.Boolean(create_constraint=False), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("forecast", sa.String(), nullable=False),
        sa.Column("rehearsed_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_scheme_rehearsal_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name=op.f("fk_scheme_rehearsal_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_rehearsal")),
    )
    op.create_index("ix_scheme_rehearsal_hash", "scheme_rehearsal", ["organisation_id", "content_hash", "id"])
    op.create_table(
        "scheme_decision",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("draft_id", KEY, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("effective_us", sa.BigInteger(), nullable=False),
        sa.Column(
            "displace_scheduled",
            sa.Boolean(create_constraint=False),
            server_default=sa.text("false"),
            nullable=False,
        ),
        sa.Column("proposing_actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("exception", sa.Text(), nullable=False),
        sa.Column("proposed_us", sa.BigInteger(), nullable=False),
        sa.Column("deciding_actor", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "past_gate", sa.Boolean(create_constraint=False), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("decided_us", sa.BigInteger(), nullable=True),
        sa.Column("rehearsal_id", KEY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_scheme_decision_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["scheme_draft.id"], name=op.f("fk_scheme_decision_draft_id")),
        sa.ForeignKeyConstraint(
            ["rehearsal_id"], ["scheme_rehearsal.id"], name=op.f("fk_scheme_decision_rehearsal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_decision")),
    )
    op.create_index("ix_scheme_decision_draft", "scheme_decision", ["organisation_id", "draft_id", "id"])
