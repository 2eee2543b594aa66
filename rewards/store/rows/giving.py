"""Rows of the tables of `rewards.store.schema.giving`."""

from typing import NamedTuple


class KudosRow(NamedTuple):
    """One gift of thanks."""

    id: int
    organisation_id: str
    giver_id: int
    receiver_id: int
    message: str
    tags: str
    amount: int
    dedupe: str
    request_hash: str
    status: str
    given_us: int


class RewardTakenRow(NamedTuple):
    """Number of claims of a reward."""

    organisation_id: str
    reward: str
    taken: int


class ClaimRow(NamedTuple):
    """One claim of a reward."""

    id: int
    organisation_id: str
    person_id: int
    reward: str
    cost: int
    value: int
    period: str
    status: str
    journal_id: int
    dedupe: str
    claimed_us: int
    decided_us: int | None
    actor: str | None
    reason: str | None
