"""Adds indexes for counting participants and listing ids; deletes stored rollback effects, which are computed again."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision: str | None = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_person_segment", table_name="person")
    op.create_index("ix_person_segment", "person", ["organisation_id", "segment", "standing", "status"])
    op.drop_index("ix_person_team", table_name="person")
    op.create_index("ix_person_team", "person", ["organisation_id", "team", "standing", "status", "segment"])
    if op.get_bind().dialect.name == "postgresql":
        # API lists are in code point order, which SQLite's index has anyway.
        letters = sa.text('(external_id::text) COLLATE "C"')
        op.create_index("ix_person_identity_letters", "person_identity", ["organisation_id", letters])
    op.execute("DELETE FROM result WHERE kind = 'rollback'")
