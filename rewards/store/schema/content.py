"""Tables of the content desk: drafts, decisions, policy, and employees' suggestions."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Text

from rewards.store.schema.base import Key, instant, naming, of_organisation, of_person, row_id, table

suggestion = table(
    "suggestion",
    row_id(),
    of_organisation(),
    of_person(merge="moves", erasure="blanked"),
    Column("item", String(64), nullable=True),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("status", String(16), nullable=False),
    instant("opened_us"),
    instant("decided_us", nullable=True),
    naming(Column("actor", Text, nullable=True), "stays", "swept"),
    Column("reason", Text, nullable=True),
    Column("became", String(64), nullable=True),
    Index("ix_suggestion_status", "organisation_id", "status", "id"),
    Index("ix_suggestion_person", "person_id"),
)

set_aside = table(
    "set_aside",
    row_id(),
    of_organisation(),
    of_person(merge="moves", erasure="dropped"),
    Column("item", String(64), nullable=False),
    Index("ix_set_aside_person", "person_id", "item"),
)

content_draft = table(
    "content_draft",
    of_organisation(),
    Column("item", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Column("status", String(16), nullable=False),
    naming(Column("author", Text, nullable=False), "stays", "swept"),
    Column("revision", Integer, nullable=False),
    instant("changed_us"),
    Column("suggestion_id", Key, ForeignKey("suggestion.id"), nullable=True),
    PrimaryKeyConstraint("organisation_id", "item"),
)

content_decision = table(
    "content_decision",
    row_id(),
    of_organisation(),
    Column("item", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("decision", String(16), nullable=False),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    Column("reason", Text, nullable=False),
    instant("decided_us"),
    Index("ix_content_decision_item", "organisation_id", "item", "id"),
)

content_policy = table(
    "content_policy",
    of_organisation(),
    Column("document", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    instant("changed_us"),
    PrimaryKeyConstraint("organisation_id"),
)
