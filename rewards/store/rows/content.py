"""Rows of the tables of `rewards.store.schema.content`."""

from typing import NamedTuple


class ContentDecisionRow(NamedTuple):
    """One decision about an item."""

    id: int
    organisation_id: str
    item: str
    revision: int
    decision: str
    actor: str
    reason: str
    decided_us: int


class ContentPolicyRow(NamedTuple):
    """An organisation's content policy."""

    organisation_id: str
    document: str
    revision: int
    changed_us: int


class SuggestionRow(NamedTuple):
    """An employee's suggestion."""

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
    """A draft of an item, published already or not."""

    organisation_id: str
    item: str
    document: str
    status: str
    author: str
    revision: int
    changed_us: int
    suggestion_id: int | None


class NamedSuggestionRow(NamedTuple):
    """A suggestion with its author, unless erased."""

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
    """An item dismissed by a person."""

    id: int
    organisation_id: str
    person_id: int
    item: str
