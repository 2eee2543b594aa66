"""Resets the languages of companies that never chose any, which offers all of them, as their pages already did."""

from alembic import op

revision = "0043"
down_revision: str | None = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE organisation SET languages = '' WHERE languages = 'en'")
