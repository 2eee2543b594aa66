"""What a worker saw in a large file of people, kept beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision: str | None = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people_upload", sa.Column("looked", sa.Text(), nullable=True))
