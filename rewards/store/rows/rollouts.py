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
    """A person drawn, with the team at the draw and the first treated day (None: never)."""

    rollout_id: int
    organisation_id: str
    person_id: int
    cluster: str
    from_date: int | None


class RecalibrationRow(NamedTuple):
    """A proposed posterior."""

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
    """A proposed posterior without its document, which is long."""

    id: int
    content_hash: str
    about: str
    status: str
    actor: str
    proposed_us: int
    deciding_actor: str | None
    reason: str
    decided_us: int | None
