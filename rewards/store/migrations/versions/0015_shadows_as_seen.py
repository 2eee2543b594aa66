"""Adds the start and mode of a shadow replay; shadows stored before are computed again."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scheme_draft", sa.Column("shadowed_mode", sa.String(length=16), nullable=True))
    op.add_column("scheme_draft", sa.Column("shadowed_us", sa.BigInteger(), nullable=True))
    op.execute("UPDATE scheme_draft SET shadowed_hash = NULL WHERE status = 'draft'")
