"""Adds people's enrolment states and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("person", sa.Column("standing", sa.String(length=16), server_default="", nullable=False))
    op.add_column("person", sa.Column("standing_us", sa.BigInteger(), nullable=True))
    op.add_column(
        "organisation",
        sa.Column("enrolled_only", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
    )
    op.create_index(
        "ix_person_groups", "person", ["organisation_id", "status", "segment", "team", "standing"]
    )
    op.create_table(
        "enrolment",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_enrolment_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("person_id", "from_us", name=op.f("uq_enrolment_person_id_from_us")),
    )
