"""Rows of the tables of `rewards.store.schema.goals`."""

from typing import NamedTuple


class ChallengeResultRow(NamedTuple):
    """One unit's final count in a finished challenge."""

    organisation_id: str
    challenge: str
    first_date: int
    team: str
    amount: int
    goal: int
    decided_us: int
