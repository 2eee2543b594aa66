"""Tables of what is not in force yet: drafts of schemes."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Text

from rewards.store.schema.base import Key, instant, naming, of_organisation, row_id, table

scheme_draft = table(
    "scheme_draft",
    row_id(),
    of_organisation(),
    Column("status", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False),
    # A hashed document, which erasure must not rewrite: String, not Text.
    Column("document", String, nullable=False),
    Column("rehearsed_hash", String(64), nullable=True),
    Column("shadowed_hash", String(64), nullable=True),
    Column("shadowed_mode", String(16), nullable=True),
    instant("shadowed_us", nullable=True),
    Column("version", Integer, nullable=True),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    instant("created_us"),
    instant("changed_us"),
    Index("ix_scheme_draft_organisation", "organisation_id", "id"),
)

draft_text = table(
    "draft_text",
    of_organisation(),
    Column("draft_id", Key, ForeignKey("scheme_draft.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    # With its comments, which may name people: swept, and the document of the draft stands where it then says something else.
    Column("text", Text, nullable=False),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    instant("written_us"),
    PrimaryKeyConstraint("draft_id", "revision"),
)
