"""Adds the object to the key of badges, so that a badge can be held once per object."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("journal", sa.Column("object_key", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("credential") as batch:
        batch.add_column(sa.Column("object_key", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("credential") as batch:
        batch.alter_column("object_key", server_default=None)
    _rekey_badges()


def _rekey_badges() -> None:
    """Rebuild the table with the longer key. Earlier awards have no object and remain one row per person."""
    op.execute("CREATE TABLE person_badge_before AS SELECT * FROM person_badge")
    op.drop_table("person_badge")
    op.create_table(
        "person_badge",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("badge", sa.String(length=128), nullable=False),
        sa.Column("object_key", sa.BigInteger(), nullable=False),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("awarded_us", sa.BigInteger(), nullable=False),
        sa.Column("revoked_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_person_badge_journal_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_person_badge_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_badge_person_id")),
        sa.PrimaryKeyConstraint(
            "organisation_id", "person_id", "badge", "object_key", name=op.f("pk_person_badge")
        ),
    )
    op.execute(
        "INSERT INTO person_badge "
        "(organisation_id, person_id, badge, object_key, journal_id, awarded_us, revoked_us) "
        "SELECT organisation_id, person_id, badge, 0, journal_id, awarded_us, revoked_us FROM person_badge_before"
    )
    op.drop_table("person_badge_before")
