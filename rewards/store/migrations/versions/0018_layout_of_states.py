"""Adds the layout of stored fold states; `groundswell db upgrade` folds states of an older layout again."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person_state") as batch:
        batch.add_column(sa.Column("layout", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("person_state") as batch:
        batch.alter_column("layout", server_default=None)
