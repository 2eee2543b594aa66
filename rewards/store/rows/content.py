"""Rows of the tables of `rewards.store.schema.content`."""

from typing import NamedTuple


class ContentDecisionRow(NamedTuple):
    """One row of `content_decision`."""

    id: int
    organisation_id: str
    item: str
    revision: int
    decision: str
    actor: str
    reason: str
    decided_us: int


class ContentPolicyRow(NamedTuple):
    """One row of `content_policy`."""

    organisation_id: str
    document: str
    revision: int
    changed_us: int


class SuggestionRow(NamedTuple):
    """One row of `suggestion`."""

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
    """One row of `content_draft`."""

    organisation_id: str
    item: str
    document: str
    status: str
    author: str
    revision: int
    changed_us: int
    suggestion_id: int | None
