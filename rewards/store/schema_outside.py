"""Tables of what faces the outside: signing keys and credentials, webhooks and their deliveries, keys of requests."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from rewards.store.schema import Key, metadata


def _organisation() -> Column[str]:
    return Column("organisation_id", String(64), ForeignKey("organisation.organisation_id"), nullable=False)


def _us(name: str, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


issuer_key = Table(
    "issuer_key",
    metadata,
    Column("id", String(32), primary_key=True),
    _organisation(),
    Column("did", Text, nullable=False),
    Column("algorithm", String(8), nullable=False),
    Column("public_pem", Text, nullable=False),
    Column("private_pem", Text, nullable=True),
    _us("created_us"),
    UniqueConstraint("organisation_id", "did"),
)

credential = Table(
    "credential",
    metadata,
    Column("id", String(36), primary_key=True),
    _organisation(),
    Column("person_id", Key, ForeignKey("person.id"), nullable=False),
    Column("badge", String(128), nullable=False),
    Column("journal_id", Key, ForeignKey("journal.id"), nullable=False),
    Column("issuer", String(32), ForeignKey("issuer_key.id"), nullable=False),
    Column("list_number", Integer, nullable=False),
    Column("list_index", Integer, nullable=False),
    Column("token", Text, nullable=True),
    _us("issued_us"),
    _us("revoked_us", nullable=True),
    UniqueConstraint("person_id", "journal_id"),
    UniqueConstraint("issuer", "list_number", "list_index"),
)

webhook = Table(
    "webhook",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    _organisation(),
    Column("url", Text, nullable=False),
    Column("topics", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("former_secret", Text, nullable=True),
    _us("former_until_us", nullable=True),
    Column("status", String(16), nullable=False),
    _us("created_us"),
    Index("ix_webhook_organisation", "organisation_id"),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    _organisation(),
    Column("webhook_id", Key, ForeignKey("webhook.id"), nullable=False),
    Column("outbox_id", Key, ForeignKey("outbox.id"), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    _us("next_us"),
    _us("delivered_us", nullable=True),
    Column("answer", Text, nullable=False),
    UniqueConstraint("message_id"),
    UniqueConstraint("webhook_id", "outbox_id"),
    Index(
        "ix_webhook_delivery_due",
        "next_us",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
)
