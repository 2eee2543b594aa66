"""Adds hashes of an identity provider's subject and session to sessions, for back-channel logout."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision: str | None = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("session_token") as batch:
        batch.add_column(sa.Column("provider_subject", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("provider_session", sa.String(length=64), nullable=True))
        batch.create_index("ix_session_token_provider", ["organisation_id", "provider_subject"])
        batch.create_index("ix_session_token_provider_session", ["organisation_id", "provider_session"])
