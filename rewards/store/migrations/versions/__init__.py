"""Alembic revisions, one file per change of the schema."""
