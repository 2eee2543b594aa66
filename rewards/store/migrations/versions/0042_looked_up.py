"""Adds a case-insensitive index of addresses, and one of audit log lines by instant and id."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision: str | None = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    small = "email COLLATE NOCASE" if op.get_bind().dialect.name == "sqlite" else "lower(email)"
    for table in ("person_identity", "person_alias"):
        op.create_index(f"ix_{table}_address", table, ["organisation_id", sa.text(small)])
    op.drop_index("ix_audit_recorded", "audit")
    op.create_index("ix_audit_recorded", "audit", ["organisation_id", "recorded_us", "id"])
