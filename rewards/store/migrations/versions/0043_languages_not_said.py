"""Companies that never said which languages they speak are offered all: until now the column said English, and pages came in any."""

from alembic import op

revision = "0043"
down_revision: str | None = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE organisation SET languages = '' WHERE languages = 'en'")
