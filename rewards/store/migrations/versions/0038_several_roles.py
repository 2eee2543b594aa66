"""Widens the role column, since a people file may name several roles of a person."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision: str | None = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.alter_column(
            "person", "role", type_=sa.String(64), existing_type=sa.String(32), existing_nullable=False
        )
        return
    # SQLite does not enforce text lengths. Recreating the table would break references to it for a moment; a change that leaves
    # stored rows valid may be written into the schema directly (https://sqlite.org/lang_altertable.html, 7).
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, 'role VARCHAR(32)', 'role VARCHAR(64)') WHERE type = 'table' AND name = 'person'"
    )
    op.execute("PRAGMA writable_schema = RESET")
