"""Tables of schemes before publication: drafts, rehearsals, and publishing decisions."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Text

from rewards.store.schema.base import Key, flag, instant, naming, of_organisation, row_id, table

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

scheme_rehearsal = table(
    "scheme_rehearsal",
    row_id(),
    of_organisation(),
    Column("content_hash", String(64), nullable=False),
    Column("result_id", Key, ForeignKey("result.id"), nullable=False),
    Column("runs", Integer, nullable=False),
    flag("fair"),
    # Numbers and limits of the result; nobody is named.
    Column("forecast", String, nullable=False),
    instant("rehearsed_us"),
    Index("ix_scheme_rehearsal_hash", "organisation_id", "content_hash", "id"),
)

scheme_decision = table(
    "scheme_decision",
    row_id(),
    of_organisation(),
    Column("draft_id", Key, ForeignKey("scheme_draft.id"), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("mode", String(16), nullable=False),
    instant("effective_us"),
    flag("displace_scheduled"),
    naming(Column("proposing_actor", Text, nullable=False), "stays", "swept"),
    Column("reason", Text, nullable=False),
    Column("exception", Text, nullable=False),
    instant("proposed_us"),
    naming(Column("deciding_actor", Text, nullable=True), "stays", "swept"),
    Column("decision", Text, nullable=False, server_default=""),
    flag("past_gate"),
    instant("decided_us", nullable=True),
    Column("rehearsal_id", Key, ForeignKey("scheme_rehearsal.id"), nullable=True),
    Column("version", Integer, nullable=True),
    Index("ix_scheme_decision_draft", "organisation_id", "draft_id", "id"),
)

draft_text = table(
    "draft_text",
    of_organisation(),
    Column("draft_id", Key, ForeignKey("scheme_draft.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    # With its comments, which may name people: swept on erasure; where it then differs from the document, that counts.
    Column("text", Text, nullable=False),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    instant("written_us"),
    PrimaryKeyConstraint("draft_id", "revision"),
)
