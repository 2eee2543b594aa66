"""The people file may name several roles of a person."""

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
    # SQLite takes texts of any length. Making the table anew, to which others refer, would have them refer to nothing for a moment;
    # a change that what is stored does not feel may be written into the schema (https://sqlite.org/lang_altertable.html, 7).
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        "UPDATE sqlite_schema SET sql = replace(sql, 'role VARCHAR(32)', 'role VARCHAR(64)') WHERE type = 'table' AND name = 'person'"
    )
    op.execute("PRAGMA writable_schema = RESET")
