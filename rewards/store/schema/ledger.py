"""Scheme versions, the inbox, the append-only ledger, and the state of each person's fold."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    text,
)

from rewards.store.schema.base import Key, flag, instant, naming, of_organisation, of_person, row_id, table

scheme_version = table(
    "scheme_version",
    row_id(),
    of_organisation(),
    Column("version", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("document", Text, nullable=False),
    instant("effective_us"),
    instant("since_us"),
    instant("published_at_us"),
    Column("mode", String(16), nullable=False),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    Column("reason", Text, nullable=False),
    instant("rolled_back_at_us", nullable=True),
    UniqueConstraint("organisation_id", "version"),
)

event = table(
    "event",
    row_id(),
    of_organisation(),
    Column("source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("payload_hash", String(64), nullable=False),
    Column("kind", String(128), nullable=False),
    of_person(merge="joins", erasure="blanked"),
    of_person("owner_id", nullable=True, merge="joins", erasure="blanked"),
    instant("occurred_us"),
    instant("received_us"),
    Column("local_date", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("object", Text, nullable=False),
    Column("channel", String(64), nullable=True),
    Column("tags", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("verification", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    flag("scored"),
    flag("backfilled"),
    instant("voided_at_us", nullable=True),
    UniqueConstraint("organisation_id", "source", "event_id"),
    Index("ix_event_person", "person_id", "occurred_us", "source", "event_id"),
    Index(
        "ix_event_owner",
        "owner_id",
        "occurred_us",
        sqlite_where=text("owner_id IS NOT NULL"),
        postgresql_where=text("owner_id IS NOT NULL"),
    ),
    Index("ix_event_organisation", "organisation_id", "occurred_us"),
)

moved_event = table(
    "moved_event",
    of_organisation(),
    Column("event_id", Key, ForeignKey("event.id"), nullable=False),
    of_person(merge="joins", erasure="number"),
    of_person("was_id", merge="stays", erasure="number"),
    PrimaryKeyConstraint("event_id", "person_id"),
    Index("ix_moved_event_person", "person_id"),
)

person_state = table(
    "person_state",
    naming(Column("person_id", Key, ForeignKey("person.id"), primary_key=True), "stays", "number"),
    of_organisation(),
    Column("scheme_version", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    instant("last_us"),
    Column("last_source", Text, nullable=False),
    Column("last_event", Text, nullable=False),
    Column("base_version", Integer, nullable=False),
    Column("base_state", LargeBinary, nullable=False),
    # The layout of both states: see rewards.ledger.renewing.
    Column("layout", Integer, nullable=False),
)

journal = table(
    "journal",
    row_id(),
    of_organisation(),
    of_person(nullable=True, merge="stays", erasure="number"),
    Column("event_ref", Key, ForeignKey("event.id"), nullable=True),
    Column("origin", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("rule", String(128), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("scheme_version", Integer, nullable=False),
    Column("local_date", Integer, nullable=False),
    Column("board_date", Integer, nullable=False),
    Column("team", String(128), nullable=False),
    instant("occurred_us"),
    instant("recorded_us"),
    instant("hold_until_us", nullable=True),
    Column("reverses", Key, ForeignKey("journal.id"), nullable=True),
    naming(Column("dedupe", String(160), nullable=True), "stays", "number"),
    # Where each object earns the badge anew: the object's key, which is kept after the event's own fields are erased.
    Column("object_key", BigInteger, nullable=True),
    UniqueConstraint("reverses"),
    UniqueConstraint("organisation_id", "dedupe"),
    Index("ix_journal_person", "person_id", "id"),
    Index("ix_journal_event", "event_ref"),
)

posting = table(
    "posting",
    row_id(),
    of_organisation(),
    Column("journal_id", Key, ForeignKey("journal.id"), nullable=False),
    Column("account", String(16), nullable=False),
    of_person(nullable=True, merge="stays", erasure="number"),
    Column("detail", String(128), nullable=False),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount <> 0", name="nonzero"),
    Index("ix_posting_journal", "journal_id"),
)
