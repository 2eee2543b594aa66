"""Tables of awards by nomination, which a person decides, and of highlights."""

from sqlalchemy import (
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

nomination = table(
    "nomination",
    row_id(),
    of_organisation(),
    Column("award", String(64), nullable=False),
    Column("first_date", Integer, nullable=False),
    Column("scheme_version", Integer, nullable=False),
    of_person("nominator_id", merge="joins", erasure="blanked"),
    of_person("nominee_id", merge="joins", erasure="blanked"),
    Column("message", Text, nullable=False),
    instant("named_us"),
    Column("journal_id", Key, ForeignKey("journal.id"), nullable=True),
    UniqueConstraint(
        "organisation_id", "award", "first_date", "nominator_id", "nominee_id", name="uq_nomination_once"
    ),
    Index("ix_nomination_nominator", "nominator_id"),
    Index("ix_nomination_nominee", "nominee_id"),
)

award_round = table(
    "award_round",
    of_organisation(),
    Column("award", String(64), nullable=False),
    Column("first_date", Integer, nullable=False),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    Column("reason", Text, nullable=False),
    instant("decided_us"),
    PrimaryKeyConstraint("organisation_id", "award", "first_date"),
)

highlight_round = table(
    "highlight_round",
    of_organisation(),
    Column("highlight", String(64), nullable=False),
    Column("first_date", Integer, nullable=False),
    Column("scheme_version", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    instant("decided_us"),
    PrimaryKeyConstraint("organisation_id", "highlight", "first_date"),
)
