"""Tables of randomised rollouts: the registered plan, and the people drawn into each arm. Neither is changed afterwards."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Text

from rewards.store.schema.base import Key, instant, naming, of_organisation, of_person, row_id, table

rollout = table(
    "rollout",
    row_id(),
    of_organisation(),
    Column("title", String(200), nullable=False),
    Column("gives", String(16), nullable=False),
    Column("document", String, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("first_date", Integer, nullable=False),
    Column("last_date", Integer, nullable=False),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    instant("registered_us"),
    instant("stopped_us", nullable=True),
    Column("stop_reason", String, nullable=False, server_default=""),
    Index("ix_rollout_organisation", "organisation_id", "id"),
)

rollout_person = table(
    "rollout_person",
    Column("rollout_id", Key, ForeignKey("rollout.id"), nullable=False),
    of_organisation(),
    of_person(merge="stays", erasure="number"),
    Column("cluster", String(200), nullable=False),
    Column("from_date", Integer, nullable=True),
    PrimaryKeyConstraint("rollout_id", "person_id"),
    Index("ix_rollout_person_person", "person_id"),
)
