"""Adds aliases for merged accounts, and the account under which each of their events occurred."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "person_alias",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_person_alias_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_alias_person_id")),
        sa.PrimaryKeyConstraint("organisation_id", "external_id", name=op.f("pk_person_alias")),
    )
    op.create_index("ix_person_alias_person", "person_alias", ["person_id"])
    op.create_table(
        "moved_event",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("was_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_moved_event_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_moved_event_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_moved_event_person_id")),
        sa.ForeignKeyConstraint(["was_id"], ["person.id"], name=op.f("fk_moved_event_was_id")),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_moved_event")),
    )
    op.create_index("ix_moved_event_person", "moved_event", ["person_id"])
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "ix_person_merged", "person", ["merged_into"], sqlite_where=merged, postgresql_where=merged
    )
