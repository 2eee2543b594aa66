"""Rows of the tables of `rewards.store.schema.boards`."""

from typing import NamedTuple


class BalanceRow(NamedTuple):
    """The balance of one account of one holder."""

    organisation_id: str
    account: str
    holder: int
    detail: str
    amount: int


class PersonDayRow(NamedTuple):
    """Points earned by a person on a local date."""

    organisation_id: str
    person_id: int
    local_date: int
    earned: int


class TeamDayRow(NamedTuple):
    """Points earned by a team on a board date."""

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
    """Number of visible people with scores in one bucket."""

    organisation_id: str
    window: str
    bucket: int
    people: int


class PersonBadgeRow(NamedTuple):
    """A badge's state, projected from the ledger."""

    organisation_id: str
    person_id: int
    badge: str
    object_key: int
    journal_id: int
    awarded_us: int
    revoked_us: int | None


class MovedScoreRow(NamedTuple):
    """A board score after an addition."""

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
