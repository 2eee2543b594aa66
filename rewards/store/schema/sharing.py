"""Content and tracked links."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

from rewards.store.schema.base import Key, instant, of_organisation, of_person, row_id, table

content_item = table(
    "content_item",
    of_organisation(),
    Column("item", String(64), nullable=False),
    Column("document", Text, nullable=False),
    instant("published_us"),
    instant("expires_us", nullable=True),
    instant("recalled_us", nullable=True),
    Column("recall_reason", Text, nullable=True),
    # The notice for visitors of recalled links; the reason is for people who shared the item.
    Column("recall_notice", Text, nullable=True),
    # Of a recall: the last sharer (by internal id) whose mail was queued; none once all are notified.
    Column("told_until", Key, nullable=True),
    PrimaryKeyConstraint("organisation_id", "item"),
)

# Columns derived from documents (`rewards.store.facts`), of published items and of drafts, to filter and sort the grid.
content_fact = table(
    "content_fact",
    of_organisation(),
    Column("item", String(64), nullable=False),
    Column("drafted", Boolean(create_constraint=False), nullable=False),
    Column("searched", Text, nullable=False),
    Column("segments", Text, nullable=False),
    Column("channels", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("starts_on", Integer, nullable=True),
    instant("expires_us", nullable=True),
    Column("open_somewhere", Boolean(create_constraint=False), nullable=False),
    PrimaryKeyConstraint("organisation_id", "item", "drafted"),
)

share_link = table(
    "share_link",
    Column("code", String(16), primary_key=True),
    of_organisation(),
    of_person(merge="joins", erasure="number"),
    Column("item", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("raw_clicks", Integer, nullable=False),
    Column("counted_clicks", Integer, nullable=False),
    instant("created_at_us"),
    instant("declared_us", nullable=True),
    # The text variant offered, and a similarity sketch of the sharer's own words (`rewards.content.likeness`), never the words.
    Column("variant", Integer, nullable=True),
    Column("sketch", String(1200), nullable=True),
    instant("recall_seen_us", nullable=True),
    UniqueConstraint("organisation_id", "person_id", "item", "channel"),
    Index("ix_share_link_item", "organisation_id", "item"),
)

click = table(
    "click",
    row_id(),
    of_organisation(),
    Column("code", String(16), ForeignKey("share_link.code"), nullable=False),
    Column("visitor_hash", String(64), nullable=False),
    Column("day", Integer, nullable=False),
    instant("clicked_us"),
    Column("address_hash", String(64), nullable=True),
    Column("block_hash", String(64), nullable=True),
    UniqueConstraint("code", "visitor_hash"),
    Index("ix_click_block", "block_hash"),
)
