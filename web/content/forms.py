"""The form of an item: parsing its fields into an item, and filling it from an item."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rewards.bounds import check_day
from rewards.content.items import ContentItem, TextVariant
from rewards.faults import BadValue
from rewards.fields import day_of, fault, name_of
from rewards.language import msg, said
from web.text import MOST_TYPED, Plain

OFFERED = (
    "linkedin",
    "x",
    "bluesky",
    "mastodon",
    "xing",
    "email",
    "facebook",
    "instagram",
    "threads",
    "whatsapp",
)
EMPTY_TEXTS = 3
EMPTY_REPLIES = 2
EMPTY_CHANNELS = 2
_Line = Annotated[Plain, Field(max_length=MOST_TYPED)]
_Lines = Annotated[list[_Line], Field(max_length=100)]


class ItemForm(BaseModel):
    """The fields as sent; lists hold one value for each row of channels, texts and replies."""

    model_config = ConfigDict(extra="ignore")

    id: _Line = ""
    title: _Line = ""
    url: _Line = ""
    summary: _Line = ""
    topic: _Line = ""
    tags: _Line = ""
    language: _Line = ""
    sector: _Line = ""
    segments: _Line = ""
    starts_on: _Line = ""
    last_day: _Line = ""
    disclosure: _Line = ""
    revision: _Line = ""
    channel: _Lines = Field(default_factory=list)
    channel_status: _Lines = Field(default_factory=list)
    channel_reason: _Lines = Field(default_factory=list)
    channel_ask: _Lines = Field(default_factory=list)
    channel_how: _Lines = Field(default_factory=list)
    text: _Lines = Field(default_factory=list)
    text_channels: _Lines = Field(default_factory=list)
    text_segments: _Lines = Field(default_factory=list)
    text_language: _Lines = Field(default_factory=list)
    reply: _Lines = Field(default_factory=list)
    reply_channels: _Lines = Field(default_factory=list)
    reply_segments: _Lines = Field(default_factory=list)
    reply_language: _Lines = Field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """One row of a list of the form: its values by field name."""

    values: dict[str, str]


def split(text: str) -> list[str]:
    """Names separated by commas, with white space normalised and empty ones dropped."""
    return [part for one in text.split(",") if (part := " ".join(one.split()))]


def slug_of(title: str) -> str:
    """An item id derived from a title; '' where no character of the title may be in an id."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")


def _at(values: Sequence[str], place: int) -> str:
    return values[place] if place < len(values) else ""


def _texts(
    texts: Sequence[str], channels: Sequence[str], segments: Sequence[str], languages: Sequence[str]
) -> list[dict[str, object]]:
    return [
        {
            "text": text.strip(),
            "channels": split(_at(channels, place)),
            "segments": split(_at(segments, place)),
            "language": _at(languages, place).strip(),
        }
        for place, text in enumerate(texts)
        if text.strip()
    ]


def item_of(form: ItemForm, zone: str, language: str, item: str = "") -> ContentItem:
    """The item in the form, in `language` unless the form names one; `item` is the id of an existing item.

    Raises BadValue with the field's name and the remedy.
    """
    _in_order(form.starts_on.strip(), form.last_day.strip())
    texts = _texts(form.text, form.text_channels, form.text_segments, form.text_language)
    general = [one for one in texts if not (one["channels"] or one["segments"] or one["language"])]
    document = {
        "id": item or form.id.strip() or slug_of(form.title) or f"item-{datetime.now(UTC):%Y%m%d-%H%M%S}",
        "title": " ".join(form.title.split()),
        "url": form.url.strip(),
        "summary": form.summary.strip(),
        "topic": form.topic,
        "tags": split(form.tags),
        "language": form.language.strip() or language,
        "sector": form.sector,
        "segments": split(form.segments),
        "starts_on": form.starts_on.strip() or None,
        "expires_at": _end_of(form.last_day.strip(), zone),
        "disclosure": form.disclosure.strip(),
        "channels": _channels(form),
        "suggested_texts": [one["text"] for one in general][:20],
        "variants": [*(one for one in texts if one not in general), *general[20:]],
        "replies": _texts(form.reply, form.reply_channels, form.reply_segments, form.reply_language),
    }
    try:
        return ContentItem.model_validate(document)
    except ValidationError as error:
        raise BadValue(said_of(error)) from None


def said_of(error: ValidationError) -> str:
    """The first validation error in one line."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return said("{field}: {problem}; correct it and save again", field=where, problem=fault(first))


def _channels(form: ItemForm) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for place, name in enumerate(form.channel):
        status = _at(form.channel_status, place)
        if not name.strip() or not status:
            continue
        if any(name_of(other) == name_of(name) for other in found):
            raise BadValue("channel {value!r}: stands twice; remove one", value=name[:64])
        found[name.strip()] = {
            "status": status,
            "reason": _at(form.channel_reason, place).strip(),
            "ask": _at(form.channel_ask, place).strip(),
            "how": _at(form.channel_how, place).strip(),
        }
    if not found:
        raise BadValue("channels: got none; say for at least one channel whether the item may go there")
    return found


def _in_order(first: str, last: str) -> None:
    """Raises BadValue where the last day is before the first; a value that is no date is reported where it is parsed."""
    try:
        in_order = not (first and last) or day_of(first) <= day_of(last)
    except ValueError:
        return
    if not in_order:
        raise BadValue(
            "last day {last}: lies before the first, {first}; choose a later end or an earlier first day",
            last=last,
            first=first,
        )


def _end_of(day: str, zone: str) -> datetime | None:
    if not day:
        return None
    try:
        last = day_of(day)
    except ValueError:
        raise BadValue("last day {value!r}: not a date; write one like 2026-03-02", value=day[:20]) from None
    check_day(last, msg("last day {day}: limit years {first} to {last}; name a date in them"))
    return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def empty_form(language: str) -> ItemForm:
    """The form of a new item."""
    return ItemForm(revision="", channel=[], language=language)


def form_of(item: ContentItem, zone: str, revision: int | None) -> ItemForm:
    """The form filled from an item."""
    texts = [*(TextVariant(text=text) for text in item.suggested_texts if text.strip()), *item.variants]
    end = item.expires_at
    last = None if end is None else (end.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)).date()
    # Without validation: stored items stay editable where today's limits would refuse them.
    return ItemForm.model_construct(
        id=item.id,
        title=item.title,
        url=item.url,
        summary=item.summary,
        topic=item.topic,
        tags=", ".join(item.tags),
        language=item.language,
        sector=item.sector,
        segments=", ".join(item.segments),
        starts_on="" if item.starts_on is None else item.starts_on.isoformat(),
        last_day="" if last is None else last.isoformat(),
        disclosure=item.disclosure,
        revision="" if revision is None else str(revision),
        channel=list(item.channels),
        channel_status=[one.status for one in item.channels.values()],
        channel_reason=[one.reason for one in item.channels.values()],
        channel_ask=[one.ask for one in item.channels.values()],
        channel_how=[one.how for one in item.channels.values()],
        text=[one.text for one in texts],
        text_channels=[", ".join(one.channels) for one in texts],
        text_segments=[", ".join(one.segments) for one in texts],
        text_language=[one.language for one in texts],
        reply=[one.text for one in item.replies],
        reply_channels=[", ".join(one.channels) for one in item.replies],
        reply_segments=[", ".join(one.segments) for one in item.replies],
        reply_language=[one.language for one in item.replies],
    )


def rows_of(form: BaseModel, names: Sequence[str], empty: int) -> list[Row]:
    """The filled rows of a list of the form, followed by `empty` blank ones."""
    columns = {name: list(getattr(form, name)) for name in names}
    longest = max((len(values) for values in columns.values()), default=0)
    found = [Row({name: _at(values, place) for name, values in columns.items()}) for place in range(longest)]
    found = [row for row in found if any(row.values.values())]
    return [*found, *(Row(dict.fromkeys(names, "")) for _ in range(empty))]


def channel_rows(form: ItemForm, used: Sequence[str]) -> list[Row]:
    """The form's channels, then the company's networks (OFFERED where it named none), then blank rows."""
    names = ("channel", "channel_status", "channel_reason", "channel_ask", "channel_how")
    found = [row for row in rows_of(form, names, 0) if row.values["channel"]]
    there = {name_of(row.values["channel"]) for row in found}
    offered = [
        Row({**dict.fromkeys(names, ""), "channel": name})
        for name in used or OFFERED
        if name_of(name) not in there
    ]
    return [*found, *offered, *(Row(dict.fromkeys(names, "")) for _ in range(EMPTY_CHANNELS))]
