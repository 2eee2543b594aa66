"""Tables of jobs: their specifications, and the chunks that are finished.

Specifications and results are machine-written documents that name nobody: String, so that erasure never rewrites them.
"""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    text,
)

from rewards.store.schema.base import Key, instant, naming, of_organisation, row_id, table

job = table(
    "job",
    row_id(),
    of_organisation(),
    Column("kind", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("spec", String, nullable=False),
    Column("spec_hash", String(64), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    naming(Column("actor", Text, nullable=False), "stays", "swept"),
    Column("worker", String(64), nullable=True),
    instant("lease_us", nullable=True),
    Column("attempts", Integer, nullable=False),
    instant("cancel_us", nullable=True),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    instant("created_us"),
    instant("started_us", nullable=True),
    instant("finished_us", nullable=True),
    Column("partial", String, nullable=True),
    Column("fault", String, nullable=False, server_default=""),
    Column("result_id", Key, ForeignKey("result.id"), nullable=True),
    Column("again_of", Key, nullable=True),
    Index("ix_job_organisation", "organisation_id", "id"),
    Index(
        "ix_job_open",
        "priority",
        "id",
        sqlite_where=text("status IN ('waiting', 'running')"),
        postgresql_where=text("status IN ('waiting', 'running')"),
    ),
)

job_chunk = table(
    "job_chunk",
    Column("job_id", Key, ForeignKey("job.id"), nullable=False),
    of_organisation(),
    Column("number", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    instant("saved_us"),
    PrimaryKeyConstraint("job_id", "number"),
)
