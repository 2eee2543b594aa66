"""The table of recalibrations: posteriors proposed for the model, and the decision about each."""

from sqlalchemy import Column, Index, String, Text

from rewards.store.schema.base import instant, naming, of_organisation, row_id, table

recalibration = table(
    "recalibration",
    row_id(),
    of_organisation(),
    Column("document", String, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("about", String, nullable=False),
    Column("status", String(16), nullable=False),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    instant("proposed_us"),
    naming(Column("deciding_actor", Text, nullable=True), "stays", "swept"),
    naming(Column("reason", Text, nullable=False, server_default=""), "stays", "swept"),
    instant("decided_us", nullable=True),
    Index("ix_recalibration_organisation", "organisation_id", "id"),
)
