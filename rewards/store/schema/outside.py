"""Tables of external interfaces: signing keys and credentials, webhooks and their deliveries.

Texts read by machines alone are String, not Text: erasure sweeps every Text for names, and must not touch signatures.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    text,
)

from rewards.store.schema.base import Key, instant, of_organisation, of_person, row_id, table

issuer_key = table(
    "issuer_key",
    Column("id", String(32), primary_key=True),
    of_organisation(),
    Column("did", String, nullable=False),
    Column("algorithm", String(8), nullable=False),
    Column("public_pem", String, nullable=False),
    Column("private_pem", String, nullable=True),
    instant("created_us"),
    UniqueConstraint("organisation_id", "did"),
)

credential = table(
    "credential",
    Column("id", String(36), primary_key=True),
    of_organisation(),
    of_person(merge="joins", erasure="blanked"),
    Column("badge", String(128), nullable=False),
    Column("object_key", BigInteger, nullable=False),
    Column("journal_id", Key, ForeignKey("journal.id"), nullable=False),
    Column("issuer", String(32), ForeignKey("issuer_key.id"), nullable=False),
    Column("list_number", Integer, nullable=False),
    Column("list_index", Integer, nullable=False),
    Column("token", String, nullable=True),
    instant("issued_us"),
    instant("revoked_us", nullable=True),
    UniqueConstraint("person_id", "journal_id"),
    UniqueConstraint("issuer", "list_number", "list_index"),
)

webhook = table(
    "webhook",
    row_id(),
    of_organisation(),
    Column("url", String, nullable=False),
    Column("topics", String, nullable=False),
    Column("secret", String(128), nullable=False),
    Column("former_secret", String(128), nullable=True),
    instant("former_until_us", nullable=True),
    Column("status", String(16), nullable=False),
    of_person(nullable=True, merge="moves", erasure="number"),
    instant("created_us"),
    Index("ix_webhook_organisation", "organisation_id"),
)

webhook_delivery = table(
    "webhook_delivery",
    row_id(),
    of_organisation(),
    Column("webhook_id", Key, ForeignKey("webhook.id"), nullable=False),
    Column("outbox_id", Key, ForeignKey("outbox.id"), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("next_us"),
    instant("delivered_us", nullable=True),
    Column("answer", Text, nullable=False),
    UniqueConstraint("message_id"),
    UniqueConstraint("webhook_id", "outbox_id"),
    Index("ix_webhook_delivery_webhook", "webhook_id", "id"),
    Index(
        "ix_webhook_delivery_due",
        "next_us",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
)

request_key = table(
    "request_key",
    of_organisation(),
    Column("caller", String(64), nullable=False),
    Column("key", String(128), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("owner", String(32), nullable=False),
    instant("until_us"),
    Column("answer", Text, nullable=True),
    instant("created_us"),
    PrimaryKeyConstraint("organisation_id", "caller", "key"),
    Index("ix_request_key_created", "created_us"),
)
