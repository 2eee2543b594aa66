"""The people file may name several roles of a person."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision: str | None = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.alter_column(
            "role", type_=sa.String(length=64), existing_type=sa.String(length=32), existing_nullable=False
        )
