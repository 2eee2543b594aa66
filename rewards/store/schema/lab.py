"""Tables of the scenario lab: experiments, all revisions of their texts, and their runs."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Text

from rewards.store.schema.base import Key, flag, instant, naming, of_organisation, row_id, table

experiment = table(
    "experiment",
    row_id(),
    of_organisation(),
    Column("title", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    flag("put_aside"),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    instant("created_us"),
    instant("changed_us"),
    Index("ix_experiment_organisation", "organisation_id", "id"),
)

experiment_text = table(
    "experiment_text",
    of_organisation(),
    Column("experiment_id", Key, ForeignKey("experiment.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    # With its comments, which may name people: swept on erasure.
    Column("text", Text, nullable=False),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    instant("written_us"),
    PrimaryKeyConstraint("experiment_id", "revision"),
)

experiment_run = table(
    "experiment_run",
    Column("job_id", Key, ForeignKey("job.id"), primary_key=True, autoincrement=False),
    of_organisation(),
    Column("experiment_id", Key, ForeignKey("experiment.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Index("ix_experiment_run_experiment", "experiment_id", "job_id"),
)
