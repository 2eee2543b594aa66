"""Rows of the tables of `rewards.store.schema.boards`."""

from typing import NamedTuple


class BalanceRow(NamedTuple):
    """What is on one account of one holder."""

    organisation_id: str
    account: str
    holder: int
    detail: str
    amount: int


class PersonDayRow(NamedTuple):
    """What a person earned on one of her own dates."""

    organisation_id: str
    person_id: int
    local_date: int
    earned: int


class TeamDayRow(NamedTuple):
    """What a team earned on one date of the boards."""

    organisation_id: str
    team: str
    board_date: int
    earned: int


class BoardScoreRow(NamedTuple):
    """A person's score in one window of the boards."""

    organisation_id: str
    window: str
    person_id: int
    score: int
    visible: bool


class BoardBucketRow(NamedTuple):
    """How many visible people have scores of one bucket."""

    organisation_id: str
    window: str
    bucket: int
    people: int


class PersonBadgeRow(NamedTuple):
    """A badge's state according to the ledger."""

    organisation_id: str
    person_id: int
    badge: str
    object_key: int
    journal_id: int
    awarded_us: int
    revoked_us: int | None


class MovedScoreRow(NamedTuple):
    """A score of the boards after it was added to."""

    window: str
    person_id: int
    score: int
    visible: bool


class PlaceRow(NamedTuple):
    """A visible person on a board."""

    person_id: int
    score: int
    external_id: str
    name: str
    pseudonym: str
