"""The definition of a content item: channels and contacts, texts by audience, disclosure, and its state by date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from rewards.content.hosts import host_in_ascii
from rewards.faults import BadValue
from rewards.fields import Day, Instant, Name, Normal, has_letters, like, name_in, name_of, printed

MOST_TEXT = 2000
MOST_TEXTS = 60
STEPS_OF_A_PATH = (".", "..")
"""No names: in an address they mean the folder and the one above, so that a browser would never ask for them."""
FIRST_TO_WAKE = timedelta(hours=14)
"""Offset of the earliest time zone from UTC."""
_STORED = "stored"
_NO_TEXT = re.compile("[\\x00\\ud800-\\udfff]")
_NO_HOST = re.compile(r"[\s<>\"\\^`{|}]")


class ChannelStatus(BaseModel):
    """The status of an item on a channel, the reason, and the contact; by default the approver of the item."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["green", "amber", "red"]
    reason: str = Field(default="", max_length=500)
    ask: str = Field(default="", max_length=200)
    how: str = Field(default="", max_length=200)


def name_or_none(topic: str) -> str:
    """A normalised name, or '' for none."""
    return name_in(topic) if topic.strip() else ""


def _by_name(channels: dict[str, ChannelStatus]) -> dict[str, ChannelStatus]:
    found: dict[str, ChannelStatus] = {}
    for written, status in channels.items():
        name = name_in(written)
        if name in found:
            raise BadValue(
                "channel {written!r} stands twice; capitals and spaces make no other channel; remove one",
                written=written,
            )
        found[name] = status
    return found


Segments = Annotated[tuple[Annotated[str, Normal], ...], Field(max_length=100)]
Language = Annotated[
    str, Field(max_length=16), BeforeValidator(lambda v: v.strip() if isinstance(v, str) else v)
]


class TextVariant(BaseModel):
    """A suggested text or reply. Empty `channels`, `segments` and `language` mean all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Normal, Field(min_length=1, max_length=MOST_TEXT)]
    channels: Annotated[tuple[Name, ...], Field(max_length=32)] = ()
    segments: Segments = ()
    language: Language = ""

    def fits(self, channel: str, segment: str, language: str) -> int:
        """How specifically the text matches channel, segment and language, channel first; -1 without a match."""
        asked = (
            (self.channels, name_of(channel), 4),
            (self.segments, segment, 2),
            ((self.language,) if self.language else (), language, 1),
        )
        if any(named and one not in named for named, one, _ in asked):
            return -1
        return sum(weight for named, _, weight in asked if named)


Texts = Annotated[tuple[TextVariant, ...], Field(max_length=MOST_TEXTS)]


class ContentItem(BaseModel):
    """One item of the content grid. Empty `segments` means everybody.

    Channels, topic and tags are normalised by `rewards.fields.name_of`; an empty topic is none. `starts_on`: the first day, in the
    reader's time zone, on which it may be shared, and its day in the calendar. With an empty `disclosure` the rules
    of `rewards.content.policy` apply.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, like(r"^[A-Za-z0-9._-]{1,64}$", "an id of up to 64 letters, digits, ., _ and -")]
    title: str = Field(min_length=1, max_length=300)
    url: str = Field(max_length=2000)
    summary: str = Field(default="", max_length=4000)
    topic: Annotated[str, AfterValidator(name_or_none)] = "general"
    tags: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    language: Language = "en"
    sector: Annotated[str, AfterValidator(name_or_none)] = ""
    channels: Annotated[dict[str, ChannelStatus], AfterValidator(_by_name)] = Field(
        min_length=1, max_length=32
    )
    disclosure: str = Field(default="", max_length=500)
    starts_on: Day | None = None
    expires_at: Instant | None = None
    suggested_texts: tuple[Annotated[str, Field(max_length=MOST_TEXT)], ...] = Field(
        default=(), max_length=20
    )
    variants: Texts = ()
    replies: Texts = ()
    approver: str = Field(default="", max_length=200)
    segments: Segments = ()

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        try:
            parts = urlsplit(printed(value))
        except ValueError as error:
            raise BadValue(
                "url {value!r}: {error}; write e.g. https://example.org/post", value=value, error=error
            ) from None
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise BadValue(
                "url {value!r}: limit http and https addresses; write e.g. https://example.org/post",
                value=value,
            )
        return value

    # Limits of new items; a stored item is read without them.

    @field_validator("*")
    @classmethod
    def _is_text(cls, value: object, info: ValidationInfo) -> object:
        if info.context != _STORED:
            for text in _texts_in(value):
                if broken := _NO_TEXT.search(text):
                    raise BadValue(
                        "has the character U+{code:04X}, which is no text; leave it out", code=ord(broken[0])
                    )
        return value

    @field_validator("title")
    @classmethod
    def _can_be_seen(cls, value: str, info: ValidationInfo) -> str:
        if info.context != _STORED and not has_letters(value):
            raise BadValue("has nothing that can be seen; write what the item is called")
        return value

    @field_validator("id", "channels")
    @classmethod
    def _stands_in_an_address(cls, value: Any, info: ValidationInfo) -> Any:
        names = (value,) if isinstance(value, str) else value
        if info.context != _STORED and (name := next((one for one in names if one in STEPS_OF_A_PATH), "")):
            raise BadValue(
                "the name {name!r} cannot stand in an address; choose one with a letter or digit", name=name
            )
        return value

    @field_validator("url")
    @classmethod
    def _leads_somewhere(cls, value: str, info: ValidationInfo) -> str:
        if info.context != _STORED and not _can_be_opened(value):
            raise BadValue(
                "url {value!r}: no browser can open it, or it carries a password; write e.g. https://example.org/post",
                value=value,
            )
        if info.context != _STORED:
            host_in_ascii(urlsplit(value).netloc)
        return value

    @field_validator("expires_at")
    @classmethod
    def _ends_after_it_begins(cls, ends: datetime | None, info: ValidationInfo) -> datetime | None:
        starts = info.data.get("starts_on")
        if info.context == _STORED or starts is None or ends is None:
            return ends
        if ends <= datetime.combine(starts, time(), UTC) - FIRST_TO_WAKE:
            raise BadValue("lies before the first day; choose a later end or an earlier first day")
        return ends

    def on(self, channel: str) -> ChannelStatus | None:
        """The status on a channel, by normalised name; None where it is not listed."""
        return self.channels.get(name_of(channel))

    @property
    def every_text(self) -> tuple[str, ...]:
        """All texts that may be copied: suggested texts, those for some audiences, and replies."""
        return (*self.suggested_texts, *(one.text for one in (*self.variants, *self.replies)))

    def texts_for(self, channel: str, segment: str) -> tuple[str, ...]:
        """Suggested texts with the most specific match of channel and segment."""
        general = tuple(TextVariant(text=text) for text in self.suggested_texts if text.strip())
        return _closest((*general, *self.variants), channel, segment, self.language)

    def replies_for(self, channel: str, segment: str) -> tuple[str, ...]:
        """Replies with the most specific match of channel and segment."""
        return _closest(self.replies, channel, segment, self.language)

    def is_for(self, segment: str) -> bool:
        """True where the item is for a segment."""
        return not self.segments or segment in self.segments


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for _name, inside in value:
            yield from _texts_in(inside)
    elif isinstance(value, tuple | list):
        for inside in value:
            yield from _texts_in(inside)
    elif isinstance(value, dict):
        for name, inside in value.items():
            yield from _texts_in(name)
            yield from _texts_in(inside)


def _can_be_opened(url: str) -> bool:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return False
    return bool(parts.hostname) and port != 0 and parts.password is None and not _NO_HOST.search(parts.netloc)


def _closest(texts: tuple[TextVariant, ...], channel: str, segment: str, language: str) -> tuple[str, ...]:
    fitting = [(one.fits(channel, segment, language), one.text) for one in texts]
    best = max((fit for fit, _ in fitting), default=-1)
    return tuple(text for fit, text in fitting if fit == best and fit >= 0)


@lru_cache(maxsize=4096)
def read_item(document: str) -> ContentItem:
    """The item of a stored document; cached, since lists show many."""
    return ContentItem.model_validate_json(document, context=_STORED)
