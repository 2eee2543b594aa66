"""Rows of the tables of `rewards.store.schema.rollouts`."""

from typing import NamedTuple


class RolloutRow(NamedTuple):
    """A registered rollout."""

    id: int
    organisation_id: str
    title: str
    gives: str
    document: str
    content_hash: str
    first_date: int
    last_date: int
    actor: str
    registered_us: int
    stopped_us: int | None
    stop_reason: str


class RolloutPersonRow(NamedTuple):
    """Who was drawn, with her team, and the day from which she is treated; None: never."""

    rollout_id: int
    organisation_id: str
    person_id: int
    cluster: str
    from_date: int | None


class RecalibrationRow(NamedTuple):
    """A posterior that was proposed."""

    id: int
    organisation_id: str
    document: str
    content_hash: str
    about: str
    status: str
    actor: str
    proposed_us: int
    deciding_actor: str | None
    reason: str
    decided_us: int | None


class ListedRecalibrationRow(NamedTuple):
    """A posterior that was proposed, without the document, which is long."""

    id: int
    content_hash: str
    about: str
    status: str
    actor: str
    proposed_us: int
    deciding_actor: str | None
    reason: str
    decided_us: int | None
