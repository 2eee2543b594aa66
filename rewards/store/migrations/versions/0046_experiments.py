"""Creates the tables of the scenario lab: experiments, revisions of their texts, and runs."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision: str | None = "0045"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "experiment",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "put_aside", sa.Boolean(create_constraint=False), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_experiment_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment")),
    )
    op.create_index("ix_experiment_organisation", "experiment", ["organisation_id", "id"])
    op.create_table(
        "experiment_text",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("experiment_id", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("written_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_experiment_text_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiment.id"], name=op.f("fk_experiment_text_experiment_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "revision", name=op.f("pk_experiment_text")),
    )
    op.create_table(
        "experiment_run",
        sa.Column("job_id", KEY, autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("experiment_id", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_experiment_run_job_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_experiment_run_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiment.id"], name=op.f("fk_experiment_run_experiment_id")
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_experiment_run")),
    )
    op.create_index("ix_experiment_run_experiment", "experiment_run", ["experiment_id", "job_id"])
