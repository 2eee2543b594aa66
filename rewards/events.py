"""Events: what happened, as CloudEvents 1.0 in and out, with one canonical order.

`type` is "org.groundswell." + kind, `subject` the person's id, `data` holds object, channel, tags, quantity, verification and
owner. A record of the past may carry the extensions `recordedtime` (when it was taken in), `localzone` and `localdate` (frozen then).
Events are ordered by (time, source, id); arrival order never matters.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from rewards.bounds import FIRST_YEAR, LAST_YEAR, Day, sayable
from rewards.people_file import Zone

TYPE_PREFIX = "org.groundswell."
MOST_QUANTITY = 1_000_000
KNOWN_KINDS = ("share", "click", "lead", "suggestion", "training", "kudos", "comment")
Verification = Literal["declared", "tracked", "connector"]
VERIFICATION_LEVEL: dict[str, int] = {"declared": 0, "tracked": 1, "connector": 2}

Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,63}$")]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]
PersonId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class EventError(ValueError):
    """An event that cannot be taken, told in one line."""

    def __init__(self, message: str) -> None:
        super().__init__(sayable(message))


class Event(BaseModel):
    """One thing that happened. `occurred_at` is UTC to the microsecond; `local_date` and `zone` are frozen at ingestion.

    `recorded_at` is when it arrived, where that is known. None of these three is part of what the sender said.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")
    id: str = Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")
    kind: Kind
    subject: PersonId
    occurred_at: datetime
    object: str = Field(default="", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    channel: Word | None = None
    tags: Annotated[tuple[Word, ...], Field(max_length=32)] = ()
    quantity: Annotated[int, Field(ge=0, le=MOST_QUANTITY, strict=True)] = 1
    verification: Verification = "declared"
    owner: PersonId | None = None
    local_date: Day | None = None
    zone: Zone | None = None
    recorded_at: datetime | None = None

    @field_validator("occurred_at", "recorded_at")
    @classmethod
    def _utc(cls, value: datetime | None) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("has no offset; RFC 3339 with an offset is required; append Z for UTC")
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}; send when it happened")
        return value.astimezone(UTC)

    def counterpart(self, of_owner: bool) -> str | None:
        """The other person of the event, seen from its owner or from its subject; None where there is no other."""
        if self.owner == self.subject:
            return None
        return self.subject if of_owner else self.owner


_ENVELOPE = {
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "data",
    "datacontenttype",
    "dataschema",
}
_EXTENSIONS = {"recordedtime": "recorded_at", "localzone": "zone", "localdate": "local_date"}
_DATA = ("object", "channel", "tags", "quantity", "verification", "owner")


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    attributes = {
        "kind": "type",
        "occurred_at": "time",
        "recorded_at": "recordedtime",
        "local_date": "localdate",
        "zone": "localzone",
    }
    name = attributes.get(field, f"data.{field}" if field.split(".")[0] in _DATA else field)
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "missing":
        return f"{name}: got nothing; the attribute is required; add it"
    shown = repr(first["input"])
    return f"{name}: got {shown if len(shown) <= 60 else shown[:59] + '…'}; {message}; mend the value"


def parse_cloudevent(message: Any) -> Event:
    """A CloudEvents 1.0 mapping as an Event. Raises EventError, one line naming the attribute, value, limit and remedy."""
    if not isinstance(message, Mapping):
        raise EventError(
            f"event: got {type(message).__name__}; a CloudEvents object is required; send a JSON object"
        )
    if message.get("specversion") != "1.0":
        raise EventError(
            f"specversion: got {message.get('specversion')!r}; only '1.0' is taken; send CloudEvents 1.0"
        )
    unknown = sorted(str(key) for key in message if key not in _ENVELOPE and not _extension(key))
    if unknown:
        raise EventError(
            f"{unknown[0][:60]}: got an unknown attribute; extension names are lower-case letters and digits; remove it"
        )
    kind = message.get("type")
    if not isinstance(kind, str) or not kind.startswith(TYPE_PREFIX):
        raise EventError(
            f"type: got {str(kind)[:60]!r}; types begin with {TYPE_PREFIX!r}; send one like {TYPE_PREFIX}share"
        )
    data = message.get("data") or {}
    if not isinstance(data, Mapping):
        raise EventError(f"data: got {type(data).__name__}; an object is required; send a JSON object")
    strangers = sorted(str(key) for key in data if key not in _DATA)
    if strangers:
        raise EventError(
            f"data.{strangers[0][:60]}: got an unknown field; {', '.join(_DATA)} are taken; remove it"
        )
    if not isinstance(message.get("time"), str):
        raise EventError(
            f"time: got {str(message.get('time'))[:40]!r}; an RFC 3339 timestamp is required; add it"
        )
    fields = {key: message[key] for key in ("source", "id", "subject") if key in message}
    fields |= {field: message[key] for key, field in _EXTENSIONS.items() if key in message}
    try:
        return Event.model_validate(
            {**fields, "kind": kind.removeprefix(TYPE_PREFIX), "occurred_at": message["time"], **data}
        )
    except ValidationError as error:
        raise EventError(_sentence(error)) from None


def _extension(key: object) -> bool:
    return isinstance(key, str) and key.isascii() and key.isalnum() and key.lower() == key and len(key) <= 20


def to_cloudevent(event: Event) -> dict[str, Any]:
    """The event as a CloudEvents 1.0 mapping that `parse_cloudevent` reads back to an equal event."""
    message = _said(event)
    if event.recorded_at is not None:
        message["recordedtime"] = _rfc3339(event.recorded_at)
    if event.zone is not None:
        message["localzone"] = event.zone
    if event.local_date is not None:
        message["localdate"] = event.local_date.isoformat()
    return message


def _rfc3339(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _said(event: Event) -> dict[str, Any]:
    """What the sender said."""
    data: dict[str, Any] = {
        "object": event.object,
        "quantity": event.quantity,
        "verification": event.verification,
    }
    if event.channel is not None:
        data["channel"] = event.channel
    if event.tags:
        data["tags"] = list(event.tags)
    if event.owner is not None:
        data["owner"] = event.owner
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": TYPE_PREFIX + event.kind,
        "subject": event.subject,
        "time": _rfc3339(event.occurred_at),
        "datacontenttype": "application/json",
        "data": data,
    }


def canonical_order(events: Iterable[Event]) -> list[Event]:
    """The events by (occurred_at, source, id), whatever order they arrived in."""
    return sorted(events, key=lambda event: (event.occurred_at, event.source, event.id))


def payload_hash(event: Event) -> str:
    """SHA-256 (hex) of all that the sender said: same id and another hash is a conflict."""
    # Without floating point numbers RFC 8785 is sorted keys without spaces, which the C encoder writes much faster.
    text = json.dumps(_said(event), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def object_key(name: str) -> int:
    """A non-negative int64 that stands for an object's name in the kernel (blake2b, 63 bits)."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") >> 1


__all__ = [
    "KNOWN_KINDS",
    "MOST_QUANTITY",
    "TYPE_PREFIX",
    "VERIFICATION_LEVEL",
    "Event",
    "EventError",
    "Verification",
    "canonical_order",
    "object_key",
    "parse_cloudevent",
    "payload_hash",
    "to_cloudevent",
]
