"""Tables of pending and recorded work: the outbox, the audit log, the review queue, stored results."""

from sqlalchemy import Column, ForeignKey, Index, String, Text, text

from rewards.store.schema.base import Key, instant, naming, of_organisation, of_person, row_id, table

outbox = table(
    "outbox",
    row_id(),
    of_organisation(),
    Column("topic", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    instant("created_at_us"),
    instant("dispatched_at_us", nullable=True),
    Index(
        "ix_outbox_waiting",
        "id",
        sqlite_where=text("dispatched_at_us IS NULL"),
        postgresql_where=text("dispatched_at_us IS NULL"),
    ),
)

audit = table(
    "audit",
    row_id(),
    of_organisation(),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    Column("action", String(64), nullable=False),
    naming(Column("subject", Text, nullable=False), "stays", "swept"),
    Column("reason", Text, nullable=False),
    instant("recorded_us"),
    Index("ix_audit_recorded", "organisation_id", "recorded_us", "id"),
    Index("ix_audit_subject", "organisation_id", "subject", "recorded_us"),
    Index("ix_audit_actor", "organisation_id", "actor", "recorded_us"),
    Index("ix_audit_action", "organisation_id", "action", "recorded_us"),
)

review = table(
    "review",
    row_id(),
    of_organisation(),
    of_person(merge="moves", erasure="number"),
    Column("event_ref", Key, ForeignKey("event.id"), nullable=True),
    Column("kind", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("status", String(16), nullable=False),
    instant("opened_us"),
    instant("decided_us", nullable=True),
    naming(Column("actor", Text, nullable=True), "stays", "swept"),
    Column("reason", Text, nullable=True),
    Index("ix_review_status", "organisation_id", "status"),
    Index("ix_review_event", "event_ref"),
)

result = table(
    "result",
    row_id(),
    of_organisation(),
    Column("kind", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
    instant("saved_us"),
    Index("ix_result_kind", "organisation_id", "kind", "id"),
)
