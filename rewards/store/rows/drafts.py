"""Rows of the tables of `rewards.store.schema.drafts`."""

from typing import NamedTuple


class SchemeDraftRow(NamedTuple):
    """One draft of a scheme."""

    id: int
    organisation_id: str
    status: str
    revision: int
    content_hash: str
    document: str
    rehearsed_hash: str | None
    shadowed_hash: str | None
    shadowed_mode: str | None
    shadowed_us: int | None
    version: int | None
    actor: str
    created_us: int
    changed_us: int


class DraftTextRow(NamedTuple):
    """What was written of a draft in one revision."""

    organisation_id: str
    draft_id: int
    revision: int
    text: str
    actor: str
    written_us: int
