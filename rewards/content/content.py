"""Content that people may share: what is green-lit, where, until when, with which disclosure."""

from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from rewards.faults import NotFound
from rewards.fields import Instant, Normal, name_in, name_of, printed
from rewards.store import content as rows
from rewards.store import trail
from rewards.store.persons import find_row
from rewards.store.rows import AnyPerson
from rewards.store.session import Transaction
from rewards.store.units import maybe_us, to_us


class ChannelStatus(BaseModel):
    """Whether an item may go to a channel, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["green", "amber", "red"]
    reason: str = Field(default="", max_length=500)


def _name_or_none(topic: str) -> str:
    return name_in(topic) if topic.strip() else ""


def _by_name(channels: dict[str, ChannelStatus]) -> dict[str, ChannelStatus]:
    found: dict[str, ChannelStatus] = {}
    for written, status in channels.items():
        name = name_in(written)
        if name in found:
            raise ValueError(
                f"channel {written!r} stands twice; capitals and spaces make no other channel; remove one"
            )
        found[name] = status
    return found


class ContentItem(BaseModel):
    """One item of the content grid. Empty `segments` means everybody.

    Channels and topic are names as `rewards.fields.name_of` has them; an empty topic is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    title: str = Field(min_length=1, max_length=300)
    url: str = Field(max_length=2000)
    summary: str = Field(default="", max_length=4000)
    topic: Annotated[str, AfterValidator(_name_or_none)] = "general"
    language: str = Field(default="en", max_length=16)
    channels: Annotated[dict[str, ChannelStatus], AfterValidator(_by_name)] = Field(
        min_length=1, max_length=32
    )
    disclosure: str = Field(default="", max_length=500)
    expires_at: Instant | None = None
    suggested_texts: tuple[str, ...] = Field(default=(), max_length=20)
    approver: str = Field(default="", max_length=200)
    segments: tuple[Annotated[str, Normal], ...] = Field(default=(), max_length=100)

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(printed(value))
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(
                f"url {value!r}: limit http and https addresses; write e.g. https://example.org/post"
            )
        return value

    def on(self, channel: str) -> ChannelStatus | None:
        """What holds on a channel, however its name is written; None where it is not listed."""
        return self.channels.get(name_of(channel))

    @property
    def is_green(self) -> bool:
        """True when at least one channel is not red."""
        return any(channel.status != "red" for channel in self.channels.values())


def publish_item(tx: Transaction, organisation: str, item: ContentItem, now: datetime) -> None:
    """Put an item on the grid, or change it. A recalled item comes back."""
    expires_us = None if item.expires_at is None else to_us(item.expires_at)
    rows.save(tx, organisation, item.id, item.model_dump_json(), to_us(now), expires_us)
    trail.log(tx, organisation, item.approver or "system", "content.publish", item.id, "", to_us(now))


def get_item(tx: Transaction, organisation: str, item: str) -> ContentItem:
    """One item, recalled or not. Raises NotFound."""
    row = rows.find(tx, organisation, item)
    if row is None:
        raise _unknown(item)
    return ContentItem.model_validate_json(row.document)


def item_for(tx: Transaction, organisation: str, person: AnyPerson, item: str) -> ContentItem:
    """One item, as a person (her row) may see it. Raises NotFound for one that is for other segments, as for one that is not there."""
    found = get_item(tx, organisation, item)
    if found.segments and person.segment not in found.segments:
        raise _unknown(item)
    return found


def _unknown(item: str) -> NotFound:
    return NotFound(f"content item {item!r}: not on the grid; publish it first")


def list_items(tx: Transaction, organisation: str) -> list[ContentItem]:
    """Everything ever published, the newest first."""
    return [ContentItem.model_validate_json(row.document) for row in rows.every(tx, organisation)]


def is_open(tx: Transaction, organisation: str, item: str, now: datetime) -> bool:
    """True when the item is neither recalled nor expired."""
    row = rows.find(tx, organisation, item)
    expires = None if row is None else maybe_us(row.expires_us)
    return row is not None and row.recalled_us is None and (expires is None or expires > now)


def green_lit_for(tx: Transaction, organisation: str, person: str, now: datetime) -> list[ContentItem]:
    """What this person may share now: open, for her segment, on at least one channel."""
    segment = find_row(tx, organisation, person).segment
    now_us = to_us(now)
    found: list[ContentItem] = []
    for row in rows.every(tx, organisation):
        if row.recalled_us is not None or (row.expires_us is not None and row.expires_us <= now_us):
            continue
        item = ContentItem.model_validate_json(row.document)
        if item.is_green and (not item.segments or segment in item.segments):
            found.append(item)
    return found


def recall(
    tx: Transaction, organisation: str, item: str, reason: str, now: datetime, actor: str = "system"
) -> None:
    """Withdraw an item at once. Raises NotFound."""
    if not rows.recall(tx, organisation, item, reason, to_us(now)):
        raise NotFound(f"content item {item!r}: not on the grid; nothing to recall")
    trail.log(tx, organisation, actor, "content.recall", item, reason, to_us(now))
