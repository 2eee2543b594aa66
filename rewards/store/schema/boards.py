"""Projections: sums over the ledger, updated with it and rebuilt from it."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
)

from rewards.store.schema.base import Key, flag, instant, naming, of_organisation, of_person, table

balance = table(
    "balance",
    of_organisation(),
    Column("account", String(16), nullable=False),
    naming(Column("holder", Key, nullable=False), "follows", "number"),
    Column("detail", String(128), nullable=False),
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "account", "holder", "detail"),
    CheckConstraint("account NOT IN ('allowance', 'budget', 'held') OR amount >= 0", name="funded"),
)

person_day = table(
    "person_day",
    of_organisation(),
    of_person(merge="follows", erasure="number"),
    Column("local_date", Integer, nullable=False),
    Column("earned", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "person_id", "local_date"),
)

team_day = table(
    "team_day",
    of_organisation(),
    Column("team", String(128), nullable=False),
    Column("board_date", Integer, nullable=False),
    Column("earned", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "team", "board_date"),
)

board_score = table(
    "board_score",
    of_organisation(),
    Column("window", String(16), nullable=False),
    of_person(merge="follows", erasure="number"),
    Column("score", BigInteger, nullable=False),
    flag("visible"),
    PrimaryKeyConstraint("organisation_id", "window", "person_id"),
    Index("ix_board_score_rank", "organisation_id", "window", "visible", "score", "person_id"),
)

board_bucket = table(
    "board_bucket",
    of_organisation(),
    Column("window", String(16), nullable=False),
    Column("bucket", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    PrimaryKeyConstraint("organisation_id", "window", "bucket"),
)

person_badge = table(
    "person_badge",
    of_organisation(),
    of_person(merge="follows", erasure="number"),
    Column("badge", String(128), nullable=False),
    Column("object_key", BigInteger, nullable=False),
    Column("journal_id", Key, ForeignKey("journal.id"), nullable=False),
    instant("awarded_us"),
    instant("revoked_us", nullable=True),
    PrimaryKeyConstraint("organisation_id", "person_id", "badge", "object_key"),
)
