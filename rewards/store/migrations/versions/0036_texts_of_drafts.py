"""Creates the table of draft texts by revision, comments included."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "draft_text",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("draft_id", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("written_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_draft_text_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["scheme_draft.id"], name=op.f("fk_draft_text_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "revision", name=op.f("pk_draft_text")),
    )
