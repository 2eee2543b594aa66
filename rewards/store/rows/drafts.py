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


class SchemeRehearsalRow(NamedTuple):
    """A rehearsed text of a scheme, and the rehearsal's results."""

    id: int
    organisation_id: str
    content_hash: str
    result_id: int
    runs: int
    fair: bool
    forecast: str
    rehearsed_us: int


class SchemeDecisionRow(NamedTuple):
    """A draft proposed for publication, and the decision about it."""

    id: int
    organisation_id: str
    draft_id: int
    content_hash: str
    status: str
    mode: str
    effective_us: int
    displace_scheduled: bool
    proposing_actor: str
    reason: str
    exception: str
    proposed_us: int
    deciding_actor: str | None
    decision: str
    past_gate: bool
    decided_us: int | None
    rehearsal_id: int | None
    version: int | None


class DraftTextRow(NamedTuple):
    """The text of a draft in one revision."""

    organisation_id: str
    draft_id: int
    revision: int
    text: str
    actor: str
    written_us: int
