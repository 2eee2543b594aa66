"""Rows of the tables of `rewards.store.schema.awards`."""

from typing import NamedTuple


class NominationRow(NamedTuple):
    """One nomination of a colleague for an award."""

    id: int
    organisation_id: str
    award: str
    first_date: int
    scheme_version: int
    nominator_id: int
    nominee_id: int
    message: str
    named_us: int
    journal_id: int | None


class AwardRoundRow(NamedTuple):
    """The decision on one round of an award."""

    organisation_id: str
    award: str
    first_date: int
    actor: str
    reason: str
    decided_us: int


class HighlightRoundRow(NamedTuple):
    """One recorded round of a highlight."""

    organisation_id: str
    highlight: str
    first_date: int
    scheme_version: int
    people: int
    decided_us: int


class OpenRoundRow(NamedTuple):
    """A round with nominations, and the scheme version of the last of them."""

    award: str
    first_date: int
    scheme_version: int
