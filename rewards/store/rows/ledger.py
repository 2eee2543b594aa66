"""Rows of the tables of `rewards.store.schema.ledger`."""

from typing import NamedTuple


class SchemeVersionRow(NamedTuple):
    """One published version of the scheme."""

    id: int
    organisation_id: str
    version: int
    content_hash: str
    document: str
    effective_us: int
    since_us: int
    published_at_us: int
    mode: str
    actor: str
    reason: str
    rolled_back_at_us: int | None


class EventRow(NamedTuple):
    """One event of the inbox."""

    id: int
    organisation_id: str
    source: str
    event_id: str
    payload_hash: str
    kind: str
    person_id: int
    owner_id: int | None
    occurred_us: int
    received_us: int
    local_date: int
    zone: str
    object: str
    channel: str | None
    tags: str
    quantity: int
    verification: str
    status: str
    scored: bool
    backfilled: bool
    voided_at_us: int | None


class MovedEventRow(NamedTuple):
    """The account under which an event of a merged account occurred."""

    organisation_id: str
    event_id: int
    person_id: int
    was_id: int


class PersonStateRow(NamedTuple):
    """The state of a person's fold, and its base at the start of the open period."""

    person_id: int
    organisation_id: str
    scheme_version: int
    state: bytes
    last_us: int
    last_source: str
    last_event: str
    base_version: int
    base_state: bytes
    layout: int


class JournalRow(NamedTuple):
    """One entry of the ledger."""

    id: int
    organisation_id: str
    person_id: int | None
    event_ref: int | None
    origin: str
    kind: str
    rule: str
    amount: int
    reason: str
    arguments: str
    scheme_version: int
    local_date: int
    board_date: int
    team: str
    occurred_us: int
    recorded_us: int
    hold_until_us: int | None
    reverses: int | None
    dedupe: str | None
    object_key: int | None


class PostingRow(NamedTuple):
    """One posting of an entry."""

    id: int
    organisation_id: str
    journal_id: int
    account: str
    person_id: int | None
    detail: str
    amount: int


class VersionSpanRow(NamedTuple):
    """A version of the scheme without its document."""

    version: int
    content_hash: str
    effective_us: int
    since_us: int
    published_at_us: int
    mode: str


class NewEventRow(NamedTuple):
    """The key of an event newly inserted."""

    id: int
    source: str
    event_id: str


class ScoredEventRow(NamedTuple):
    """The columns that a fold reads of an event; `who` is its subject or its owner, whose fold it is."""

    id: int
    source: str
    event_id: str
    kind: str
    person_id: int
    owner_id: int | None
    occurred_us: int
    local_date: int
    zone: str
    object: str
    channel: str | None
    quantity: int
    verification: str
    tags: str
    voided_at_us: int | None
    who: int


class EventRefRow(NamedTuple):
    """A reference to an event."""

    event_ref: int


class EntryIdRow(NamedTuple):
    """The id of an entry newly inserted."""

    id: int


class LapsedRow(NamedTuple):
    """A person with expired points."""

    holder: int


class ComparedRow(NamedTuple):
    """The columns of an entry that are compared with a fold's result."""

    id: int
    person_id: int | None
    event_ref: int | None
    kind: str
    rule: str
    amount: int
    reason: str
    scheme_version: int
    occurred_us: int
    object_key: int | None


class BadgeEntryRow(NamedTuple):
    """A ledger entry of a badge: person, object (0: none), and the columns that decide whether the badge is held."""

    person_id: int
    rule: str
    object_key: int
    id: int
    kind: str
    occurred_us: int
    recorded_us: int
    reverses: int | None


class SpendableRow(NamedTuple):
    """An entry with spendable points, and the person's share of them."""

    id: int
    origin: str
    kind: str
    rule: str
    reverses: int | None
    event_ref: int | None
    recorded_us: int
    scheme_version: int
    dedupe: str | None
    person_id: int
    amount: int


class PieceRow(NamedTuple):
    """One event or entry that counts towards a challenge."""

    person_id: int
    occurred_us: int
    event_ref: int | None
    amount: int
