"""Rows of the tables of `rewards.store.schema.content`."""

from typing import NamedTuple


class ContentDecisionRow(NamedTuple):
    """One line of an item's history."""

    id: int
    organisation_id: str
    item: str
    revision: int
    decision: str
    actor: str
    reason: str
    decided_us: int


class ContentPolicyRow(NamedTuple):
    """An organisation's rules for content."""

    organisation_id: str
    document: str
    revision: int
    changed_us: int


class SuggestionRow(NamedTuple):
    """What somebody suggested to share."""

    id: int
    organisation_id: str
    person_id: int
    item: str | None
    url: str
    title: str
    words: str
    status: str
    opened_us: int
    decided_us: int | None
    actor: str | None
    reason: str | None
    became: str | None


class ContentDraftRow(NamedTuple):
    """An item that is not published yet, or its next words."""

    organisation_id: str
    item: str
    document: str
    status: str
    author: str
    revision: int
    changed_us: int
    suggestion_id: int | None


class NamedSuggestionRow(NamedTuple):
    """A suggestion with who made it, if she was not erased since."""

    id: int
    organisation_id: str
    person_id: int
    item: str | None
    url: str
    title: str
    words: str
    status: str
    opened_us: int
    decided_us: int | None
    actor: str | None
    reason: str | None
    became: str | None
    external_id: str | None
    name: str | None


class SetAsideRow(NamedTuple):
    """One row of `set_aside`."""

    id: int
    organisation_id: str
    person_id: int
    item: str
