"""Rows of the tables of `rewards.store.schema.desk`."""

from typing import NamedTuple


class OutboxRow(NamedTuple):
    """One outbox message to other systems."""

    id: int
    organisation_id: str
    topic: str
    payload: str
    created_at_us: int
    dispatched_at_us: int | None


class AuditRow(NamedTuple):
    """One line of the audit log."""

    id: int
    organisation_id: str
    actor: str
    action: str
    subject: str
    reason: str
    recorded_us: int


class ReviewRow(NamedTuple):
    """One review: an event or thanks held until a person decides."""

    id: int
    organisation_id: str
    person_id: int
    event_ref: int | None
    kind: str
    detail: str
    status: str
    opened_us: int
    decided_us: int | None
    actor: str | None
    reason: str | None


class ResultRow(NamedTuple):
    """One stored result of a simulation or forecast."""

    id: int
    organisation_id: str
    kind: str
    title: str
    content_hash: str
    body: str
    saved_us: int
