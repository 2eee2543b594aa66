"""Thanks between colleagues, and rewards bought with points."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

from rewards.store.schema.base import Key, instant, naming, of_organisation, of_person, row_id, table

kudos = table(
    "kudos",
    row_id(),
    of_organisation(),
    of_person("giver_id", merge="moves", erasure="blanked"),
    of_person("receiver_id", merge="moves", erasure="blanked"),
    Column("message", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    naming(Column("dedupe", String(160), nullable=False), "stays", "number"),
    Column("request_hash", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    instant("given_us"),
    UniqueConstraint("organisation_id", "dedupe"),
    Index("ix_kudos_receiver", "receiver_id", "given_us"),
    Index("ix_kudos_giver", "giver_id", "given_us"),
)

reward_taken = table(
    "reward_taken",
    of_organisation(),
    Column("reward", String(128), nullable=False),
    Column("taken", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "reward"),
    CheckConstraint("taken >= 0", name="not_below_none"),
)

claim = table(
    "claim",
    row_id(),
    of_organisation(),
    of_person(merge="moves", erasure="number"),
    Column("reward", String(128), nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("period", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("journal_id", Key, ForeignKey("journal.id"), nullable=False),
    naming(Column("dedupe", String(160), nullable=False), "stays", "number"),
    instant("claimed_us"),
    instant("decided_us", nullable=True),
    naming(Column("actor", Text, nullable=True), "stays", "swept"),
    Column("reason", Text, nullable=True),
    UniqueConstraint("organisation_id", "dedupe"),
    Index("ix_claim_person", "person_id"),
)
