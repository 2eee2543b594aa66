"""Rows of the tables of `rewards.store.schema.jobs`."""

from typing import NamedTuple


class JobRow(NamedTuple):
    """One job: long work requested by a person or by the program."""

    id: int
    organisation_id: str
    kind: str
    title: str
    spec: str
    spec_hash: str
    priority: int
    status: str
    actor: str
    worker: str | None
    lease_us: int | None
    attempts: int
    cancel_us: int | None
    done: int
    total: int
    created_us: int
    started_us: int | None
    finished_us: int | None
    partial: str | None
    fault: str
    result_id: int | None
    again_of: int | None


class JobChunkRow(NamedTuple):
    """One finished chunk of a job."""

    job_id: int
    organisation_id: str
    number: int
    body: bytes
    saved_us: int


class ListedJobRow(NamedTuple):
    """A job without its long documents; of its partial result only the length."""

    id: int
    organisation_id: str
    kind: str
    title: str
    spec_hash: str
    priority: int
    status: str
    actor: str
    attempts: int
    cancel_us: int | None
    done: int
    total: int
    created_us: int
    started_us: int | None
    finished_us: int | None
    fault: str
    result_id: int | None
    again_of: int | None
    partial_length: int
