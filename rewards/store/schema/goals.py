"""Tables of challenges: results, fixed once late events can no longer change them."""

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String

from rewards.store.schema.base import instant, naming, of_organisation, table

challenge_result = table(
    "challenge_result",
    of_organisation(),
    Column("challenge", String(64), nullable=False),
    Column("first_date", Integer, nullable=False),
    # In challenges of persons: the internal id.
    naming(Column("team", String(128), nullable=False), "stays", "number"),
    Column("amount", BigInteger, nullable=False),
    Column("goal", BigInteger, nullable=False),
    instant("decided_us"),
    PrimaryKeyConstraint("organisation_id", "challenge", "first_date", "team"),
)
