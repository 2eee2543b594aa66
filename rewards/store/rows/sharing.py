"""Rows of the tables of `rewards.store.schema.sharing`."""

from typing import NamedTuple


class ContentItemRow(NamedTuple):
    """One item to share."""

    organisation_id: str
    item: str
    document: str
    published_us: int
    expires_us: int | None
    recalled_us: int | None
    recall_reason: str | None
    recall_notice: str | None
    told_until: int | None


class ContentFactRow(NamedTuple):
    """Columns derived from a document, by which the grid is filtered and sorted."""

    organisation_id: str
    item: str
    drafted: bool
    searched: str
    segments: str
    channels: str
    tags: str
    topic: str
    language: str
    starts_on: int | None
    expires_us: int | None
    open_somewhere: bool


class GridRow(NamedTuple):
    """One line of the content grid.

    `published_us`: None for a draft alone; `status` and `changed_us`: of the draft, if there is one.
    """

    item: str
    published_us: int | None
    expires_us: int | None
    recalled_us: int | None
    status: str | None
    changed_us: int | None


class OfferedRow(NamedTuple):
    """An item on the grid with its document."""

    item: str
    document: str


class ShareLinkRow(NamedTuple):
    """One tracked link."""

    code: str
    organisation_id: str
    person_id: int
    item: str
    channel: str
    url: str
    raw_clicks: int
    counted_clicks: int
    created_at_us: int
    declared_us: int | None
    variant: int | None
    sketch: str | None
    recall_seen_us: int | None


class ClickRow(NamedTuple):
    """A visitor's first click of a day on a link."""

    id: int
    organisation_id: str
    code: str
    visitor_hash: str
    day: int
    clicked_us: int
    address_hash: str | None
    block_hash: str | None


class ClickOriginRow(NamedTuple):
    """The origin of a click, and its instant."""

    code: str
    address_hash: str | None
    clicked_us: int
